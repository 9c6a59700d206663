//! Filters at import: the same whatever the format, counted, and never to nothing.

use std::fs;

use crate::set::{Content, N_SNPS, Set};
use crate::support::{fail, stderr, succeed};

const INPUTS: [&str; 2] = ["set.bed", "set.vcf"];

/// Imports every format with the same filters, which must give the same rows and words.
fn filtered(set: &Set, filters: &str) -> (Content, String) {
    let import = |input: &str| {
        let words = format!("import genotypes {input} --out g.h5 --overwrite {filters}");
        let said = stderr(&succeed(&mut set.command(&words)));
        let said = said.lines().filter(|line| !line.starts_with("import"));
        let said: String = said
            .map(|line| line.replace(input, "INPUT") + "\n")
            .collect();
        (Content::read(&set.path("g.h5")), said)
    };
    let [from_bed, from_vcf] = INPUTS.map(import);
    assert_eq!(from_bed, from_vcf, "{filters}");
    (from_bed.0, from_bed.1)
}

/// The rows of all SNPs that the filters ought to leave, by the obvious way.
fn obvious(all: &Content, columns: &[usize], missing: f64, maf: f64) -> Vec<String> {
    let is_left = |codes: &[u8]| {
        let chosen: Vec<u8> = columns.iter().map(|&column| codes[column]).collect();
        let seen: Vec<f64> = chosen
            .iter()
            .filter(|&&c| c != 255)
            .map(|&c| c.into())
            .collect();
        let share = (chosen.len() - seen.len()) as f64 / chosen.len() as f64;
        let frequency = seen.iter().sum::<f64>() / (2.0 * seen.len().max(1) as f64);
        let frequency = frequency.min(1.0 - frequency);
        share <= missing && frequency + 1e-12 >= maf
    };
    let left = all.rows.iter().filter(|row| is_left(&row.codes));
    left.map(|row| row.id.clone()).collect()
}

#[test]
fn rare_and_missing_snps_are_removed() {
    let set = Set::new(23);
    let (all, said) = filtered(&set, "");
    assert_eq!((all.rows.len(), said.as_str()), (N_SNPS, ""));
    let everyone: Vec<usize> = (0..23).collect();
    for (filters, missing, maf) in [
        ("--maf 0.1", 1.0, 0.1),
        ("--missing 0.05", 0.05, 0.0),
        ("--geno 0.05 --maf 0.2", 0.05, 0.2),
    ] {
        let (left, said) = filtered(&set, filters);
        let wanted = obvious(&all, &everyone, missing, maf);
        assert!(wanted.len() > 3 && wanted.len() < N_SNPS);
        assert_eq!(left.ids(), wanted, "{filters}");
        let counts = format!("; {} of {N_SNPS} SNPs are left", wanted.len());
        assert!(said.contains(&counts), "{said}");
    }
    let (left, _) = filtered(&set, "--missing 0.05 --maf 0.2");
    let fact = |name: &str| left.provenance.get(name).unwrap().parse::<f64>().unwrap();
    assert_eq!([fact("missing"), fact("maf")], [0.05, 0.2]);
    let by_missing = N_SNPS - obvious(&all, &everyone, 0.05, 0.0).len();
    let by_both = N_SNPS - left.rows.len();
    assert_eq!(fact("missing_removed"), by_missing as f64);
    assert_eq!(fact("maf_removed"), (by_both - by_missing) as f64);
    assert_eq!(fact("snps_read"), N_SNPS as f64);
}

#[test]
fn frequencies_are_those_of_the_samples_that_are_left() {
    let set = Set::new(23);
    let (all, _) = filtered(&set, "");
    let columns = [1, 4, 5, 9, 20];
    fs::write(
        set.path("keep.txt"),
        "#FID\tIID\nf1\ts1\nf4 s4\nf5 s5\nx s9\nf20 s20\nf99 s99\n",
    )
    .unwrap();
    let (left, said) = filtered(&set, "--keep keep.txt --maf 0.25 --missing 0.2");
    assert_eq!(left.samples, ["s1", "s4", "s5", "s9", "s20"]);
    assert_eq!(left.ids(), obvious(&all, &columns, 0.2, 0.25));
    let row = all
        .rows
        .iter()
        .find(|row| row.id == left.rows[0].id)
        .unwrap();
    let codes = columns.map(|column| row.codes[column]);
    assert_eq!(left.rows[0].codes, codes);
    assert!(
        said.contains("1 of the 6 samples of --keep keep.txt are not in INPUT: s99"),
        "{said}"
    );
    assert!(
        said.contains("--keep keep.txt leaves 5 of 23 samples"),
        "{said}"
    );
    let (named, _) = filtered(&set, "--samples s20,s1,s9,s5,s4 --maf 0.25 --missing 0.2");
    assert_eq!(named, left);
    assert_eq!(named.provenance.get("samples_removed"), Some("18"));
}

#[test]
fn listed_snps_are_left() {
    let set = Set::new(5);
    fs::write(set.path("snps.txt"), "snp30\nsnp2\nrs1\nsnp7\nrs2\n").unwrap();
    let (left, said) = filtered(&set, "--extract snps.txt");
    assert_eq!(left.ids(), ["snp30", "snp2", "snp7"]);
    assert!(
        said.contains("2 of the 5 SNPs of snps.txt are not in INPUT: rs1, rs2"),
        "{said}"
    );
    assert!(
        said.contains("--extract snps.txt removes 37; 3 of 40 SNPs are left"),
        "{said}"
    );
    assert_eq!(left.provenance.get("extract_not_found"), Some("2"));
    assert_eq!(left.rows[0].place.as_ref().unwrap().0, "1");
}

#[test]
fn nothing_left_is_an_error() {
    let set = Set::new(5);
    fs::write(set.path("none.txt"), "rs1\n").unwrap();
    for input in INPUTS {
        for (filters, parts) in [
            (
                "--extract none.txt",
                ["no SNP is left of 40", "--extract none.txt removes 40"],
            ),
            (
                "--samples S1,S2",
                ["none of its 5 samples (s0, s1,", "--samples names (S1, S2)"],
            ),
        ] {
            let words = format!("import genotypes {input} --out g.h5 {filters}");
            let said = fail(&mut set.command(&words), 1);
            assert!(parts.iter().all(|part| said.contains(part)), "{said}");
            let left: Vec<_> = fs::read_dir(set.path("")).unwrap().collect();
            assert_eq!(left.len(), 7, "{left:?}");
        }
    }
}

#[test]
fn thresholds_that_cannot_be_meant_are_wrong_usage() {
    let set = Set::new(5);
    for filters in [
        "--maf 0.6",
        "--maf x",
        "--missing -0.1",
        "--missing nan",
        "--keep a --samples b",
    ] {
        let words = format!("import genotypes set --out g.h5 {filters}");
        fail(&mut set.command(&words), 2);
    }
}

#[test]
fn a_frequency_wants_numbers_of_alleles() {
    let set = Set::new(5);
    let table = "id\ts1\ts2\nrs1\t0\t1\nrs2\t-9\t2\n";
    fs::write(set.path("text.tsv"), table).unwrap();
    let words = "import genotypes text.tsv --maf 0.1 --out g.h5";
    let said = fail(&mut set.command(words), 1);
    assert!(said.contains("SNP 'rs2' has the value -9"), "{said}");
    succeed(&mut set.command("import genotypes text.tsv --missing 0.1 --out g.h5"));
}

#[test]
fn an_id_twice_is_named_with_its_rows_in_the_file() {
    let set = Set::new(5);
    for (name, old, new) in [
        ("set.bim", "snp38\t", "snp30\t"),
        ("set.vcf", "\tsnp38\t", "\tsnp30\t"),
    ] {
        let text = fs::read_to_string(set.path(name)).unwrap();
        assert!(text.contains(old));
        fs::write(set.path(name), text.replacen(old, new, 1)).unwrap();
    }
    fs::write(set.path("snps.txt"), "snp2\nsnp30\n").unwrap();
    for input in INPUTS {
        let words = format!("import genotypes {input} --extract snps.txt --out g.h5");
        let said = fail(&mut set.command(&words), 1);
        assert!(said.contains("'snp30' stands on rows 31 and 39"), "{said}");
    }
}
