//! A list of IDs: one a line, in the first column.

use std::path::Path;

use super::FormatError;
use super::input;

/// Reads the IDs of a list, plain or gzip: what stands before the first tab of each line that is not empty, each ID once,
/// in the order of the file.
///
/// # Errors
/// If the file cannot be read, a line has no ID or one that cannot be printed, or there is none.
pub fn read_names(path: &Path) -> Result<Vec<String>, FormatError> {
    let mut reader = input::open(path)?;
    let mut names = Vec::new();
    let mut seen = std::collections::HashSet::new();
    while reader.advance_to_text()? {
        let first = reader.line().split(|&byte| byte == b'\t').next();
        let name = reader.name(first.unwrap_or_default())?.trim();
        if name.is_empty() {
            return Err(reader.line_error("the row has no ID", "wanted an ID in the first column"));
        }
        if seen.insert(name.to_string()) {
            names.push(name.to_string());
        }
    }
    if names.is_empty() {
        return Err(reader.file_error("holds no ID", "wanted a list of IDs, one a line"));
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<String>, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ids.txt");
        std::fs::write(&path, text).unwrap();
        read_names(&path).map_err(|error| error.to_string())
    }

    #[test]
    fn ids_come_once_and_in_order() {
        let names = read("b\r\n\na\tanything\n b \nc,d\n").unwrap();
        assert_eq!(names, ["b", "a", "c,d"]);
    }

    #[test]
    fn a_list_without_ids_is_refused() {
        assert!(read("\n \n").unwrap_err().contains("holds no ID"));
        let refused = read("a\n\tb\n").unwrap_err();
        assert!(refused.contains("line 2: the row has no ID"), "{refused}");
    }
}
