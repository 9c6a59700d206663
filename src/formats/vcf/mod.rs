//! VCF: hard calls (GT), dosages (DS) or genotype probabilities (GP), one row an ALT allele, the value counting that
//! allele.
//!
//! A site with several ALT alleles becomes several rows, each counting one allele and every other allele as not that
//! one; the allele is appended to the ID so that IDs stay distinct. A site without an ALT allele (`.`) is kept: its
//! calls are 0 or missing. Haploid calls count their one allele, so they are 0 or 1. A call with any allele missing is
//! missing.
//!
//! Parsed by hand from bytes: a general record parser builds a value for every field of every sample, and was measured
//! several times slower on sample columns, where all the bytes are.

mod cells;
mod field;
mod header;
mod probabilities;
mod record;

use std::path::{Path, PathBuf};

pub(super) use self::cells::{BadCell, count_copies, parse_dosage, parse_probabilities};
pub use self::field::{GenotypeField, UnknownGenotypeField};
pub(super) use self::header::{read_samples, value_of};
pub(super) use self::probabilities::expected_copies;
pub(super) use self::record::{MAX_ALTERNATES, Names};

use self::cells::Cells;
use self::record::Record;
use super::compression::Progress;
use super::input::{self, LineReader};
use super::route::{Place, Route};
use super::selection::Selection;
use super::{FormatError, GenotypeReader, GenotypeRow};
use crate::genome::Regions;

/// Endings of the indexes a VCF may have beside it, in the order htslib looks for them.
pub(super) const INDEXES: [&str; 2] = [".csi", ".tbi"];

/// A VCF file.
pub struct VcfGenotypes {
    path: PathBuf,
    reader: LineReader,
    field: GenotypeField,
    samples: Vec<String>,
    /// The ALT allele of the current line that the next row counts, from 1; 0 if the line is done with.
    next_allele: usize,
    /// `None` if all records are wanted.
    selection: Option<Selection>,
    /// `None` if the file is read from its beginning to its end.
    route: Option<Route>,
}

impl VcfGenotypes {
    /// Opens the file and reads its header; with regions, its records in them alone are read, through its index if it has
    /// one.
    ///
    /// # Errors
    /// If it is not a VCF, has no samples, a sample ID stands there twice, its index cannot be read, or it is known to have
    /// no chromosome of a region's name.
    pub fn open(path: &Path, field: GenotypeField, regions: &Regions) -> Result<Self, FormatError> {
        let mut reader = input::open(path)?;
        let mut selection = (!regions.is_empty()).then(|| Selection::new(regions.clone()));
        let mut by_header = selection.clone();
        let samples = header::read_samples(&mut reader, |line| {
            let is_contig = line.starts_with(b"##contig=<");
            if let (Some(known), true) = (&mut by_header, is_contig) {
                let id = value_of(line, b"ID").unwrap_or_default();
                known.know(&String::from_utf8_lossy(id));
            }
        })?;
        let route = match &mut selection {
            Some(selection) => Route::plan(path, &INDEXES, &[], selection)?,
            None => None,
        };
        if let (Some(known), None) = (&by_header, &route) {
            // Else all of the file would be read for nothing.
            known.check_spelling(path)?;
        }
        Ok(Self {
            path: path.into(),
            reader,
            field,
            samples,
            next_allele: 0,
            selection,
            route,
        })
    }

    /// How far the file has been read.
    pub fn progress(&self) -> Progress {
        self.reader.progress()
    }

    /// Moves to the next line that is wanted; false at the end.
    fn advance(&mut self) -> Result<bool, FormatError> {
        loop {
            if !self.advance_to_record()? {
                return Ok(false);
            }
            let Some(selection) = &mut self.selection else {
                return Ok(true);
            };
            let (chrom, pos) = Record::place(&self.reader, self.samples.len())?;
            if let Some(route) = &mut self.route
                && route.place(chrom, pos)? == Place::Past
            {
                continue;
            }
            if selection.take(chrom, pos) {
                return Ok(true);
            }
        }
    }

    /// Refuses a record that is without the field.
    fn check_field(&self, record: &Record<'_>) -> Result<(), FormatError> {
        let mut names = record.format.split(|&byte| byte == b':');
        if names.any(|name| name == self.field.name().as_bytes()) {
            return Ok(());
        }
        let cells = Cells {
            record,
            samples: &self.samples,
            allele: self.next_allele,
        };
        // Refused before any cell is looked at.
        cells.read(self.field, &mut Vec::new()).map(drop)
    }

    /// Moves to the next line, at the next region if the one at hand is done with; false at the end.
    fn advance_to_record(&mut self) -> Result<bool, FormatError> {
        loop {
            if self.route.as_ref().is_none_or(Route::is_at_a_stop)
                && self.reader.advance_to_text()?
            {
                return Ok(true);
            }
            let Some(route) = &mut self.route else {
                return Ok(false);
            };
            let Some(stop) = route.go_on() else {
                return Ok(false);
            };
            let there = input::open_at(&self.path, stop.at, &stop.region)?;
            self.reader = there.ok_or_else(|| route.misleading())?;
        }
    }
}

/// The ALT allele behind one, both from 1; 0 if the record is done with.
pub(super) fn allele_after(allele: usize, n_alternates: usize) -> usize {
    match allele < n_alternates {
        true => allele + 1,
        false => 0,
    }
}

impl GenotypeReader for VcfGenotypes {
    fn samples(&self) -> &[String] {
        &self.samples
    }

    fn read_row(&mut self, row: &mut GenotypeRow) -> Result<bool, FormatError> {
        if self.next_allele == 0 {
            if !self.advance()? {
                return Ok(false);
            }
            self.next_allele = 1;
        }
        let record = Record::parse(&self.reader, self.samples.len())?;
        record.describe(self.next_allele, row)?;
        let cells = Cells {
            record: &record,
            samples: &self.samples,
            allele: self.next_allele,
        };
        row.n_calls_alone = cells.read(self.field, &mut row.values)?;
        self.next_allele = allele_after(self.next_allele, record.n_alternates);
        Ok(true)
    }

    fn read_names(&mut self, row: &mut GenotypeRow) -> Result<bool, FormatError> {
        if self.next_allele == 0 {
            if !self.advance()? {
                return Ok(false);
            }
            self.next_allele = 1;
        }
        let record = Record::parse(&self.reader, self.samples.len())?;
        record.describe(self.next_allele, row)?;
        self.check_field(&record)?;
        self.next_allele = allele_after(self.next_allele, record.n_alternates);
        Ok(true)
    }

    fn selection(&self) -> Option<&Selection> {
        self.selection.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::genome::Site;
    use std::io::Write;
    use tempfile::NamedTempFile;

    const HEADER: &str = "##fileformat=VCFv4.2\n##contig=<ID=1>\n\
        #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ts1\ts2\ts3\n";

    fn open(text: &str, field: GenotypeField) -> Result<VcfGenotypes, FormatError> {
        let mut file = NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        VcfGenotypes::open(file.path(), field, &Regions::default())
    }

    fn rows(body: &str, field: GenotypeField) -> Result<Vec<GenotypeRow>, FormatError> {
        let mut reader = open(&format!("{HEADER}{body}"), field)?;
        let mut rows = Vec::new();
        let mut row = GenotypeRow::default();
        while reader.read_row(&mut row)? {
            rows.push(row.clone());
        }
        Ok(rows)
    }

    fn calls(body: &str) -> Vec<GenotypeRow> {
        rows(body, GenotypeField::Gt).unwrap()
    }

    fn dosages(body: &str) -> Vec<GenotypeRow> {
        rows(body, GenotypeField::Ds).unwrap()
    }

    fn refusal(body: &str, field: GenotypeField) -> String {
        rows(body, field).unwrap_err().to_string()
    }

    /// Values with -9 for missing.
    fn values(row: &GenotypeRow) -> Vec<f64> {
        let shown = |x: &f64| if x.is_nan() { -9.0 } else { *x };
        row.values.iter().map(shown).collect()
    }

    #[test]
    fn hard_calls_count_the_alt_allele() {
        let rows = calls(
            "1\t100\trs1\tA\tG\t.\t.\t.\tGT\t0|1\t1/1\t./.\n\
             1\t200\trs2\tA\tT\t.\t.\t.\tDP:GT:GL\t7:0|0:.\t7:1|0\t.\n",
        );
        assert_eq!(rows.len(), 2);
        assert_eq!(values(&rows[0]), [1.0, 2.0, -9.0]);
        assert_eq!(rows[0].id, "rs1");
        assert_eq!(
            rows[0].site,
            Some(Site {
                chrom: "1".into(),
                pos: 100
            })
        );
        assert_eq!((&*rows[0].reference, &*rows[0].alternate), ("A", "G"));
        assert_eq!(values(&rows[1]), [0.0, 1.0, -9.0]);
    }

    #[test]
    fn a_haploid_call_counts_one_allele_and_a_missing_one_is_missing() {
        let rows = calls(
            "X\t1\trs1\tA\tG\t.\t.\t.\tGT\t0\t1\t.\n\
             X\t2\trs2\tA\tG\t.\t.\t.\tGT\t.|1\t1\t0/0\n",
        );
        assert_eq!(values(&rows[0]), [0.0, 1.0, -9.0]);
        assert_eq!(values(&rows[1]), [-9.0, 1.0, 0.0]);
    }

    #[test]
    fn a_snp_without_an_id_is_called_by_its_place() {
        let rows = calls("1\t100\t.\tA\tG,T\t.\t.\t.\tGT\t0|1\t1|2\t0|0\n");
        assert_eq!(rows[0].id, "1_100_A_G");
        assert_eq!(rows[1].id, "1_100_A_T");
    }

    #[test]
    fn several_alt_alleles_become_several_rows() {
        let rows = calls(
            "1\t100\trs1\tA\tG,T\t.\t.\t.\tGT\t0|1\t1|2\t2|2\n\
             1\t101\trs2\tA\tG\t.\t.\t.\tGT\t0|1\t1|1\t0|0\n",
        );
        let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
        assert_eq!(ids, ["rs1_G", "rs1_T", "rs2"]);
        assert_eq!(rows[1].alternate, "T");
        assert_eq!(values(&rows[0]), [1.0, 1.0, 0.0]);
        assert_eq!(values(&rows[1]), [0.0, 1.0, 2.0]);
        assert_eq!(values(&rows[2]), [1.0, 2.0, 0.0]);
    }

    #[test]
    fn a_site_without_an_alt_allele_is_kept() {
        let body = "1\t100\trs1\tA\t.\t.\t.\t.\tGT:DS\t0|0:0\t./.\t0:.\n";
        let rows = calls(body);
        assert_eq!(values(&rows[0]), [0.0, -9.0, 0.0]);
        assert_eq!(rows[0].alternate, ".");
        assert_eq!(values(&dosages(body)[0]), [0.0, -9.0, -9.0]);
    }

    #[test]
    fn dosages_are_numbers_and_may_be_left_out() {
        let rows = dosages("1\t100\trs1\tA\tG\t.\t.\t.\tGT:DS:PP\t0|1:1.050:.\t0|1\t.:.:.\n");
        assert_eq!(values(&rows[0]), [1.05, -9.0, -9.0]);
    }

    #[test]
    fn calls_without_a_dosage_are_counted() {
        let body = "1\t100\trs1\tA\tG\t.\t.\t.\tGT:DS\t0|1:.\t0|1\t.:.\n\
                    1\t101\trs2\tA\tG\t.\t.\t.\tGT:DS\t0|1:1\t./.:.\t0/0:0\n\
                    1\t102\trs3\tA\tG\t.\t.\t.\tDS\t.\t1\t.\n";
        let counts = |rows: Vec<GenotypeRow>| -> Vec<u64> {
            rows.iter().map(|row| row.n_calls_alone).collect()
        };
        assert_eq!(counts(dosages(body)), [2, 0, 0]);
        let calls_only = "1\t100\trs1\tA\tG\t.\t.\t.\tGT:DS\t0|1:.\t./.\t.:.\n";
        assert_eq!(counts(calls(calls_only)), [0]);
    }

    #[test]
    fn dosages_of_several_alt_alleles_are_told_apart() {
        let rows = dosages("1\t100\trs1\tA\tG,T\t.\t.\t.\tDS\t0.5,1\t.,2\t.\n");
        assert_eq!(values(&rows[0]), [0.5, -9.0, -9.0]);
        assert_eq!(values(&rows[1]), [1.0, 2.0, -9.0]);
        let message = refusal(
            "1\t100\trs1\tA\tG,T\t.\t.\t.\tDS\t0.5,1\t0.5\t.\n",
            GenotypeField::Ds,
        );
        assert!(message.contains("sample 's2': the DS '0.5' has 1 value for 2 ALT alleles"));
        assert!(message.contains("bcftools norm -m-"));
    }

    #[test]
    fn probabilities_are_dosages_too() {
        let read = |body: &str| rows(body, GenotypeField::Gp).unwrap();
        let rows = read(
            "1\t100\trs1\tA\tG\t.\t.\t.\tGT:GP\t0|1:0.1,0.8,0.1\t0|1\t.:.\n\
             X\t100\trs2\tA\tG\t.\t.\t.\tGP\t0.25,0.75\t0.5,.,0.5\t0,0,1\n\
             1\t100\trs3\tA\tG,T\t.\t.\t.\tGP\t0,0,0,0,1,0\t.\t0.5,0.5,0,0,0,0\n",
        );
        assert_eq!(values(&rows[0]), [1.0, -9.0, -9.0]);
        assert_eq!(values(&rows[1]), [0.75, -9.0, 2.0]);
        assert_eq!(values(&rows[2]), [1.0, -9.0, 0.5]);
        assert_eq!(values(&rows[3]), [1.0, -9.0, 0.0]);
    }

    #[test]
    fn what_holds_no_probabilities_is_named_with_its_sample() {
        for (cell, problem) in [
            (
                "0,12,40",
                "the GP '0,12,40' has 12, which is no probability; wanted numbers from 0 to 1",
            ),
            (
                "0.5,0.5,0,0",
                "the GP '0.5,0.5,0,0' has 4 values for 1 ALT allele; wanted 3",
            ),
            ("0.5,x,0", "the GP '0.5,x,0' is not a number"),
        ] {
            let body = format!("1\t7\trs1\tA\tG\t.\t.\t.\tGP\t.\t{cell}\t.\n");
            let message = refusal(&body, GenotypeField::Gp);
            assert!(
                message.contains(&format!("line 4: SNP 'rs1', sample 's2': {problem}")),
                "{message}"
            );
        }
    }

    #[test]
    fn regions_are_read_by_position_alone() {
        let mut file = NamedTempFile::new().unwrap();
        let body = "1\t7\ta\tACGT\tA\t.\t.\t.\tGT\t0|0\t0|1\t.\n\
                    1\t9\tb\tA\tG,T\t.\t.\t.\tGT\t0|0\t0|1\t.\n\
                    2\t8\tc\tA\tG\t.\t.\t.\tGT\tno calls, but it is left out\n";
        file.write_all(format!("{HEADER}{body}").as_bytes())
            .unwrap();
        let open = |regions: &str| {
            let regions: Regions = regions.parse().unwrap();
            VcfGenotypes::open(file.path(), GenotypeField::Gt, &regions)
        };
        let mut reader = open("1:8-9").unwrap();
        let mut row = GenotypeRow::default();
        let mut ids = Vec::new();
        while reader.read_row(&mut row).unwrap() {
            ids.push(row.id.clone());
        }
        // The deletion reaches into the region and does not begin there.
        assert_eq!(ids, ["b_G", "b_T"]);
        let selection = reader.selection().unwrap();
        assert_eq!((selection.n_taken(), selection.n_left_out()), (1, Some(2)));
        // The header has a contig of the name but for the prefix.
        let message = open("chr1").err().unwrap().to_string();
        assert!(
            message.contains("the file says '1': ask for --region 1"),
            "{message}"
        );
    }

    #[test]
    fn an_allele_that_alt_does_not_list_is_an_error() {
        for (alternates, call) in [("G", "0|2"), (".", "0|1"), ("G,T", "3/0")] {
            let body = format!("1\t7\trs1\tA\t{alternates}\t.\t.\t.\tGT\t0|0\t{call}\t0|0\n");
            let message = refusal(&body, GenotypeField::Gt);
            let found = format!("line 4: SNP 'rs1', sample 's2': the GT '{call}' has allele");
            assert!(message.contains(&found), "{message}");
            assert!(message.contains("of the ALT alleles"));
        }
    }

    #[test]
    fn a_call_that_is_none_is_named_with_its_sample() {
        for call in ["0|x", "", "0|", "A/G", "0-1", "0|1|", "0||1", "-1"] {
            let body = format!("1\t7\trs1\tA\tG\t.\t.\t.\tGT\t0|0\t0|1\t{call}\n");
            let message = refusal(&body, GenotypeField::Gt);
            let found = format!("sample 's3': the GT '{call}' is not a call");
            assert!(message.contains(&found), "{message}");
        }
        let message = refusal(
            "1\t7\trs1\tA\tG\t.\t.\t.\tDS\t0\t1.x\t2\n",
            GenotypeField::Ds,
        );
        assert!(message.contains("sample 's2': the DS '1.x' is not a number"));
    }

    #[test]
    fn a_field_that_format_does_not_list_is_an_error() {
        let body = "1\t7\trs1\tA\tG\t.\t.\t.\tGT:GL\t0|0\t0|1\t0|0\n";
        let message = refusal(body, GenotypeField::Ds);
        assert!(message.contains("line 4: the FORMAT of SNP 'rs1' is 'GT:GL', without DS"));
        assert!(message.contains("genotype_field"));
    }

    #[test]
    fn a_line_of_the_wrong_length_is_an_error() {
        for (cells, n_found) in [
            ("GT\t0|0\t0|1", 11),
            ("GT\t0|0\t0|1\t0|0\t0|0", 13),
            ("GT\t0|0\t0|", 11),
            ("GT", 9),
        ] {
            let message = refusal(
                &format!("1\t7\trs1\tA\tG\t.\t.\t.\t{cells}"),
                GenotypeField::Gt,
            );
            let found = format!("line 4: the line has {n_found} columns; wanted 12");
            assert!(message.contains(&found), "{message}");
            assert!(message.contains("truncated"));
        }
        assert!(refusal("1\t7\n", GenotypeField::Gt).contains("the line has 2 columns"));
    }

    #[test]
    fn a_position_that_is_none_is_an_error() {
        let message = refusal(
            "1\tx\trs1\tA\tG\t.\t.\t.\tGT\t0|0\t0|1\t0|0\n",
            GenotypeField::Gt,
        );
        assert!(message.contains("POS is 'x'; wanted a whole number"));
    }

    #[test]
    fn a_header_is_required() {
        let refusal = |text: &str| open(text, GenotypeField::Gt).err().unwrap().to_string();
        assert!(refusal("id\ts1\nrs1\t0\n").contains("not a VCF"));
        assert!(refusal("").contains("wanted a '#CHROM' line"));
        assert!(refusal("##fileformat=VCFv4.2\n").contains("wanted a '#CHROM' line"));
        let twice = HEADER.replace("s3", "s1");
        assert!(refusal(&twice).contains("sample ID 's1' stands there twice"));
        let sites_only = HEADER.replace("\tFORMAT\ts1\ts2\ts3", "");
        assert!(refusal(&sites_only).contains("no samples"));
        let wrong = HEADER.replace("\tREF", "\tREFERENCE");
        assert!(refusal(&wrong).contains("column 4 of the header is 'REFERENCE'; wanted 'REF'"));
        let spaces = HEADER.replace('\t', " ");
        assert!(refusal(&spaces).contains("separated by tabs"));
    }
}
