//! The samples of a PLINK set: a line each, `FID IID` and four columns that are not looked at.

use std::collections::HashSet;
use std::path::Path;

use super::super::columns::Separator;
use super::super::compression::Progress;
use super::super::input::{self, LineReader, quoted};
use super::FormatError;

/// What samples are called by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SampleIds {
    /// The IID.
    Iid,
    /// FID and IID, joined by `_`.
    FidIid,
}

impl SampleIds {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Iid => "IID",
            Self::FidIid => "FID_IID",
        }
    }
}

/// The samples of a .fam.
pub struct PlinkSamples {
    ids: Vec<String>,
    named_by: SampleIds,
    progress: Progress,
}

impl PlinkSamples {
    /// Reads a .fam.
    ///
    /// # Errors
    /// A file that cannot be read, without samples, with a line of fewer than two columns, or with a sample twice.
    pub(super) fn read(path: &Path) -> Result<Self, FormatError> {
        let mut reader = input::open(path)?;
        let mut rows = Vec::new();
        while reader.advance_to_text()? {
            rows.push(read_line(&reader)?);
        }
        if rows.is_empty() {
            return Err(reader.file_error("has no samples", "wanted a line a sample: FID IID ..."));
        }
        let mut seen = HashSet::with_capacity(rows.len());
        let named_by = match rows.iter().all(|row| seen.insert(row.iid.as_str())) {
            true => SampleIds::Iid,
            false => SampleIds::FidIid,
        };
        let mut ids = Vec::with_capacity(rows.len());
        let mut seen = HashSet::with_capacity(rows.len());
        for row in &rows {
            let id = match named_by {
                SampleIds::Iid => row.iid.clone(),
                SampleIds::FidIid => format!("{}_{}", row.fid, row.iid),
            };
            if !seen.insert(id.clone()) {
                let found = format!("sample {} stands there twice", quoted(id.as_bytes()));
                let wanted = "give every sample a pair of FID and IID of its own";
                return Err(reader.error_at(row.line, found, wanted));
            }
            ids.push(id);
        }
        Ok(Self {
            ids,
            named_by,
            progress: reader.progress(),
        })
    }

    /// The sample IDs, in the order of the file.
    pub fn ids(&self) -> &[String] {
        &self.ids
    }

    /// What they are.
    pub fn named_by(&self) -> SampleIds {
        self.named_by
    }

    /// What was read of the file: all of it.
    pub fn progress(&self) -> &Progress {
        &self.progress
    }
}

struct Line {
    fid: String,
    iid: String,
    line: u64,
}

fn read_line(reader: &LineReader) -> Result<Line, FormatError> {
    let mut fields = Separator::Blanks.split(reader.line());
    let (Some(fid), Some(iid)) = (fields.next(), fields.next()) else {
        let found = "the line has 1 column";
        return Err(reader.line_error(found, "wanted FID, IID and four more, as PLINK writes them"));
    };
    Ok(Line {
        fid: reader.name(fid)?.into(),
        iid: reader.name(iid)?.into(),
        line: reader.number(),
    })
}
