//! Lists of IDs: the samples of PLINK's `--keep`, the SNPs of its `--extract`, the rows that results are asked for of.

use std::collections::HashSet;
use std::path::Path;

use super::FormatError;
use super::columns::Separator;
use super::input::{self, LineReader};

/// A sample that is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ListedSample {
    /// Its family, if the list has a column of them.
    pub fid: Option<String>,
    /// Its ID.
    pub id: String,
}

impl ListedSample {
    /// The IDs it may have in a genotype file: its own, and that with its family before it.
    pub fn names(&self) -> impl Iterator<Item = String> {
        let joined = self.fid.as_ref().map(|fid| format!("{fid}_{}", self.id));
        [Some(self.id.clone()), joined].into_iter().flatten()
    }
}

/// Reads a list of samples: an ID a line, or FID and IID as PLINK writes them; further columns are not looked at, and a
/// first line that starts with `#FID` or `#IID` says which it is.
///
/// # Errors
/// A file that cannot be read, without IDs, or with one that is no plain text.
pub fn read_sample_list(path: &Path) -> Result<Vec<ListedSample>, FormatError> {
    let mut has_families = true;
    read(path, "sample ID", |reader| {
        let mut fields = Separator::Blanks.split(reader.line());
        let (first, second) = (fields.next().unwrap_or_default(), fields.next());
        if reader.number() == 1 && matches!(first, b"#FID" | b"#IID") {
            has_families = first == b"#FID";
            return Ok(None);
        }
        let (fid, id) = match second.filter(|_| has_families) {
            Some(iid) => (Some(reader.name(first)?), iid),
            None => (None, first),
        };
        Ok(Some(ListedSample {
            fid: fid.map(String::from),
            id: reader.name(id)?.into(),
        }))
    })
}

/// Reads a list of SNP IDs, one a line and nothing else, each once, in the order of the file.
///
/// # Errors
/// A file that cannot be read, without IDs, or with a line of more than one column: that is a table, whose first column may
/// be another.
pub fn read_snp_list(path: &Path) -> Result<Vec<String>, FormatError> {
    read_ids(path, "SNP ID", |reader| {
        let n_columns = Separator::Blanks.split(reader.line()).count();
        if n_columns > 1 {
            let found = format!("the line has {n_columns} columns");
            return Err(reader.line_error(found, "wanted one SNP ID a line"));
        }
        Ok(reader.line())
    })
}

/// Reads the IDs of a list or table without a header: what stands before the first tab of each line, each ID once, in the
/// order of the file.
///
/// # Errors
/// A file that cannot be read, without IDs, or with a line without one.
pub fn read_names(path: &Path) -> Result<Vec<String>, FormatError> {
    read_ids(path, "list of IDs, one", |reader| {
        let fields = reader.line().split(|&byte| byte == b'\t').next();
        Ok(fields.unwrap_or_default())
    })
}

/// Reads the ID that `field` finds on each line, each once.
fn read_ids(
    path: &Path,
    what: &str,
    field: impl Fn(&LineReader) -> Result<&[u8], FormatError>,
) -> Result<Vec<String>, FormatError> {
    let mut seen = HashSet::new();
    read(path, what, |reader| {
        let id = reader.name(field(reader)?)?.trim();
        if id.is_empty() {
            return Err(reader.line_error("the row has no ID", "wanted an ID in the first column"));
        }
        let is_new = seen.insert(id.to_string());
        Ok(is_new.then(|| id.to_string()))
    })
}

/// Reads what a list has on each line.
fn read<T>(
    path: &Path,
    what: &str,
    mut line: impl FnMut(&LineReader) -> Result<Option<T>, FormatError>,
) -> Result<Vec<T>, FormatError> {
    let mut reader = input::open(path)?;
    let mut listed = Vec::new();
    while reader.advance_to_text()? {
        listed.extend(line(&reader)?);
    }
    if listed.is_empty() {
        return Err(reader.file_error("the list is empty", format!("wanted a {what} a line")));
    }
    Ok(listed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn list(text: &str) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), text).unwrap();
        file
    }

    fn samples(text: &str) -> Vec<Vec<String>> {
        let listed = read_sample_list(list(text).path()).unwrap();
        listed
            .iter()
            .map(|sample| sample.names().collect())
            .collect()
    }

    #[test]
    fn samples_stand_alone_or_after_their_families() {
        assert_eq!(samples("a\n\nb\r\n"), [["a"], ["b"]]);
        assert_eq!(
            samples("f1 a\nf2\tb\t0\t-9\n"),
            [["a", "f1_a"], ["b", "f2_b"]]
        );
        assert_eq!(samples("#FID\tIID\nf1\ta\n"), [["a", "f1_a"]]);
        assert_eq!(samples("#IID\tSEX\na\t1\n"), [["a"]]);
    }

    #[test]
    fn snps_stand_alone() {
        let wanted = ["rs1", "rs2"].map(String::from);
        assert_eq!(read_snp_list(list("rs1\nrs2\n").path()).unwrap(), wanted);
        let bim = read_snp_list(list("rs1\n1 rs2 0 5 A C\n").path()).unwrap_err();
        assert!(
            bim.to_string()
                .contains("line 2: the line has 6 columns; wanted one SNP ID")
        );
    }

    #[test]
    fn an_id_comes_once_and_in_order() {
        let names = |text: &str| read_names(list(text).path());
        let listed = names("b\r\n\na\tanything\n b \nc,d\n").unwrap();
        assert_eq!(listed, ["b", "a", "c,d"]);
        assert_eq!(
            read_snp_list(list("b\n a\nb\n").path()).unwrap(),
            ["b", "a"]
        );
        let refused = names("a\n\tb\n").unwrap_err().to_string();
        assert!(refused.contains("line 2: the row has no ID"), "{refused}");
    }

    #[test]
    fn an_empty_list_is_an_error() {
        for text in ["", "\n \n"] {
            let message = read_snp_list(list(text).path()).unwrap_err().to_string();
            assert!(message.contains("the list is empty"), "{message}");
            let message = read_names(list(text).path()).unwrap_err().to_string();
            assert!(
                message.contains("the list is empty; wanted a list of IDs, one a line"),
                "{message}"
            );
        }
        let message = read_sample_list(list("#IID\n").path()).unwrap_err();
        assert!(message.to_string().contains("wanted a sample ID a line"));
    }
}
