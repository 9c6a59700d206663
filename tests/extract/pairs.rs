//! Any choice of genes and SNPs gives just those pairs, genes and SNPs in genome order.

use std::collections::HashMap;
use std::fs;

use proptest::prelude::*;

use super::support::{Table, mpiqtl, succeed};
use super::{OF_EXTRACT, OF_MAP, Study, column, rows_without};

/// A row of the full table, its gene and SNP with their places.
struct Pair {
    row: Vec<String>,
    snp: String,
    gene: String,
    place: (String, i64),
    span: (String, i64, i64),
}

/// Every pair of a study in the order of an extraction, from the full table of `map` and the tables of locations.
fn all_pairs(study: &Study) -> Vec<Pair> {
    let mut map = study.command("map");
    succeed(map.args(["--p-all", "1", "--columns", "full", "--out", "map"]));
    let table = Table::read(&study.path().join("map/all.tsv"));
    let number = |text: &String| text.parse::<i64>().expect("a position");
    let places = study.text("snp_locations.tsv");
    let places: HashMap<_, _> = places
        .rows
        .iter()
        .map(|row| (row[0].clone(), (row[1].clone(), number(&row[2]))))
        .collect();
    let spans = study.text("gene_locations.tsv");
    let spans: HashMap<_, _> = spans
        .rows
        .iter()
        .map(|row| {
            let span = (row[1].clone(), number(&row[2]), number(&row[3]));
            (row[0].clone(), span)
        })
        .collect();
    let [snp, gene] = ["snp", "gene"].map(|name| column(&table, name));
    let rows = rows_without(&table, &OF_MAP);
    let mut pairs: Vec<Pair> = table
        .rows
        .iter()
        .zip(rows)
        .map(|(row, kept)| Pair {
            row: kept,
            snp: row[snp].clone(),
            gene: row[gene].clone(),
            place: places[&row[snp]].clone(),
            span: spans[&row[gene]].clone(),
        })
        .collect();
    let chrom = |name: &str| {
        name.trim_start_matches("chr")
            .parse::<u32>()
            .expect("a number")
    };
    pairs.sort_by_key(|pair| {
        let (name, left, _) = &pair.span;
        let gene = (chrom(name), *left, pair.gene.clone());
        (gene, (chrom(&pair.place.0), pair.place.1, pair.snp.clone()))
    });
    pairs
}

/// What is asked for.
#[derive(Clone, Debug)]
enum Asked {
    Window(i64),
    Region(String, i64, i64),
    Snps(Vec<String>),
}

impl Asked {
    fn has(&self, pair: &Pair) -> bool {
        let (chrom, pos) = &pair.place;
        match self {
            Self::Window(bp) => {
                let (name, left, right) = &pair.span;
                name == chrom && left - bp <= *pos && *pos <= right + bp
            }
            Self::Region(name, from, to) => name == chrom && from <= pos && pos <= to,
            Self::Snps(ids) => ids.contains(&pair.snp),
        }
    }

    fn words(&self) -> [String; 2] {
        match self {
            Self::Window(bp) => ["--window".into(), bp.to_string()],
            Self::Region(chrom, 0, i64::MAX) => ["--region".into(), chrom.clone()],
            Self::Region(chrom, from, i64::MAX) => ["--region".into(), format!("{chrom}:{from}-")],
            Self::Region(chrom, from, to) => ["--region".into(), format!("{chrom}:{from}-{to}")],
            Self::Snps(ids) => ["--snps".into(), ids.join(",")],
        }
    }
}

#[test]
fn any_choice_gives_the_rows_of_the_scan_in_genome_order() {
    let study = Study::simulate();
    let pairs = all_pairs(&study);
    assert_eq!(pairs.len(), 400 * 30);
    let mut genes: Vec<String> = pairs.iter().map(|pair| pair.gene.clone()).collect();
    genes.dedup();
    let seeds = (
        any::<u32>(),
        0usize..400,
        0usize..400,
        0i64..2_000_000,
        0u8..5,
    );
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(40));
    let n_with_pairs = std::cell::Cell::new(0);
    runner
        .run(&seeds, |(mask, a, b, window, kind)| {
            let chosen: Vec<&String> = genes
                .iter()
                .enumerate()
                .filter(|(i, _)| mask & (1 << i) != 0)
                .map(|(_, gene)| gene)
                .collect();
            prop_assume!(!chosen.is_empty());
            let (from, to) = (&pairs[a.min(b)], &pairs[a.max(b)]);
            let asked = match kind {
                0 => Asked::Window(window),
                1 if from.place.0 == to.place.0 => {
                    Asked::Region(from.place.0.clone(), from.place.1, to.place.1)
                }
                2 => Asked::Region(from.place.0.clone(), 0, i64::MAX),
                3 => Asked::Region(from.place.0.clone(), from.place.1, i64::MAX),
                _ => Asked::Snps(vec![
                    to.snp.clone(),
                    from.snp.clone(),
                    pairs[200].snp.clone(),
                ]),
            };
            let wanted: Vec<&Vec<String>> = pairs
                .iter()
                .filter(|pair| chosen.contains(&&pair.gene) && asked.has(pair))
                .map(|pair| &pair.row)
                .collect();
            prop_assume!(!wanted.is_empty());
            n_with_pairs.set(n_with_pairs.get() + 1);
            // A file, in any order, and with more columns.
            let list: String = chosen
                .iter()
                .rev()
                .map(|gene| format!("{gene}\tx\n"))
                .collect();
            fs::write(study.path().join("genes.txt"), list).unwrap();
            let [flag, value] = asked.words();
            let table = study.extract(&["--genes", "genes.txt", &flag, &value]);
            let found = rows_without(&table, &OF_EXTRACT);
            let found: Vec<&Vec<String>> = found.iter().collect();
            prop_assert_eq!(found, wanted);
            Ok(())
        })
        .unwrap();
    assert!(n_with_pairs.get() > 10);
}

#[test]
fn a_table_a_gene_holds_the_rows_of_the_one_table() {
    let study = Study::simulate();
    let all = study.extract(&["--genes", "gene000003,gene000001,gene000017"]);
    let out = study.path().join("loci");
    let mut command = study.command("extract");
    command.args(["--genes", "gene000003,gene000001,gene000017", "--per-gene"]);
    succeed(command.args(["--out", "loci"]));
    let list = Table::read(&out.join("genes.tsv"));
    let mut rows = Vec::new();
    for gene in &list.rows {
        let table = Table::read(&out.join(&gene[column(&list, "table")]));
        assert_eq!(table.header, all.header);
        assert_eq!(table.rows.len().to_string(), gene[column(&list, "n_snps")]);
        assert!(
            table
                .rows
                .iter()
                .all(|row| row[column(&table, "gene")] == gene[0])
        );
        assert_eq!(gene[column(&list, "ld")], "NA");
        assert_eq!(gene[column(&list, "df")], (70 - 3 - 2).to_string());
        rows.extend(table.rows);
    }
    assert_eq!(rows, all.rows);
    // Fewer genes in the same folder: what is not of this extraction goes.
    let mut command = study.command("extract");
    command.args(["--genes", "gene000003", "--per-gene", "--overwrite"]);
    succeed(command.args(["--out", "loci"]));
    let mut names: Vec<_> = fs::read_dir(&out)
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["gene000003.pairs.tsv", "genes.tsv"]);
}

#[test]
fn copies_and_alleles_are_those_of_the_genotypes() {
    let study = Study::simulate();
    let genotypes = study.text("genotypes.tsv");
    let table = study.extract(&["--genes", "gene000001", "--snps", "snp0000007,snp0000100"]);
    assert_eq!(table.rows.len(), 2);
    for row in &table.rows {
        let calls = genotypes
            .rows
            .iter()
            .find(|calls| calls[0] == row[0])
            .expect("the SNP");
        let calls: Vec<u32> = calls[1..]
            .iter()
            .filter_map(|call| call.parse().ok())
            .collect();
        assert_eq!(
            row[column(&table, "ac")],
            calls.iter().sum::<u32>().to_string()
        );
        assert_eq!(row[column(&table, "an")], (2 * calls.len()).to_string());
    }
}

#[test]
fn a_row_is_not_extracted_with_itself_where_map_skips_it() {
    let folder = tempfile::tempdir().unwrap();
    let rows = "id\ta\tb\tc\td\te\nr1\t0.5\t1\t2\t1\t0\nr2\t1\t1\t0\t2.25\t2\nr3\t9\t4\t1\t-1\t0\n";
    fs::write(folder.path().join("rows.tsv"), rows).unwrap();
    let run = |words: &str| {
        let mut command = mpiqtl();
        succeed(command.current_dir(folder.path()).args(words.split(' ')));
    };
    run("import genotypes rows.tsv --out g.h5");
    run("import expression rows.tsv --out e.h5");
    run("extract --genotypes g.h5 --expression e.h5 --snps r1,r2,r3 --skip-self --out pairs.tsv");
    let table = Table::read(&folder.path().join("pairs.tsv"));
    let [snp, gene] = ["snp", "gene"].map(|name| column(&table, name));
    assert_eq!(table.rows.len(), 6);
    assert!(table.rows.iter().all(|row| row[snp] != row[gene]));
}
