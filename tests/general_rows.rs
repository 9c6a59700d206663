//! Rows of any numbers in the place of genotypes: one set against itself, phenotype BED on either side.

mod support;

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use flate2::{Compression, write::GzEncoder};
use mpiqtl::store::{CodeType, GenotypeStore};
use support::{Lcg, Table, close, mpiqtl, number, record, stderr, succeed};

const SAMPLES: usize = 41;
const ROWS: usize = 23;

/// Rows of any numbers with their places, as text and as BED, in a folder of their own.
struct Study {
    folder: tempfile::TempDir,
}

/// A value as the file has it, or nothing where it is missing.
type Row = Vec<Option<String>>;

impl Study {
    /// Rows of `value`, a few of them missing.
    fn new(seed: u64, value: impl Fn(&mut Lcg) -> String) -> Self {
        let mut random = Lcg(seed);
        let mut row = |_| -> Row {
            let cell = |random: &mut Lcg| {
                let value = value(random);
                (random.below(15) > 0).then_some(value)
            };
            (0..SAMPLES).map(|_| cell(&mut random)).collect()
        };
        let rows: Vec<Row> = (0..ROWS).map(&mut row).collect();
        let study = Self {
            folder: tempfile::tempdir().expect("a folder"),
        };
        study.write_text(&rows);
        study.write_bed(&rows);
        let mut covariates = header("id");
        for name in ["age", "batch"] {
            covariates.push_str(name);
            (0..SAMPLES).for_each(|_| write!(covariates, "\t{}", random.noise()).unwrap());
            covariates.push('\n');
        }
        study.write("covariates.tsv", covariates);
        study
    }

    /// Decimals of either sign, which no single precision holds.
    fn decimals() -> Self {
        Self::new(3, |random| format!("{:.4}", random.noise() * 3.0))
    }

    fn write_text(&self, rows: &[Row]) {
        let (mut matrix, mut snps, mut genes) =
            (header("id"), "snp\tchr\tpos\n".to_string(), String::new());
        genes.push_str("geneid\tchr\tleft\tright\n");
        for (i, row) in rows.iter().enumerate() {
            let (chrom, start, end) = place(i);
            writeln!(matrix, "row{i}{}", cells(row)).unwrap();
            writeln!(snps, "row{i}\t{chrom}\t{}", start + 1).unwrap();
            writeln!(genes, "row{i}\t{chrom}\t{}\t{end}", start + 1).unwrap();
        }
        self.write("rows.tsv", matrix);
        self.write("snp_locations.tsv", snps);
        self.write("gene_locations.tsv", genes);
    }

    fn write_bed(&self, rows: &[Row]) {
        let mut bed = header("#chr\tstart\tend\tid");
        for (i, row) in rows.iter().enumerate() {
            let (chrom, start, end) = place(i);
            writeln!(bed, "{chrom}\t{start}\t{end}\trow{i}{}", cells(row)).unwrap();
        }
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(bed.as_bytes()).unwrap();
        self.write("rows.bed.gz", gzip.finish().unwrap());
        self.write("rows.bed", bed);
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.path(name), bytes).expect("the folder can be written");
    }

    /// Runs `map` with these words, gives its output folder and what it said.
    fn map(&self, out: &str, words: &str) -> (PathBuf, String) {
        let mut map = mpiqtl();
        map.current_dir(self.folder.path())
            .args(["map", "--covariates", "covariates.tsv", "--out", out])
            .args(words.split(' '));
        let said = stderr(&succeed(&mut map));
        (self.path(out), said)
    }
}

fn header(first: &str) -> String {
    (0..SAMPLES).fold(first.to_string(), |line, i| line + &format!("\ts{i}")) + "\n"
}

fn cells(row: &Row) -> String {
    let cell = |value: &Option<String>| format!("\t{}", value.as_deref().unwrap_or("NA"));
    row.iter().map(cell).collect()
}

/// Chromosome, start from 0 and end of a row: overlapping spans of 500 bp, 100 bp apart, backwards in the file.
fn place(row: usize) -> (&'static str, usize, usize) {
    let chrom = if row.is_multiple_of(2) {
        "chr1"
    } else {
        "chr2"
    };
    let start = 100 * (ROWS - row);
    (chrom, start, start + 500)
}

/// t of a pair.
fn t_of(out: &Path, snp: usize, gene: usize, table: &Table) -> f64 {
    let (snp, gene) = (format!("row{snp}"), format!("row{gene}"));
    let found = table.by_pair();
    let row = found.get(&(snp.as_str(), gene.as_str()));
    let row = row.unwrap_or_else(|| panic!("{}: no pair {snp} {gene}", out.display()));
    number(&row[1])
}

/// Checks that t does not depend on which row of a pair is explained by the other.
fn check_symmetry(study: &Study, code: &str) {
    let (out, said) = study.map(
        "out",
        "--genotypes rows.tsv --expression rows.tsv --p-all 1",
    );
    let warnings: Vec<&str> = said.lines().filter(|l| l.starts_with("warning")).collect();
    assert_eq!(warnings.len(), 1, "{said}");
    assert!(warnings[0].contains("count as they are"), "{said}");
    let record = record(&out);
    assert_eq!(record["n_tests_all"], (ROWS * ROWS) as u64);
    let stored = record["genotype_code"].as_str().expect("a name");
    assert!(stored.contains(code), "{stored}");
    let table = Table::read(&out.join("all.tsv"));
    assert_eq!(table.rows.len(), ROWS * ROWS);
    for i in 0..ROWS {
        // A row explains itself wholly: its t is beyond that of any pair of noise.
        assert!(t_of(&out, i, i, &table) > 1e6, "row{i}");
        for j in 0..i {
            let (t, turned) = (t_of(&out, i, j, &table), t_of(&out, j, i, &table));
            assert!(
                close(t, turned, 1e-10) && t != 0.0,
                "{i} {j}: {t}, {turned}"
            );
        }
    }
}

#[test]
fn a_set_of_decimals_maps_against_itself_the_same_both_ways() {
    check_symmetry(&Study::decimals(), "f64");
}

#[test]
fn a_set_that_single_precision_holds_maps_against_itself_the_same_both_ways() {
    let quarters = |random: &mut Lcg| format!("{}", (random.noise() * 20.0).round() / 4.0);
    check_symmetry(&Study::new(8, quarters), "f32");
}

#[test]
fn phenotype_bed_gives_the_same_bytes_as_text_with_locations() {
    let study = Study::decimals();
    let classes = "--cis-dist-bp 150 --p-cis 1 --p-trans 1";
    let (text, _) = study.map(
        "text",
        &format!(
            "--genotypes rows.tsv --snp-locations snp_locations.tsv --expression rows.tsv --gene-locations \
             gene_locations.tsv {classes}"
        ),
    );
    for (out, genotypes) in [("bed", "rows.bed"), ("gz", "rows.bed.gz")] {
        let (bed, said) = study.map(
            out,
            &format!("--genotypes {genotypes} --expression rows.bed {classes}"),
        );
        assert!(!said.contains("warning"), "{said}");
        for table in ["cis.tsv", "trans.tsv"] {
            let read = |out: &Path| fs::read(out.join(table)).expect("a table");
            assert!(read(&text) == read(&bed), "{out}, {table}");
        }
    }
}

/// Whether a table has the pair of these rows.
fn has_pair(table: &Table, snp: usize, gene: usize) -> bool {
    let pair = (format!("row{snp}"), format!("row{gene}"));
    table
        .by_pair()
        .contains_key(&(pair.0.as_str(), pair.1.as_str()))
}

#[test]
fn a_row_of_a_bed_lies_at_its_first_base() {
    // row4 is a gene from 1901 to 2400; as SNPs row0 lies at 2301, row6 at 1701 and row8 at 1501.
    let study = Study::decimals();
    let cis = |dist_bp: usize| {
        let words =
            format!("--genotypes rows.bed --expression rows.bed --p-cis 1 --cis-dist-bp {dist_bp}");
        let (out, _) = study.map(&format!("out{dist_bp}"), &words);
        Table::read(&out.join("cis.tsv"))
    };
    assert!(has_pair(&cis(200), 6, 4));
    assert!(!has_pair(&cis(199), 6, 4));
    assert!(has_pair(&cis(400), 8, 4));
    assert!(!has_pair(&cis(399), 8, 4));
    let inside = cis(0);
    assert!(has_pair(&inside, 0, 4) && !has_pair(&inside, 4, 0));
}

#[test]
fn a_bed_is_imported_as_rows_with_places_and_exact_values() {
    let study = Study::decimals();
    let mut import = mpiqtl();
    import.current_dir(study.folder.path());
    let said = succeed(import.args(["import", "genotypes", "rows.bed.gz", "--out", "rows.h5"]));
    assert!(stderr(&said).contains("23 rows x 41 samples"), "{said:?}");
    let store = GenotypeStore::open(&study.path("rows.h5")).expect("a store");
    assert_eq!((store.n_snps(), store.code_type()), (ROWS, CodeType::F64));
    let places = store.places().expect("places");
    assert_eq!(places.chrom_names, ["chr1", "chr2"]);
    // In genome order: the even rows on chr1, the last of the file first.
    let wanted = [1, 3, 5, 7, 9].map(|hundreds| hundreds * 100 + 1);
    assert_eq!(places.pos[..5], wanted);
    let mut ids = Vec::new();
    let first: Vec<u32> = (0..ROWS as u32).collect();
    store
        .ids_of(&first, |_, id| ids.push(id))
        .expect("the store has IDs");
    assert_eq!(ids[..3], ["row22", "row20", "row18"]);

    let text = Table::read(&study.path("rows.tsv"));
    let columns: Vec<u32> = (0..SAMPLES as u32).collect();
    let mut values = Vec::new();
    store
        .read_values(0..ROWS, &columns, &mut values)
        .expect("values");
    for (id, found) in ids.iter().zip(values.chunks_exact(SAMPLES)) {
        let row = text.rows.iter().find(|row| &row[0] == id).expect("the row");
        for (cell, found) in row[1..].iter().zip(found) {
            match cell.as_str() {
                "NA" => assert!(found.is_nan()),
                cell => assert_eq!(cell.parse(), Ok(*found), "{id}"),
            }
        }
    }
}

#[test]
fn stores_of_a_bed_serve_as_either_side() {
    let study = Study::decimals();
    for side in ["genotypes", "expression"] {
        let mut import = mpiqtl();
        import.current_dir(study.folder.path());
        let store = format!("{side}.h5");
        succeed(import.args(["import", side, "rows.bed", "--out", &store]));
    }
    let (stores, _) = study.map(
        "stores",
        "--genotypes genotypes.h5 --expression expression.h5 --p-all 1",
    );
    let (bed, _) = study.map(
        "bed",
        "--genotypes rows.bed --expression rows.bed --p-all 1",
    );
    let read = |out: &Path| fs::read(out.join("all.tsv")).expect("a table");
    assert!(read(&stores) == read(&bed));
}

/// Benjamini and Hochberg over `n_tests` of p-values that ascend.
fn fdr(p: &[f64], n_tests: usize) -> Vec<f64> {
    let mut fdr: Vec<f64> = p
        .iter()
        .enumerate()
        .map(|(i, p)| p * n_tests as f64 / (i + 1) as f64)
        .collect();
    let mut smallest = 1.0f64;
    for value in fdr.iter_mut().rev() {
        smallest = smallest.min(*value);
        *value = smallest;
    }
    fdr
}

/// Checks that a table is another one without the pairs of a row and itself, with the FDR of the tests that are left.
fn check_without_self(without: &Path, with: &Path, table: &str, n_tests: usize) {
    let left = Table::read(&without.join(table));
    let mut kept = Table::read(&with.join(table)).rows;
    kept.retain(|row| row[0] != row[1]);
    assert_eq!(left.rows.len(), n_tests, "{table}");
    let p: Vec<f64> = kept.iter().map(|row| number(&row[4])).collect();
    for ((found, wanted), fdr) in left.rows.iter().zip(&kept).zip(fdr(&p, n_tests)) {
        assert_eq!(found[..5], wanted[..5], "{table}");
        assert!(close(number(&found[5]), fdr, 1e-12), "{table} {found:?}");
    }
}

#[test]
fn a_set_against_itself_leaves_out_pairs_of_a_row_and_itself() {
    let study = Study::decimals();
    let n_pairs = ROWS * (ROWS - 1);
    // Blocks that do not divide the set, so that the diagonal crosses them.
    let words =
        "--genotypes rows.tsv --expression rows.tsv --p-all 1 --block-snps 5 --block-genes 4";
    let (with, _) = study.map("with", words);
    let (without, _) = study.map("without", &format!("{words} --skip-self"));
    check_without_self(&without, &with, "all.tsv", n_pairs);
    let record = record(&without);
    assert_eq!(record["n_tests_all"], n_pairs as u64);
    assert_eq!(record["ledger"]["planned"], record["ledger"]["made"]);
    let (given, _) = study.map("given", &format!("{words} --skip-self false"));
    assert!(fs::read(given.join("all.tsv")).unwrap() == fs::read(with.join("all.tsv")).unwrap());
}

#[test]
fn a_row_and_itself_are_left_out_of_cis_and_not_of_trans() {
    let study = Study::decimals();
    let files = "--genotypes rows.bed --expression rows.bed --cis-dist-bp 150";
    for (classes, with_trans) in [("--p-cis 1 --p-trans 1", true), ("--p-cis 1", false)] {
        let (with, _) = study.map(&format!("with{with_trans}"), &format!("{files} {classes}"));
        let (without, _) = study.map(
            &format!("without{with_trans}"),
            &format!("{files} {classes} --skip-self true"),
        );
        let n = |out: &Path, key: &str| record(out)[key].as_u64().expect("a count") as usize;
        let n_cis = n(&without, "n_tests_cis");
        assert_eq!(n_cis, n(&with, "n_tests_cis") - ROWS);
        check_without_self(&without, &with, "cis.tsv", n_cis);
        if with_trans {
            let n_trans = n(&without, "n_tests_trans");
            assert_eq!(n_trans, n(&with, "n_tests_trans"));
            assert_eq!(n_trans + n_cis, ROWS * (ROWS - 1));
            check_without_self(&without, &with, "trans.tsv", n_trans);
        }
    }
}

#[test]
fn rows_without_a_location_are_left_out_of_trans() {
    let study = Study::decimals();
    // row9 has no place as a SNP, so its pair with itself is trans.
    let text = fs::read_to_string(study.path("snp_locations.tsv")).unwrap();
    let located: Vec<&str> = text
        .lines()
        .filter(|line| !line.starts_with("row9\t"))
        .collect();
    study.write("snp_locations.tsv", located.join("\n") + "\n");
    let words = "--genotypes rows.tsv --snp-locations snp_locations.tsv --expression rows.bed --cis-dist-bp 150 \
                 --p-cis 1 --p-trans 1";
    let (with, _) = study.map("with", words);
    let (without, _) = study.map("without", &format!("{words} --skip-self"));
    let n = |out: &Path, key: &str| record(out)[key].as_u64().expect("a count") as usize;
    assert_eq!(
        n(&without, "n_tests_cis"),
        n(&with, "n_tests_cis") - (ROWS - 1)
    );
    assert_eq!(n(&without, "n_tests_trans"), n(&with, "n_tests_trans") - 1);
    check_without_self(&without, &with, "cis.tsv", n(&without, "n_tests_cis"));
    check_without_self(&without, &with, "trans.tsv", n(&without, "n_tests_trans"));
}

#[test]
fn sets_that_share_some_ids_leave_out_these_pairs_alone() {
    let study = Study::decimals();
    let text = fs::read_to_string(study.path("rows.tsv")).unwrap();
    let renamed = text.replace("\nrow1", "\nother1");
    study.write("others.tsv", renamed);
    // row1 and row10 to row19 have other names on the side of the SNPs.
    let n_shared = ROWS - 11;
    let words = "--genotypes others.tsv --expression rows.tsv --p-all 1";
    let (with, _) = study.map("with", words);
    let (without, _) = study.map("without", &format!("{words} --skip-self"));
    check_without_self(&without, &with, "all.tsv", ROWS * ROWS - n_shared);
}
