use super::*;
use std::collections::HashMap;

use proptest::prelude::*;

use crate::genome::Site;

const NAME: &str = "ENSG1.gwas-ssf.tsv.gz";

fn snp(id: &str, chrom: &str, pos: i64, alleles: [&str; 2], count: Option<f64>) -> SnpFacts {
    SnpFacts {
        id: id.into(),
        site: Some(Site {
            chrom: chrom.into(),
            pos,
        }),
        reference: alleles[0].into(),
        alternate: alleles[1].into(),
        n_missing: 2,
        allele_count: count,
        ..SnpFacts::default()
    }
}

fn facts(snps: Vec<SnpFacts>) -> Facts {
    Facts {
        n_samples: 10,
        snps: (0..).zip(snps).collect::<HashMap<_, _>>(),
        genes: vec![GeneFacts {
            id: "ENSG1".into(),
            ..GeneFacts::default()
        }],
    }
}

fn test(snp: u32, statistic: f64) -> Hit {
    Hit {
        snp,
        gene: 0,
        beta: 0.25 * statistic.min(9.0),
        statistic,
        ln_p: -1000.0,
    }
}

fn study() -> SsfStudy {
    SsfStudy {
        genome_assembly: "GRCh38".into(),
        is_reference_known: true,
        n_samples: 10,
        ..SsfStudy::default()
    }
}

/// Writes tests of SNPs, and returns rows, table and metadata.
fn written(study: &SsfStudy, snps: Vec<SnpFacts>, tests: &[Hit]) -> (SsfRows, String, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(NAME);
    let mut table = GwasSsf::create(&path, study).unwrap();
    table.push(tests, &facts(snps)).unwrap();
    let rows = table.finish("ENSG1", study).unwrap();
    if rows.n_written == 0 {
        assert_eq!(folder.path().read_dir().unwrap().count(), 0);
        return (rows, String::new(), String::new());
    }
    let mut text = String::new();
    let mut reader = crate::formats::open(&path).unwrap();
    while reader.advance().unwrap() {
        text.push_str(std::str::from_utf8(reader.line()).unwrap());
        text.push('\n');
    }
    let page = folder.path().join(format!("{NAME}-meta.yaml"));
    let page = std::fs::read_to_string(page).unwrap();
    let md5 = format!("\ndata_file_md5sum: \"{}\"\n", md5_of(&path).unwrap());
    assert!(page.contains(&md5), "{page}");
    (rows, text, page)
}

#[test]
fn rows_have_the_standards_columns_in_its_order() {
    let snps = || {
        vec![
            snp("rs1", "chr1", 90, ["A", "g"], Some(4.0)),
            snp("mine", "X", 7, ["C", "CTT"], Some(16.0)),
        ]
    };
    let tests = [test(0, 2.0), test(1, -2.0)];
    let (rows, text, page) = written(&study(), snps(), &tests);
    assert_eq!(
        text,
        "chromosome\tbase_pair_location\teffect_allele\tother_allele\tbeta\tstandard_error\t\
         effect_allele_frequency\tp_value\tvariant_id\trsid\tref_allele\tn\tneg_log_10_p_value\tsnp\n\
         1\t90\tG\tA\t0.5\t0.25\t0.25\t2.2250738585072014e-308\t1_90_A_G\trs1\tOA\t8\t434.2944819032518\trs1\n\
         23\t7\tCTT\tC\t-0.5\t0.25\t1\t2.2250738585072014e-308\t23_7_C_CTT\t#NA\tOA\t8\t434.2944819032518\tmine\n"
    );
    let wanted = SsfRows {
        n_written: 2,
        n_below_floor: 2,
        ..SsfRows::default()
    };
    assert_eq!(rows, wanted);
    assert!(page.ends_with("is_sorted: true\n"), "{page}");
    let unknown = SsfStudy {
        is_reference_known: false,
        ..study()
    };
    let (_, text, _) = written(&unknown, snps(), &tests);
    assert!(text.contains("\t#NA\trs1\t#NA\t8\t"), "{text}");
}

#[test]
fn what_the_standard_has_no_room_for_is_counted() {
    let mut nowhere = snp("a", "1", 5, ["A", "G"], Some(4.0));
    nowhere.site = None;
    let snps = vec![
        nowhere,
        snp("b", "scaffold_7", 5, ["A", "G"], Some(4.0)),
        snp("c", "1", 0, ["A", "G"], Some(4.0)),
        snp("d", "1", 5, ["A", "<DEL>"], Some(4.0)),
        snp("e", "1", 5, ["", "G"], Some(4.0)),
        snp("f", "1", 5, ["A", "G"], None),
        snp("g", "1", 5, ["A", "G"], Some(4.0)),
        snp("h", "1", 4, ["A", "G"], Some(4.0)),
    ];
    let tests: Vec<Hit> = (0..6).map(|row| test(row, 2.0)).collect();
    let others = [
        test(6, 0.0),
        test(6, 2.0),
        test(7, 2.0),
        test(7, f64::INFINITY),
    ];
    let (rows, text, page) = written(&study(), snps, &[&tests[..], &others].concat());
    let wanted = SsfRows {
        n_written: 2,
        n_below_floor: 2,
        n_without_place: 3,
        n_without_alleles: 2,
        n_without_frequency: 1,
        n_without_effect: 1,
        n_perfect: 1,
    };
    assert_eq!(rows, wanted);
    let left_out: Vec<u64> = rows.left_out().iter().map(|(n, _)| *n).collect();
    assert_eq!(left_out, [3, 2, 1, 1, 1]);
    assert_eq!(text.lines().count(), 3);
    assert!(page.contains("is_sorted: false"), "{page}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// Whatever SNPs there are, a row is either as the standard wants it or counted as left out.
    #[test]
    fn every_row_is_valid_or_counted(
        snps in prop::collection::vec(
            ("(chr)?([0-9]{1,2}|X|Y|XY|MT|scaffold_1)", -1i64..1000, "[ACGTN]{0,3}|<DEL>", "[ACGT]{0,2}|[*]",
             prop::option::of(0.0f64..=16.0),
             prop_oneof![(-3i8..=3).prop_map(f64::from), Just(f64::INFINITY)]),
            0..30,
        ),
    ) {
        let facts = snps.iter().map(|(chrom, pos, a, b, count, _)| snp("rs7", chrom, *pos, [a, b], *count));
        let tests: Vec<Hit> = (0..).zip(&snps).map(|(row, snp)| test(row, snp.5)).collect();
        let (rows, text, page) = written(&study(), facts.collect(), &tests);
        let n_left_out: u64 = rows.left_out().iter().map(|(n, _)| n).sum();
        prop_assert_eq!(rows.n_written + n_left_out, snps.len() as u64);
        let mut places = Vec::new();
        for line in text.lines().skip(1) {
            let fields: Vec<&str> = line.split('\t').collect();
            prop_assert_eq!(fields.len(), 14);
            let number = |i: usize| fields[i].parse::<f64>().unwrap();
            prop_assert!((1.0..=25.0).contains(&number(0)) && number(1) > 0.0, "{}", line);
            for allele in &fields[2..4] {
                prop_assert!(!allele.is_empty() && allele.bytes().all(|base| b"ACGT".contains(&base)), "{}", line);
            }
            prop_assert!(number(4).is_finite() && number(5) > 0.0, "{}", line);
            prop_assert!((0.0..=1.0).contains(&number(6)) && number(7) > 0.0 && number(7) <= 1.0, "{}", line);
            places.push((number(0) as u8, number(1) as i64));
        }
        prop_assert_eq!(places.len() as u64, rows.n_written);
        prop_assert_eq!(page.contains("is_sorted: true"), !places.is_empty() && places.is_sorted());
    }
}
