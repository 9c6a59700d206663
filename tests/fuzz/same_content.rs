//! Changes that say the same: rows in another order, other line ends, a mark or blank lines, compression.

use std::fs;

use mpiqtl::formats::GenotypeField;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use crate::campaign::{Outcome, single, turn};
use crate::inputs::{
    BED, BED_OF_SIX, EXPRESSION, GENERAL, GENOTYPES, VCF, VCF_DOSAGES, bgzf, gzip, tabs,
};
use crate::judge::{Content, Kind, import};

const CALLS: Kind = Kind::Genotypes(GenotypeField::Gt);
const DOSAGES: Kind = Kind::Genotypes(GenotypeField::Ds);

/// Each input with the number of its lines before the first row.
const INPUTS: [(Kind, &str, usize); 8] = [
    (CALLS, VCF, 3),
    (DOSAGES, VCF_DOSAGES, 2),
    (CALLS, GENOTYPES, 1),
    (CALLS, GENERAL, 1),
    (Kind::Expression, EXPRESSION, 1),
    (Kind::Expression, BED, 1),
    (Kind::Expression, BED_OF_SIX, 2),
    (CALLS, BED, 1),
];

fn content(kind: Kind, bytes: &[u8]) -> Content {
    let _turn = turn();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("input"), bytes).unwrap();
    import(kind, folder.path())
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(bytes)))
}

#[test]
fn other_line_ends_and_compressions_say_the_same() {
    for (kind, text, n_header) in INPUTS {
        let bytes = tabs(text);
        let wanted = content(kind, &bytes);
        let text = String::from_utf8(bytes.clone()).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let half = bytes.len() / 2;
        let same: [Vec<u8>; 9] = [
            text.replace('\n', "\r\n").into(),
            text.replace('\n', "\r\n").trim_end_matches('\n').into(),
            text.trim_end().into(),
            format!("{text}\n\n\r\n \n").into(),
            format!(
                "{}\n\n{}\n",
                lines[..n_header].join("\n"),
                lines[n_header..].join("\n\n")
            )
            .into(),
            [b"\xef\xbb\xbf", &bytes[..]].concat(),
            gzip(&bytes),
            bgzf(&bytes),
            [gzip(&bytes[..half]), gzip(&bytes[half..]), gzip(b"")].concat(),
        ];
        for variant in same {
            assert_eq!(
                content(kind, &variant),
                wanted,
                "{:?}",
                String::from_utf8_lossy(&variant)
            );
        }
    }
}

#[test]
fn rows_in_another_order_say_the_same() {
    use rand::SeedableRng;
    let mut random = ChaCha8Rng::seed_from_u64(7);
    for (kind, text, n_header) in INPUTS {
        let sorted = |bytes: &[u8]| {
            let mut content = content(kind, bytes);
            content.rows.sort();
            content
        };
        let wanted = sorted(&tabs(text));
        for _ in 0..10 {
            let mut lines: Vec<&str> = text.lines().collect();
            lines[n_header..].shuffle(&mut random);
            assert_eq!(sorted(&tabs(&(lines.join("\n") + "\n"))), wanted);
        }
    }
}

#[test]
fn rows_wider_than_the_others_fit_their_slabs() {
    // Some hundred rows of columns so many that a slab holds few of them.
    let (n_columns, n_rows) = (60_000, 300);
    let outcome = single("wide", |folder| {
        let header: String = (0..n_columns).map(|i| format!("\ts{i}")).collect();
        let mut text = format!("id{header}\n");
        for row in 0..n_rows {
            text.push_str(&format!("r{row}\t{row}{}\n", "\t1".repeat(n_columns - 1)));
        }
        fs::write(folder.join("input"), text).unwrap();
        let content = import(CALLS, folder).map_err(|error| error.to_string())?;
        assert_eq!(
            (content.rows.len(), content.samples.len()),
            (n_rows, n_columns)
        );
        for (row, found) in content.rows.iter().enumerate() {
            assert_eq!(found.id, format!("r{row}"));
            assert_eq!(f64::from_bits(found.values[0]), row as f64);
            assert_eq!(f64::from_bits(found.values[n_columns - 1]), 1.0);
        }
        Ok(Outcome::Accepted)
    });
    assert_eq!(outcome, Outcome::Accepted);
}
