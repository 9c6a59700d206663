//! An outline is of the store that an import makes, or is refused with the same words.

use super::*;
use crate::formats::GenotypeField;
use crate::genome::Regions;
use crate::run::import::{GenotypeFilters, import_expression, import_genotypes};
use crate::store::{ExpressionStore, GenotypeStore};
use proptest::prelude::*;
use std::fmt::Write;

const CHROMS: [&str; 4] = ["10", "2", "X", "chr1"];

/// Chromosome, position, number of ALT alleles, whether there is an ID.
type Row = (usize, i64, usize, bool);

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let row = (
        0..CHROMS.len(),
        1..9i64,
        0..4usize,
        prop::bool::weighted(0.9),
    );
    prop::collection::vec(row, 1..40)
}

/// The IDs of rows, every 17th that of the row before.
fn id(i: usize) -> String {
    format!("s{}", i - usize::from(i % 17 == 16))
}

fn vcf(rows: &[Row]) -> String {
    let mut text = String::from(
        "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ta\tb\n",
    );
    for (i, &(chrom, pos, n_alternates, has_id)) in rows.iter().enumerate() {
        let id = if has_id { id(i) } else { ".".into() };
        let alternates = ["C", "G", "T"][..n_alternates].join(",");
        let alternates = if n_alternates == 0 { "." } else { &alternates };
        let chrom = CHROMS[chrom];
        let cells = "A\t{alternates}\t.\t.\t.\tGT\t0|0\t0/0".replace("{alternates}", alternates);
        writeln!(text, "{chrom}\t{pos}\t{id}\t{cells}").unwrap();
    }
    text
}

fn bed(rows: &[Row]) -> String {
    let mut text = String::from("#chr\tstart\tend\tid\ta\tb\n");
    for (i, &(chrom, pos, length, _)) in rows.iter().enumerate() {
        let (chrom, end) = (CHROMS[chrom], pos + length as i64);
        writeln!(text, "{chrom}\t{pos}\t{end}\t{}\t0.5\t1", id(i)).unwrap();
    }
    text
}

fn matrix(rows: &[Row]) -> String {
    let line = |i: usize| format!("{}\t0\t1\n", id(i));
    "id\ta\tb\n".to_string() + &(0..rows.len()).map(line).collect::<String>()
}

/// A location table; rows without an ID are left out of it.
fn locations(rows: &[Row], header: &str, is_of_genes: bool) -> String {
    let mut text = format!("{header}\n");
    let located = rows.iter().enumerate().filter(|(_, row)| row.3);
    for (i, &(chrom, pos, length, _)) in located {
        write!(text, "{}\t{}\t{pos}", id(i), CHROMS[chrom]).unwrap();
        let right = format!("\t{}", pos + length as i64);
        text += if is_of_genes { &right } else { "" };
        text += "\n";
    }
    text
}

fn plink(rows: &[Row]) -> [(&'static str, Vec<u8>); 3] {
    let mut bim = String::new();
    for (i, &(chrom, pos, n, has_id)) in rows.iter().enumerate() {
        let chrom = if n == 0 { "0" } else { CHROMS[chrom] };
        let id = if has_id { id(i) } else { ".".into() };
        writeln!(bim, "{chrom}\t{id}\t0\t{pos}\tC\tA").unwrap();
    }
    let header = [0x6c, 0x1b, 1];
    [
        ("set.bed", [&header[..], &vec![0; rows.len()]].concat()),
        ("set.bim", bim.into()),
        ("set.fam", b"f a 0 0 0 -9\nf b 0 0 0 -9\n".to_vec()),
    ]
}

/// What is known of SNPs, or why nothing is.
fn told(rows: Result<&dyn SnpRows, &RunError>) -> String {
    let rows = match rows {
        Ok(rows) => rows,
        Err(error) => return format!("{error}: {:?}", std::error::Error::source(error)),
    };
    let mut ids = Vec::new();
    rows.each_id(&mut |row, id| ids.push((row, id.to_string())))
        .unwrap();
    let places = rows.places().unwrap();
    format!(
        "{} {:?} {places:?} {ids:?}",
        rows.n_snps(),
        rows.chromosomes().unwrap()
    )
}

fn same_snps(input: &Path, locations: Option<&Path>) {
    let log = Log::new(false);
    let job = GenotypeImport {
        input: input.into(),
        field: GenotypeField::Gt,
        regions: Regions::default(),
        locations: locations.map(Path::to_path_buf),
        filters: GenotypeFilters::default(),
        out: input.with_extension("h5"),
    };
    let outline = outline_genotypes(&job, log);
    let outline = outline.as_ref().map(|rows| rows as &dyn SnpRows);
    let store = import_genotypes(&job, log).map(|_| GenotypeStore::open(&job.out).unwrap());
    let store = store.as_ref().map(|rows| rows as &dyn SnpRows);
    assert_eq!(told(outline), told(store));
}

fn same_genes(input: &Path, locations: Option<&Path>) {
    let log = Log::new(false);
    let job = ExpressionImport {
        input: input.into(),
        locations: locations.map(Path::to_path_buf),
        out: input.with_extension("genes.h5"),
    };
    let outline = outline_expression(&job, log).map_err(|error| error.to_string());
    let store = import_expression(&job, log).map(|_| ExpressionStore::open(&job.out).unwrap());
    let store = store.map(|store| store.genes().unwrap());
    assert_eq!(outline, store.map_err(|error| error.to_string()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn an_outline_is_of_the_store_that_an_import_makes(rows in rows()) {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            path
        };
        same_snps(&write("g.vcf", vcf(&rows).as_bytes()), None);
        let bed = write("p.bed", bed(&rows).as_bytes());
        same_snps(&bed, None);
        same_genes(&bed, None);
        let text = write("m.tsv", matrix(&rows).as_bytes());
        let places = write("s.tsv", locations(&rows, "snp\tchr\tpos", false).as_bytes());
        let spans = write("e.tsv", locations(&rows, "id\tchr\tleft\tright", true).as_bytes());
        same_snps(&text, None);
        same_snps(&text, Some(&places));
        same_genes(&text, None);
        same_genes(&text, Some(&spans));
        plink(&rows).iter().for_each(|(name, bytes)| { write(name, bytes); });
        same_snps(&folder.path().join("set.bed"), None);
    }
}
