//! A few compressed megabytes that are gigabytes of text: refused, or read as a stream, in little memory.

use std::path::Path;

use mpiqtl::formats::{FormatError, GeneLocations, GenotypeField, SnpLocations};

use crate::campaign::{Outcome, Verdict, single};
use crate::inputs::{
    BED, COVARIATES_ACROSS, ERROR_COVARIANCE, EXPRESSION, GENOTYPES, VCF, gzip, tabs,
};
use crate::judge::{Kind, clear, judge_import};
use crate::tables::{judge_covariates, judge_error_covariance};

const CALLS: Kind = Kind::Genotypes(GenotypeField::Gt);

/// Bytes that are compressed once and repeated: a gzip file may be several one after the other.
const PART_BYTES: usize = 16 << 20;

/// `head`, then `unit` for as many bytes as are asked for.
fn bomb(head: &[u8], unit: &[u8], n_parts: usize) -> Vec<u8> {
    let part = gzip(&unit.repeat(PART_BYTES / unit.len()));
    [gzip(head), part.repeat(n_parts)].concat()
}

/// Two gigabytes of one line.
fn one_line(head: &[u8], unit: &[u8]) -> Vec<u8> {
    bomb(head, unit, 128)
}

type Judge = fn(&Path, &[u8]) -> Verdict;

fn locations(folder: &Path, bytes: &[u8], read: fn(&Path) -> Result<(), FormatError>) -> Verdict {
    let path = folder.join("input");
    std::fs::write(&path, bytes).expect("the input can be written");
    match read(&path) {
        Ok(()) => Ok(Outcome::Accepted),
        Err(error) => clear(&error).map(|()| Outcome::Refused),
    }
}

fn readers() -> [(&'static str, Vec<u8>, Judge); 8] {
    [
        ("vcf", tabs(VCF), |folder, bytes| {
            judge_import(CALLS, folder, bytes)
        }),
        ("genotypes", tabs(GENOTYPES), |folder, bytes| {
            judge_import(CALLS, folder, bytes)
        }),
        ("expression", tabs(EXPRESSION), |folder, bytes| {
            judge_import(Kind::Expression, folder, bytes)
        }),
        ("bed", tabs(BED), |folder, bytes| {
            judge_import(Kind::Expression, folder, bytes)
        }),
        ("covariates", tabs(COVARIATES_ACROSS), judge_covariates),
        (
            "error covariance",
            tabs(ERROR_COVARIANCE),
            judge_error_covariance,
        ),
        (
            "snp locations",
            b"snp\tchr\tpos\n".to_vec(),
            |folder, bytes| locations(folder, bytes, |path| SnpLocations::read(path).map(|_| ())),
        ),
        (
            "gene locations",
            b"gene\tchr\tleft\tright\n".to_vec(),
            |folder, bytes| locations(folder, bytes, |path| GeneLocations::read(path).map(|_| ())),
        ),
    ]
}

#[test]
fn a_line_without_end_is_refused() {
    for (name, text, judge) in readers() {
        for unit in [&b"\t"[..], b"1 "] {
            // As the header and as a row.
            for head in [&b""[..], &text] {
                let bytes = one_line(head, unit);
                assert!(bytes.len() < 32 << 20);
                let outcome = single(&format!("{name} without end"), |folder| {
                    judge(folder, &bytes)
                });
                assert_eq!(outcome, Outcome::Refused, "{name}");
            }
        }
    }
}

#[test]
fn a_header_of_millions_of_columns_is_refused() {
    for (name, text, judge) in readers() {
        if name.ends_with("locations") {
            continue;
        }
        let text = String::from_utf8(text).unwrap();
        let header = text.lines().find(|line| line.contains("\ts4")).unwrap();
        let columns: String = (0..2_100_000).map(|i| format!("\tx{i:07}")).collect();
        let wide = text.replacen(header, &format!("{header}{columns}"), 1);
        let outcome = single(&format!("{name} of millions of columns"), |folder| {
            judge(folder, wide.as_bytes())
        });
        assert_eq!(outcome, Outcome::Refused, "{name}");
    }
}

#[test]
fn a_header_of_many_columns_takes_no_memory_for_rows_that_do_not_come() {
    let header: String = (0..200_000).map(|i| format!("\ts{i}")).collect();
    let text = format!("id{header}\ns0\t1\n");
    let outcome = single("wide error covariance", |folder| {
        judge_error_covariance(folder, text.as_bytes())
    });
    assert_eq!(outcome, Outcome::Refused);
}

#[test]
fn rows_that_repeat_for_gigabytes_are_refused_at_the_second() {
    for (name, text, judge) in readers() {
        if name.ends_with("locations") {
            continue;
        }
        let text = String::from_utf8(text).unwrap();
        let last = text.lines().last().unwrap().to_string() + "\n";
        let bytes = bomb(text.as_bytes(), last.as_bytes(), 64);
        let outcome = single(&format!("{name} of repeated rows"), |folder| {
            judge(folder, &bytes)
        });
        assert_eq!(outcome, Outcome::Refused, "{name}");
    }
}

#[test]
fn blank_lines_and_repeated_locations_are_a_stream() {
    for (name, text, judge) in readers() {
        let unit = match name {
            "snp locations" => &b"rs1\t1\t5\n"[..],
            "gene locations" => b"g1\t1\t5\t6\n",
            _ => b"          \r\n",
        };
        let bytes = bomb(&text, unit, 2);
        let outcome = single(&format!("{name} of blank lines"), |folder| {
            judge(folder, &bytes)
        });
        assert_eq!(outcome, Outcome::Accepted, "{name}");
    }
}
