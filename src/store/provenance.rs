//! Where a side of a store comes from: facts by name, for people and other programs.
//!
//! A table of two text columns beside the rows, `provenance/name` and `provenance/value`, with checksums as every column
//! has. Stores that were made without are read as they are, and nothing a run computes depends on it.

use std::borrow::Cow;

use hdf5::Group;

use super::column::Column;
use super::error::StoreError;
use super::open::OpenGroup;
use super::strings::write_text;

/// The group of the table, in the group of the side.
const GROUP: &str = "provenance";

/// Facts about where rows come from, in the order in which they were noted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Provenance(Vec<(String, String)>);

impl Provenance {
    /// Notes a fact. Control characters, which no text of a store holds, are escaped.
    pub fn note(&mut self, name: &str, value: impl ToString) {
        let value = value.to_string();
        let plain = |c: char| match c.is_control() {
            true => c.escape_default().to_string(),
            false => c.to_string(),
        };
        self.0
            .push((name.into(), value.chars().map(plain).collect()));
    }

    /// The facts: name and value.
    pub fn facts(&self) -> &[(String, String)] {
        &self.0
    }

    /// A fact by its name.
    pub fn get(&self, name: &str) -> Option<&str> {
        let fact = self.0.iter().find(|(noted, _)| noted == name);
        fact.map(|(_, value)| value.as_str())
    }

    /// Writes the table into the group of a side, if there are facts.
    pub(super) fn write(&self, side: &Group) -> hdf5::Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        let group = side.create_group(GROUP)?;
        let n = self.0.len();
        write_text(&group, "name", n, |row| Cow::from(&self.0[row].0))?;
        write_text(&group, "value", n, |row| Cow::from(&self.0[row].1))
    }

    /// Reads the table of a side; empty where there is none.
    pub(super) fn read(side: &OpenGroup) -> Result<Self, StoreError> {
        if !side.has(GROUP)? {
            return Ok(Self::default());
        }
        let column = |name: &str| Column::open(side, &side.path_of(&format!("{GROUP}/{name}")));
        let (names, values) = (column("name")?.texts()?, column("value")?.texts()?);
        if names.len() != values.len() {
            return Err(StoreError::Content {
                path: side.path().into(),
                found: format!(
                    "{} has {} names and {} values",
                    side.path_of(GROUP),
                    names.len(),
                    values.len()
                ),
                wanted: "a value a name is wanted; import again".into(),
            });
        }
        Ok(Self(names.into_iter().zip(values).collect()))
    }
}
