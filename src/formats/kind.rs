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
    /// BCF, plain or compressed.
    Bcf,
    /// Parquet.
    Parquet,
    /// Phenotype BED, plain or compressed.
    PhenotypeBed,
    /// PLINK 1 binary genotypes, by their .bed or by the prefix of the set.
    PlinkBed,
    /// Any other text: a Matrix eQTL matrix.
    Text,
}

const HDF5: &[u8] = b"\x89HDF\r\n\x1a\n";
const PARQUET: &[u8] = b"PAR1";
const HEAD_BYTES: usize = 4096;

impl FileKind {
    /// Tells what a file is. Reads its beginning, so a pipe is refused. The prefix of a PLINK set stands for its .bed.
    ///
    /// # Errors
    /// If it cannot be read, or is a binary format that has to be converted first.
    pub fn of(path: &Path) -> Result<Self, FormatError> {
        let path = &plink::bed_of(path);
        let mut raw = Vec::new();
        let file = File::open(path).map_err(io_error(path, "cannot open"))?;
        let metadata = file.metadata().map_err(io_error(path, "cannot open"))?;
        if !metadata.is_file() && !metadata.is_dir() {
            return Err(FormatError::File {
                path: path.into(),
                found: "this is a pipe or a device, which cannot be read twice".into(),
                wanted: "write it to a file and give that".into(),
            });
        }
        file.take(HDF5.len() as u64)
            .read_to_end(&mut raw)
            .map_err(io_error(path, "cannot read"))?;
        if raw == HDF5 {
            return Ok(Self::Store);
        }
        // A header of text may begin with this word, and goes on with a tab or a letter.
        let is_binary = |byte: &u8| byte.is_ascii_control() && !b"\t\r\n".contains(byte);
        if raw.starts_with(PARQUET) && raw.get(PARQUET.len()).is_some_and(is_binary) {
            return Ok(Self::Parquet);
        }
        // A third byte other than these two is that of a pgen.
        let is_plink = raw.starts_with(&plink::MAGIC) && raw.get(2).is_none_or(|&mode| mode <= 1);
        if is_plink && !ends_in(path, "pgen") {
            return plink::check_magic(path).map(|()| Self::PlinkBed);
        }
        if !raw.is_empty() && HDF5.starts_with(&raw) {
            return Err(damaged(path, "the file ends in the first bytes of HDF5"));
        }
        let head = input::open(path)?.into_head(HEAD_BYTES)?;
        if let [b'B', b'C', b'F', 2, ..] = head[..] {
            return Ok(Self::Bcf);
        }
        if let Some((found, wanted)) = foreign_format(path, &head) {
            return Err(FormatError::File {
                path: path.into(),
                found: found.into(),
                wanted,
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

fn ends_in(path: &Path, ending: &str) -> bool {
    path.extension().is_some_and(|found| found == ending)
}

/// What a binary file is, and how to make it one that is read.
fn foreign_format(path: &Path, head: &[u8]) -> Option<(&'static str, String)> {
    const BGEN_MAGIC: std::ops::Range<usize> = 16..20;
    if head.starts_with(&plink::MAGIC) {
        Some(pgen(path))
    } else if head.contains(&0) && (head.get(BGEN_MAGIC) == Some(b"bgen") || ends_in(path, "bgen"))
    {
        let input = format!("--bgen {} ref-first", path.display());
        let wanted = plink2(&input, "--make-bed");
        let note = "with 'ref-last' where the counted allele is the first, and '--sample FILE' where the IDs are in a file of their own";
        Some(("this is a BGEN file", format!("{wanted}; {note}")))
    } else if matches!(head, [b'B', b'C', b'F', version, ..] if *version < b' ') {
        let wanted = "convert it with 'bcftools view -Ob'".into();
        Some(("this is a BCF file of an old version", wanted))
    } else if head.contains(&0) {
        let wanted = "wanted an HDF5 store, VCF, BCF, phenotype BED or a text matrix".into();
        Some(("the file is binary", wanted))
    } else {
        None
    }
}

/// What a PLINK 2 pgen file is, and how to make it one that is read.
pub(super) fn pgen(path: &Path) -> (&'static str, String) {
    // The name without the ending, as plink2 wants it.
    let prefix = path.with_extension("");
    let input = format!("--pfile {}", prefix.display());
    ("this is a PLINK 2 pgen file", plink2(&input, "--make-bed"))
}

/// How plink2 makes of an input what is read: hard calls, or dosages. Without `-force` it writes no DS where a dosage is a
/// hard call, and none at all on a line of such.
fn plink2(input: &str, hard_calls: &str) -> String {
    format!(
        "make PLINK bed of its hard calls with 'plink2 {input} {hard_calls} --out X', or VCF of its dosages with \
         'plink2 {input} --export vcf bgz vcf-dosage=DS-force --out X' and give --genotype-field DS"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write;

    fn kind(bytes: &[u8]) -> Result<FileKind, FormatError> {
        kind_of("", bytes)
    }

    /// The kind of a file whose name has this ending.
    fn kind_of(ending: &str, bytes: &[u8]) -> Result<FileKind, FormatError> {
        let mut file = tempfile::Builder::new().suffix(ending).tempfile().unwrap();
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
        let cases: [(&[u8], FileKind); 9] = [
            (b"\x89HDF\r\n\x1a\n\0\0", FileKind::Store),
            (vcf, FileKind::Vcf),
            (b"#CHROM\tPOS\tID\n", FileKind::Vcf),
            (
                b"##made today\n#Chr\tstart\tend\tpid\ta\n",
                FileKind::PhenotypeBed,
            ),
            (b"id\ts1\ts2\nrs1\t0\t1\n", FileKind::Text),
            (b"BCF_patients\ts1\n", FileKind::Text),
            (b"PAR1\ts1\nrs1\t0\n", FileKind::Text),
            (b"PAR1\x15\x04\x15\x20", FileKind::Parquet),
            (b"\x6c\x1b\x01\0\0", FileKind::PlinkBed),
        ];
        for (bytes, expected) in cases {
            assert_eq!(kind(bytes).unwrap(), expected);
        }
        assert_eq!(kind(&gzip(vcf)).unwrap(), FileKind::Vcf);
        for bcf in [b"BCF\x02\x02\0\0", b"BCF\x02\x01\0\0"] {
            assert_eq!(kind(bcf).unwrap(), FileKind::Bcf);
            assert_eq!(kind(&gzip(bcf)).unwrap(), FileKind::Bcf);
        }
        let bed = gzip(b"chr start end gene s1\n");
        assert_eq!(kind(&bed).unwrap(), FileKind::PhenotypeBed);
    }

    #[test]
    fn a_foreign_format_is_named_with_the_way_to_convert_it() {
        let by_sample = kind(b"\x6c\x1b\0\0\0").unwrap_err().to_string();
        assert!(by_sample.contains("a row a sample"), "{by_sample}");
        assert!(by_sample.contains("plink2 --bfile X --make-bed"));
        for (ending, bytes) in [
            ("", b"\x6c\x1b\x10\0\0"),
            (".pgen", b"\x6c\x1b\x01\0\0"),
            (".x", b"\x6c\x1b\x02\0\0"),
        ] {
            let pgen = kind_of(ending, bytes).unwrap_err().to_string();
            assert!(pgen.contains("PLINK 2 pgen file"), "{pgen}");
            assert!(pgen.contains("'plink2 --pfile /"), "{pgen}");
            assert!(pgen.contains(" --make-bed --out X'"), "{pgen}");
            assert!(pgen.contains("vcf-dosage=DS-force"), "{pgen}");
            assert!(!pgen.contains(".pgen "), "{pgen}");
        }
        let bgen = b"\x14\0\0\0\x14\0\0\0\x01\0\0\0\x02\0\0\0bgen\x09\0\0\0";
        let bgen = kind(bgen).unwrap_err().to_string();
        assert!(bgen.contains("BGEN file; make PLINK bed"), "{bgen}");
        assert!(bgen.contains(" ref-first --make-bed --out X'"), "{bgen}");
        let old = kind(&gzip(b"BCF\x04\0\0")).unwrap_err().to_string();
        assert!(old.contains("BCF file of an old version; convert it with 'bcftools view"));
        let binary = kind(b"hello\0\0").unwrap_err().to_string();
        assert!(binary.contains("the file is binary"));
    }

    #[test]
    fn what_cannot_be_read_twice_is_refused() {
        let message = FileKind::of(Path::new("/dev/null"))
            .unwrap_err()
            .to_string();
        assert!(
            message.contains("/dev/null: this is a pipe or a device"),
            "{message}"
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
