//! PLINK 1 binary genotypes: `X.bed` with `X.bim`, a line a SNP, and `X.fam`, a line a sample.
//!
//! A phenotype BED is text and often ends in `.bed` too, so the file is known by its first bytes, `6c 1b`; the third says
//! how it lies: `01` a row a SNP, which is read, `00` a row a sample, which is refused. **Counted is A1, column 5 of the
//! .bim**: what plink2 writes as ALT and takes for ALT, and what tensorQTL counts. PLINK 1 puts the minor allele there
//! unless it is told to keep the order, so the sign of an effect may be the other one than in a VCF of the same SNPs.
//!
//! Samples are called by their IID, or all by `FID_IID` if an IID repeats. Chromosome 0 is PLINK's word for no place;
//! an allele `0` becomes `.` and a SNP called `.` is called `chrom_pos_A2_A1`, both as in a VCF.

mod bim;
mod fam;
mod packed;

use std::ffi::OsString;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

pub use self::bim::{PlinkSnp, PlinkSnps};
pub use self::fam::{PlinkSamples, SampleIds};
pub(super) use self::packed::check_magic;
pub use self::packed::{AlleleCount, PackedRows, SampleMask};
use super::FormatError;

/// The first bytes of a .bed and of a .pgen.
pub(super) const MAGIC: [u8; 2] = [0x6c, 0x1b];

/// The three files of a set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlinkFiles {
    /// The genotypes.
    pub bed: PathBuf,
    /// The SNPs.
    pub bim: PathBuf,
    /// The samples.
    pub fam: PathBuf,
}

impl PlinkFiles {
    /// The files that go with a path, which is that of the .bed or the prefix of all three.
    pub fn of(path: &Path) -> Self {
        let bed = bed_of(path);
        let prefix = match bed.extension() {
            Some(end) if end.eq_ignore_ascii_case("bed") => bed.with_extension(""),
            _ => bed.clone(),
        };
        Self {
            bim: with_end(&prefix, ".bim"),
            fam: with_end(&prefix, ".fam"),
            bed,
        }
    }

    /// Checks a path that stands for no PLINK bed file by what it holds: that it is no part of a set either.
    ///
    /// # Errors
    /// A .bim or .fam; the .bed of a .bim and .fam, or their prefix, whose first bytes are damaged.
    pub fn check_part(path: &Path) -> Result<(), FormatError> {
        if ends_in(path, "bim") || ends_in(path, "fam") {
            return Err(FormatError::File {
                path: path.into(),
                found: "this is a part of a PLINK set".into(),
                wanted: format!(
                    "give its .bed, or the prefix {}",
                    path.with_extension("").display()
                ),
            });
        }
        let files = Self::of(path);
        if ends_in(&files.bed, "bed") && files.bim.is_file() && files.fam.is_file() {
            return check_magic(&files.bed);
        }
        Ok(())
    }
}

/// The .bed that is meant by a path: the path itself, or, where no such file is, the one that it is the prefix of. A .bed
/// that does not begin as such is meant if it stands beside its .bim and .fam, and where there is none, the .pgen is: what
/// is wrong with either is told of it.
pub(super) fn bed_of(path: &Path) -> PathBuf {
    if path.is_file() {
        return path.into();
    }
    let [bed, bim, fam, pgen] = [".bed", ".bim", ".fam", ".pgen"].map(|end| with_end(path, end));
    if starts_with_magic(&bed) || [&bed, &bim, &fam].iter().all(|part| part.is_file()) {
        bed
    } else if !bed.exists() && starts_with_magic(&pgen) {
        pgen
    } else {
        path.into()
    }
}

fn ends_in(path: &Path, ending: &str) -> bool {
    let found = path.extension();
    found.is_some_and(|found| found.eq_ignore_ascii_case(ending))
}

fn starts_with_magic(path: &Path) -> bool {
    let mut head = [0; MAGIC.len()];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut head));
    path.is_file() && read.is_ok() && head == MAGIC
}

fn with_end(prefix: &Path, end: &str) -> PathBuf {
    let mut name: OsString = prefix.into();
    name.push(end);
    name.into()
}

/// An open set of PLINK files. SNPs and samples are in memory, genotypes are read where they lie.
pub struct PlinkGenotypes {
    /// The files.
    pub files: PlinkFiles,
    /// The samples, in the order of the .fam.
    pub samples: PlinkSamples,
    /// The SNPs, in the order of the .bim.
    pub snps: PlinkSnps,
    /// The genotypes `[n_snps x n_samples]`, packed.
    pub rows: PackedRows,
}

impl PlinkGenotypes {
    /// Opens the set of a .bed or of a prefix.
    ///
    /// # Errors
    /// A file that is missing, or is not what its place says; a .bed whose size is not that of its SNPs and samples.
    pub fn open(path: &Path) -> Result<Self, FormatError> {
        let files = PlinkFiles::of(path);
        check_magic(&files.bed)?;
        if let Some(absent) = [&files.bim, &files.fam]
            .into_iter()
            .find(|path| !path.exists())
        {
            return Err(FormatError::File {
                path: files.bed.clone(),
                found: format!(
                    "this is a PLINK bed file, and there is no {}",
                    absent.display()
                ),
                wanted: "wanted .bed, .bim and .fam of one name in one folder".into(),
            });
        }
        let samples = PlinkSamples::read(&files.fam)?;
        let snps = PlinkSnps::read(&files.bim)?;
        let rows = PackedRows::open(&files, snps.len(), samples.ids().len())?;
        Ok(Self {
            files,
            samples,
            snps,
            rows,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// Three SNPs of five samples: 2 1 0 missing 2, 0 0 0 0 1, 1 1 1 1 missing.
    const BED: [u8; 9] = [0x6c, 0x1b, 1, 0b01_11_10_00, 0b00, 0xff, 0b10, 0xaa, 0b01];
    const BIM: &str = "1\trs1\t0\t100\tG\tA\n0 rs2 0 0 0 C\n23\t.\t0.5\t7\tT\tC\n";
    const FAM: &str =
        "f1 a 0 0 1 -9\nf1 b 0 0 2 -9\nf2\tc\t0\t0\t0\t-9\nf3 d 0 0 0 -9\nf4 e 0 0 0 -9\n";

    fn set(bed: &[u8], bim: &str, fam: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("set.bed");
        fs::write(&path, bed).unwrap();
        fs::write(folder.path().join("set.bim"), bim).unwrap();
        fs::write(folder.path().join("set.fam"), fam).unwrap();
        (folder, path)
    }

    fn refusal(bed: &[u8], bim: &str, fam: &str) -> String {
        let (_folder, path) = set(bed, bim, fam);
        PlinkGenotypes::open(&path).err().unwrap().to_string()
    }

    #[test]
    fn a_set_is_read_by_its_bed_or_by_its_prefix() {
        let (folder, path) = set(&BED, BIM, FAM);
        for path in [&path, &folder.path().join("set")] {
            let plink = PlinkGenotypes::open(path).unwrap();
            assert_eq!(plink.samples.ids(), ["a", "b", "c", "d", "e"]);
            let snp = |row| plink.snps.snp(row);
            let (first, second, third) = (snp(0), snp(1), snp(2));
            assert_eq!(
                (first.id, first.a1, first.a2, first.pos),
                ("rs1", "G", "A", 100)
            );
            assert_eq!((second.id, second.a1, second.chrom), ("rs2", ".", None));
            assert_eq!(
                (third.id, third.chrom),
                ("23_7_C_T", Some(1)),
                "a place for a name"
            );
            assert_eq!(plink.snps.chrom_names(), ["1", "23"]);
            let mut codes = Vec::new();
            (0..3).for_each(|row| plink.rows.decode(row, &mut codes));
            assert_eq!(codes, [2, 1, 0, 255, 2, 0, 0, 0, 0, 1, 1, 1, 1, 1, 255]);
        }
    }

    #[test]
    fn names_of_files_may_have_points() {
        let folder = tempfile::tempdir().unwrap();
        let prefix = folder.path().join("study.chr22");
        fs::write(folder.path().join("study.chr22.bed"), BED).unwrap();
        let files = PlinkFiles::of(&prefix);
        assert_eq!(files.fam, folder.path().join("study.chr22.fam"));
        assert_eq!(files, PlinkFiles::of(&files.bed));
        assert_eq!(PlinkFiles::of(Path::new("a.BED")).bim, Path::new("a.bim"));
    }

    #[test]
    fn a_bed_of_another_size_is_an_error_that_says_both() {
        let short = refusal(&BED[..8], BIM, FAM);
        assert!(
            short.contains("set.bed: has 8 bytes; 3 SNPs of ") && short.contains("take 9 bytes"),
            "{short}"
        );
        assert!(short.contains("truncated"), "{short}");
        let long = refusal(&[&BED[..], b"\0"].concat(), BIM, FAM);
        assert!(
            long.contains("has 10 bytes") && long.contains("1 byte more than"),
            "{long}"
        );
        let more_snps = refusal(&BED, &format!("{BIM}2 rs9 0 5 A C\n"), FAM);
        assert!(
            more_snps.contains("4 SNPs of ") && more_snps.contains("take 11 bytes"),
            "{more_snps}"
        );
        let more_samples = refusal(&BED, BIM, &format!("{FAM}g 1\ng 2\ng 3\ng 4\n"));
        assert!(more_samples.contains("9 samples of "), "{more_samples}");
    }

    #[test]
    fn a_bed_that_is_none_is_an_error() {
        let by_sample = refusal(&[0x6c, 0x1b, 0, 0, 0], BIM, FAM);
        assert!(by_sample.contains("plink2 --bfile"), "{by_sample}");
        assert!(refusal(b"\x6c\x1b", BIM, FAM).contains("truncated"));
        assert!(refusal(b"", BIM, FAM).contains("truncated"));
        assert!(refusal(b"chr\tstart", BIM, FAM).contains("not a PLINK bed"));
    }

    #[test]
    fn lines_that_do_not_fit_are_named() {
        let bim = |line: &str| refusal(&BED, &BIM.replace("23\t.\t0.5\t7\tT\tC", line), FAM);
        assert!(bim("23 rs3 0 7 T").contains("set.bim, line 3: the line has 5 columns; wanted 6"));
        assert!(bim("23 rs3 0 x T C").contains("line 3: SNP 'rs3' is at 'x'; wanted"));
        assert!(bim("23 rs3 0 -7 T C").contains("is at '-7'"));
        let fam = |text: &str| refusal(&BED, BIM, text);
        assert!(fam("").contains("set.fam: has no samples"));
        assert!(fam("a\n").contains("set.fam, line 1: the line has 1 column; wanted"));
        assert!(refusal(&BED, "", FAM).contains("set.bim: has no SNPs"));
    }

    #[test]
    fn a_missing_part_of_the_set_is_named() {
        let (folder, path) = set(&BED, BIM, FAM);
        fs::remove_file(folder.path().join("set.fam")).unwrap();
        let message = PlinkGenotypes::open(&path).err().unwrap().to_string();
        assert!(
            message.contains("set.bed: this is a PLINK bed file") && message.contains("set.fam;"),
            "{message}"
        );
    }

    #[test]
    fn iids_that_repeat_are_told_apart_by_families() {
        let twice = FAM.replace("f2\tc", "f2\ta");
        let (_folder, path) = set(&BED, BIM, &twice);
        let plink = PlinkGenotypes::open(&path).unwrap();
        assert_eq!(
            plink.samples.ids(),
            ["f1_a", "f1_b", "f2_a", "f3_d", "f4_e"]
        );
        assert_eq!(plink.samples.named_by(), SampleIds::FidIid);
        let message = refusal(&BED, BIM, &FAM.replace("f2\tc", "f1\ta"));
        assert!(
            message.contains("line 3: sample 'f1_a' stands there twice"),
            "{message}"
        );
    }
}
