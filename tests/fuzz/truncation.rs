//! Inputs cut at every length: what is lost is noticed, and the line where it happened is named.

use std::fs;
use std::path::Path;

use mpiqtl::formats::{Covariates, ErrorCovariance, GeneLocations, GenotypeField, SnpLocations};

use crate::inputs::{
    BED, BED_OF_SIX, COVARIATES_ACROSS, COVARIATES_DOWN, ERROR_COVARIANCE, EXPRESSION,
    GENE_LOCATIONS, GENOTYPES, SAMPLES, SNP_LOCATIONS, VCF, VCF_DOSAGES, bgzf, gzip, tabs,
};
use crate::judge::{Kind, clear, import};

const CALLS: Kind = Kind::Genotypes(GenotypeField::Gt);
const DOSAGES: Kind = Kind::Genotypes(GenotypeField::Ds);

/// The number of rows read, or the message.
type Read = Result<usize, String>;

fn imported(kind: Kind) -> impl Fn(&Path) -> Read {
    move |folder| match import(kind, folder) {
        Ok(content) => Ok(content.rows.len()),
        Err(error) => clear(&error).and(Err(error.to_string())),
    }
}

fn read(folder: &Path, f: impl Fn(&Path) -> Result<usize, mpiqtl::formats::FormatError>) -> Read {
    f(&folder.join("input")).map_err(|error| {
        clear(&error).expect("a clear error");
        error.to_string()
    })
}

fn covariates(folder: &Path) -> Read {
    let known = SAMPLES.map(String::from);
    read(folder, |path| {
        Ok(Covariates::read(path, &known)?.values.len())
    })
}

/// Reads the first `length` bytes.
fn cut(bytes: &[u8], length: usize, read: &impl Fn(&Path) -> Read) -> Read {
    let folder = tempfile::tempdir_in(if Path::new("/dev/shm").is_dir() {
        "/dev/shm"
    } else {
        "/tmp"
    })
    .unwrap();
    fs::write(folder.path().join("input"), &bytes[..length]).unwrap();
    read(folder.path())
}

/// Cuts a table at every length. A last line with too few columns, or with nothing in the last one, has to be named; a
/// header that is not whole has to be refused.
fn cut_everywhere(text: &str, n_header: usize, read: impl Fn(&Path) -> Read) {
    let bytes = tabs(text);
    let n_columns = |line: &[u8]| line.split(|&byte| byte == b'\t').count();
    let all: Vec<&[u8]> = bytes.split(|&byte| byte == b'\n').collect();
    assert!(cut(&bytes, bytes.len(), &read).is_ok());
    for length in 0..bytes.len() {
        let lines: Vec<&[u8]> = bytes[..length].split(|&byte| byte == b'\n').collect();
        let last = lines.len() - 1;
        let found = cut(&bytes, length, &read);
        let at = format!("{} bytes, {found:?}", length);
        if last < n_header || (last == n_header && lines[last].is_empty()) {
            assert!(found.is_err(), "{at}");
        } else if n_columns(lines[last]) < n_columns(all[last]) && !lines[last].is_empty()
            || lines[last].ends_with(b"\t")
        {
            let message = found.expect_err(&at);
            assert!(message.contains(&format!("line {}: ", last + 1)), "{at}");
        } else if lines[last].is_empty() {
            // What was read is whole rows; a table that wants all of them says so.
            assert!(found.is_ok() || text == ERROR_COVARIANCE, "{at}");
        }
    }
}

#[test]
fn a_table_that_breaks_off_names_the_line() {
    cut_everywhere(VCF, 3, imported(CALLS));
    cut_everywhere(VCF_DOSAGES, 2, imported(DOSAGES));
    cut_everywhere(GENOTYPES, 1, imported(CALLS));
    cut_everywhere(EXPRESSION, 1, imported(Kind::Expression));
    cut_everywhere(BED, 1, imported(Kind::Expression));
    cut_everywhere(BED_OF_SIX, 2, imported(Kind::Expression));
    cut_everywhere(COVARIATES_ACROSS, 1, covariates);
    cut_everywhere(COVARIATES_DOWN, 1, covariates);
    cut_everywhere(ERROR_COVARIANCE, 1, |folder: &Path| {
        read(folder, |path| {
            Ok(ErrorCovariance::read(path)?.samples.len())
        })
    });
}

#[test]
fn a_location_table_that_breaks_off_names_the_line() {
    // A header is not needed there, so a table of a header alone is one without rows.
    for (text, genes) in [(SNP_LOCATIONS, false), (GENE_LOCATIONS, true)] {
        let bytes = tabs(text);
        for length in 0..bytes.len() {
            let found = cut(&bytes, length, &|folder: &Path| {
                read(folder, |path| match genes {
                    true => Ok(GeneLocations::read(path)?.n_ids()),
                    false => Ok(SnpLocations::read(path)?.n_ids()),
                })
            });
            let lines: Vec<&[u8]> = bytes[..length].split(|&byte| byte == b'\n').collect();
            let last = lines[lines.len() - 1];
            let n_columns = last.split(|&byte| byte == b'\t').count();
            if length == 0
                || !last.is_empty()
                    && (n_columns < 3 + usize::from(genes)
                        || last.ends_with(b"\t") && lines.len() > 1)
            {
                let message = found.expect_err(&format!("{length} bytes"));
                let line = format!("line {}: ", lines.len());
                assert!(
                    message.contains(&line) || length == 0,
                    "{length} bytes: {message}"
                );
            }
        }
    }
}

#[test]
fn a_compressed_file_that_breaks_off_is_an_error_at_every_length() {
    for (text, kind) in [
        (VCF, CALLS),
        (GENOTYPES, CALLS),
        (BED, Kind::Expression),
        (EXPRESSION, Kind::Expression),
    ] {
        for bytes in [gzip(&tabs(text)), bgzf(&tabs(text))] {
            let read = imported(kind);
            assert!(cut(&bytes, bytes.len(), &read).is_ok());
            for length in 0..bytes.len() {
                let message = cut(&bytes, length, &read).expect_err(&format!("{length} bytes"));
                assert!(
                    length == 0 || message.contains("truncated or damaged"),
                    "{length} bytes: {message}"
                );
            }
        }
    }
}
