//! Reports that are made later, elsewhere, from what is left; and runs that do not mind.

use std::fs;

use crate::support::{fail, mpiqtl, succeed};
use crate::{Study, names, says, section};

#[test]
fn a_report_is_made_when_it_is_asked_for() {
    let study = Study::simulated();
    succeed(&mut study.map("--p-cis 0.05 --report false"));
    assert!(!study.path("out/report.html").exists() && !study.path("out/plots").exists());
    fs::create_dir(study.path("there")).unwrap();
    let output = succeed(&mut study.report("out --out there/mine.html"));
    assert!(says(&output, "report  there/mine.html"));
    let plots = names(&study.path("there/plots"));
    assert_eq!(plots.len(), 25, "{plots:?}");
    for name in [
        "qq.svg",
        "distance-cis.svg",
        "map-cis.svg",
        "hotspots-cis.svg",
        "ranks.svg",
        "box-cis-20.svg",
    ] {
        assert!(plots.iter().any(|plot| plot == name), "{name}");
    }
    assert!(!study.path("out/report.html").exists());
}

#[test]
fn a_folder_that_was_moved_has_its_stores_with_it() {
    let study = Study::simulated();
    let wanted = study.mapped("--p-cis 0.05");
    fs::rename(study.path("out"), study.path("moved")).unwrap();
    succeed(&mut study.report("moved"));
    let found = fs::read_to_string(study.path("moved/report.html")).unwrap();
    assert!(
        found == wanted,
        "the report of a moved folder is another one"
    );
}

#[test]
fn without_its_stores_a_report_says_what_it_lacks() {
    let study = Study::simulated();
    let whole = study.mapped("--p-cis 0.05 --p-trans 1e-3");
    fs::remove_file(study.path("out/imported/genotypes.h5")).unwrap();
    succeed(&mut study.report("out"));
    let html = study.html();
    assert!(
        section(&html, "map").contains("there is no map: "),
        "{}",
        section(&html, "map")
    );
    assert!(section(&html, "strongest").contains("no plots of expression by genotype"));
    assert!(html.contains("genotypes.h5 is not there any more"));
    assert_eq!(section(&html, "tests"), section(&whole, "tests"));
    assert!(
        !study.path("out/plots/map-trans.svg").exists(),
        "an old picture stayed"
    );

    // Another study in the same place.
    let mut other = study.map("--p-cis 0.05 --out other --report false");
    succeed(&mut other);
    fs::copy(
        study.path("other/imported/genotypes.h5"),
        study.path("out/imported/genotypes.h5"),
    )
    .unwrap();
    succeed(&mut study.report("out"));
    assert_eq!(
        section(&study.html(), "map"),
        section(&whole, "map"),
        "the same bytes are the same store"
    );
    study.edit("study/expression.tsv", "\t0.", "\t1.");
    succeed(&mut study.map("--p-cis 0.05 --out other --report false --overwrite"));
    fs::copy(
        study.path("other/imported/expression.h5"),
        study.path("out/imported/expression.h5"),
    )
    .unwrap();
    succeed(&mut study.report("out"));
    assert!(
        study
            .html()
            .contains("expression.h5 is not the store that the run read")
    );
}

#[test]
fn full_tables_have_distances_without_stores() {
    let study = Study::simulated();
    let whole = study.mapped("--p-cis 0.05 --columns full");
    fs::remove_dir_all(study.path("out/imported")).unwrap();
    succeed(&mut study.report("out"));
    assert_eq!(
        section(&study.html(), "distances"),
        section(&whole, "distances")
    );
}

#[test]
fn what_is_no_finished_run_has_no_report() {
    let study = Study::simulated();
    let said = fail(&mut study.report("study"), 1);
    assert!(
        said.contains("study/run.json: cannot be read; the folder of a finished run is wanted"),
        "{said}"
    );
    succeed(&mut study.map("--p-cis 0.05 --report false"));
    let path = study.path("out/cis.tsv");
    let text = fs::read_to_string(&path).unwrap();
    let cut = text.trim_end().rsplit_once('\n').unwrap().0;
    fs::write(&path, format!("{cut}\n")).unwrap();
    let said = fail(&mut study.report("out"), 1);
    assert!(
        said.contains("out/cis.tsv: has ") && said.contains("rows and run.json says"),
        "{said}"
    );
    fs::write(&path, text.replace("\t0.", "\tx.")).unwrap();
    assert!(fail(&mut study.report("out"), 1).contains("stands where a number should"));
    fs::remove_file(&path).unwrap();
    assert!(fail(&mut study.report("out"), 1).contains("out/cis.tsv: cannot open"));
    assert!(!study.path("out/report.html").exists());
}

#[test]
fn a_report_that_cannot_be_written_is_a_warning() {
    let study = Study::simulated();
    fs::create_dir(study.path("out")).unwrap();
    fs::write(study.path("out/plots"), "not a folder").unwrap();
    let output = succeed(&mut study.map("--p-cis 0.05"));
    assert!(says(
        &output,
        "warning: there is no report, the results are complete: out/plots: cannot be made"
    ));
    assert!(study.path("out/run.json").exists() && study.path("out/cis.tsv").exists());
    assert!(!study.path("out/journal").exists() && !study.path("out/report.html").exists());
}

#[test]
fn a_run_that_replaces_another_takes_its_report_away() {
    let study = Study::simulated();
    study.mapped("--p-cis 0.05 --p-trans 1e-3");
    succeed(&mut study.map("--p-cis 0.05 --overwrite --report false"));
    assert!(!study.path("out/report.html").exists() && !study.path("out/plots").exists());
}

#[test]
fn merged_shards_have_a_report() {
    let study = Study::simulated();
    succeed(&mut study.map("--p-cis 0.05 --out first --report false"));
    for shard in ["1/2", "2/2"] {
        let mut map = mpiqtl();
        map.current_dir(study.path(""));
        map.args(["map", "--genotypes", "first/imported/genotypes.h5"]);
        map.args([
            "--expression",
            "first/imported/expression.h5",
            "--p-cis",
            "0.05",
        ]);
        map.args(["--out", "out", "--shard", shard]);
        succeed(&mut map);
        assert!(!study.path("out/report.html").exists());
    }
    let mut merge = mpiqtl();
    let output = succeed(merge.current_dir(study.path("")).args(["merge", "out"]));
    assert!(says(&output, "report  out/report.html"));
    assert!(section(&study.html(), "time").contains("Shards were merged"));
}
