//! Messages of more than 2^31 bytes reach every rank: the gene side of this study has 2.2 GB.

mod support;

use support::{mpiqtl, mpirun, succeed};

/// Needs 10 GB of memory and 3 GB of disk, so it runs with the long tests only.
#[test]
#[ignore = "long: a gene side of 2.2 GB on every rank"]
fn a_gene_side_beyond_two_gibibytes_is_shared() {
    let folder = tempfile::tempdir().expect("a folder");
    let study = folder.path();
    let mut simulate = mpiqtl();
    simulate.arg("simulate").arg("--out").arg(study);
    simulate.args([
        "--snps",
        "40",
        "--genes",
        "40000",
        "--samples",
        "7000",
        "--covariates",
        "2",
    ]);
    succeed(&mut simulate);
    let tables = [1, 3].map(|ranks| {
        let out = study.join(format!("ranks{ranks}"));
        let mut map = mpirun(ranks);
        map.arg("map")
            .arg("--out")
            .arg(&out)
            .args(["--p-all", "1e-3", "--block-snps", "7"]);
        map.arg("--genotypes").arg(study.join("genotypes.h5"));
        map.arg("--expression").arg(study.join("expression.h5"));
        map.arg("--covariates").arg(study.join("covariates.tsv"));
        succeed(&mut map);
        std::fs::read(out.join("all.tsv")).expect("a table")
    });
    assert!(tables[0].len() > 10_000);
    assert!(tables[0] == tables[1]);
}
