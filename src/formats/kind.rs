//! What a file is, by its first bytes and not by its name.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::FormatError;
use super::bed::names_places;
use super::columns::Separator;
use super::compression::damaged;
use super::input::{self, io_error};
use super::plink;

/// The kinds of files that hold genotypes or expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// An HDF5 store.
    Store,
    /// VCF, plain or compressed.
    Vcf,
    /// Phenotype BED, plain or compressed.
    PhenotypeBed,
    /// PLINK 1 binary genotypes, by their .bed or by the prefix of the set.
    PlinkBed,
    /// Any other text: a Matrix eQTL matrix.
    Text,
}

const HDF5: &[u8] = b"\x89HDF\r\n\x1a\n";
const HEAD_BYTES: usize = 4096;

impl FileKind {
    /// Tells what a file is. Reads its beginning, so a pipe cannot be asked. The prefix of a PLINK set stands for its .bed.
    ///
    /// # Errors
    /// If it cannot be read, or is a binary format that has to be converted first.
    pub fn of(path: &Path) -> Result<Self, FormatError> {
        let path = &plink::bed_of(path);
        let mut raw = Vec::new();
        File::open(path)
            .map_err(io_error(path, "cannot open"))?
            .take(HDF5.len() as u64)
            .read_to_end(&mut raw)
            .map_err(io_error(path, "cannot read"))?;
        if raw == HDF5 {
            return Ok(Self::Store);
        }
        if raw.starts_with(&plink::MAGIC) {
            return plink::check_magic(path).map(|()| Self::PlinkBed);
        }
        if !raw.is_empty() && HDF5.starts_with(&raw) {
            return Err(damaged(path, "the file ends in the first bytes of HDF5"));
        }
        let head = input::open(path)?.into_head(HEAD_BYTES)?;
        if let Some((found, wanted)) = foreign_format(&head) {
            return Err(FormatError::File {
                path: path.into(),
                found: found.into(),
                wanted: wanted.into(),
            });
        }
        Ok(Self::of_text(&head))
    }

    fn of_text(head: &[u8]) -> Self {
        let head = head.strip_prefix(input::UTF8_MARK).unwrap_or(head);
        if head.starts_with(b"##fileformat=VCF") || head.starts_with(b"#CHROM\t") {
            return Self::Vcf;
        }
        let header = head
            .split(|&byte| byte == b'\n')
            .find(|line| !line.is_empty() && !line.starts_with(b"##"))
            .unwrap_or_default();
        if names_places(
            &Separator::TabOrSpace
                .split(header)
                .take(4)
                .collect::<Vec<_>>(),
        ) {
            Self::PhenotypeBed
        } else {
            Self::Text
        }
    }
}

/// What a binary file is, and how to make it one that is read.
fn foreign_format(head: &[u8]) -> Option<(&'static str, &'static str)> {
    if matches!(head, [b'B', b'C', b'F', version, ..] if *version < b' ') {
        let wanted = "convert it with 'bcftools view -Oz -o X.vcf.gz'";
        Some(("this is a BCF file", wanted))
    } else if head.contains(&0) {
        Some((
            "the file is binary",
            "wanted an HDF5 store, VCF, phenotype BED or a text matrix",
        ))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write;
    use tempfile::NamedTempFile;

    fn kind(bytes: &[u8]) -> Result<FileKind, FormatError> {
        let mut file = NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        FileKind::of(file.path())
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn a_file_is_known_by_its_content() {
        let vcf: &[u8] = b"##fileformat=VCFv4.2\n#CHROM\tPOS\n";
        let cases: [(&[u8], FileKind); 7] = [
            (b"\x89HDF\r\n\x1a\n\0\0", FileKind::Store),
            (vcf, FileKind::Vcf),
            (b"#CHROM\tPOS\tID\n", FileKind::Vcf),
            (
                b"##made today\n#Chr\tstart\tend\tpid\ta\n",
                FileKind::PhenotypeBed,
            ),
            (b"id\ts1\ts2\nrs1\t0\t1\n", FileKind::Text),
            (b"BCF_patients\ts1\n", FileKind::Text),
            (b"\x6c\x1b\x01\0\0", FileKind::PlinkBed),
        ];
        for (bytes, expected) in cases {
            assert_eq!(kind(bytes).unwrap(), expected);
        }
        assert_eq!(kind(&gzip(vcf)).unwrap(), FileKind::Vcf);
        let bed = gzip(b"chr start end gene s1\n");
        assert_eq!(kind(&bed).unwrap(), FileKind::PhenotypeBed);
    }

    #[test]
    fn a_foreign_format_is_named_with_the_way_to_convert_it() {
        let by_sample = kind(b"\x6c\x1b\0\0\0").unwrap_err().to_string();
        assert!(by_sample.contains("a row a sample"), "{by_sample}");
        assert!(by_sample.contains("plink2 --bfile X --make-bed"));
        let pgen = kind(b"\x6c\x1b\x10\0\0").unwrap_err().to_string();
        assert!(pgen.contains("plink2 --pfile X"));
        let bcf = kind(&gzip(b"BCF\x02\x02\0")).unwrap_err().to_string();
        assert!(bcf.contains("BCF"));
        assert!(bcf.contains("bcftools view -Oz"));
        assert!(
            kind(b"bgen\0\0")
                .unwrap_err()
                .to_string()
                .contains("binary")
        );
    }

    #[test]
    fn a_missing_file_is_named() {
        let message = FileKind::of(Path::new("no/such.vcf"))
            .unwrap_err()
            .to_string();
        assert!(message.contains("no/such.vcf: cannot open"));
    }
}
