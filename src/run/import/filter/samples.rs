//! The samples that are imported.

use std::collections::HashMap;
use std::path::Path;

use super::GenotypeFilters;
use crate::formats::{ListedSample, read_sample_list};
use crate::run::error::RunError;
use crate::run::log::{Log, grouped, some_of};
use crate::store::Provenance;

/// The samples of a file that are asked for.
pub struct ChosenSamples {
    ids: Vec<String>,
    /// Their columns; `None` if they are all.
    columns: Option<Vec<u32>>,
    n_all: usize,
    /// What asked for them, as "--keep FILE"; empty if nothing did.
    asked_by: String,
    n_asked: usize,
    not_found: Vec<String>,
}

impl ChosenSamples {
    /// Chooses among the samples of a file.
    ///
    /// # Errors
    /// A list that cannot be read; no sample that is asked for is in the file.
    pub fn choose(
        filters: &GenotypeFilters,
        input: &Path,
        all: &[String],
    ) -> Result<Self, RunError> {
        let (asked_by, listed) = match (&filters.samples, &filters.keep) {
            (Some(ids), _) => (
                "--samples".to_string(),
                ids.iter().map(|id| alone(id)).collect(),
            ),
            (None, Some(path)) => {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                (format!("--keep {name}"), read_sample_list(path)?)
            }
            (None, None) => return Ok(Self::all(all)),
        };
        let chosen = Self::of(all, &listed, asked_by);
        if chosen.ids.is_empty() {
            return Err(RunError::Input(format!(
                "{}: none of its {} samples ({}) is among the {} that {} names ({}); IDs are compared as text",
                input.display(),
                all.len(),
                some_of(all, all.len()),
                listed.len(),
                chosen.asked_by,
                some_of(&chosen.not_found, chosen.not_found.len()),
            )));
        }
        Ok(chosen)
    }

    fn all(all: &[String]) -> Self {
        Self {
            ids: all.to_vec(),
            columns: None,
            n_all: all.len(),
            asked_by: String::new(),
            n_asked: 0,
            not_found: Vec::new(),
        }
    }

    fn of(all: &[String], listed: &[ListedSample], asked_by: String) -> Self {
        let names = listed.iter().enumerate();
        let entries: HashMap<String, usize> = names
            .flat_map(|(entry, sample)| sample.names().map(move |name| (name, entry)))
            .collect();
        let mut is_found = vec![false; listed.len()];
        let (mut ids, mut columns) = (Vec::new(), Vec::new());
        for (column, id) in all.iter().enumerate() {
            if let Some(&entry) = entries.get(id) {
                is_found[entry] = true;
                ids.push(id.clone());
                columns.push(column as u32);
            }
        }
        // Of what is listed twice, the entry that the names lead to is found for both.
        let is_absent =
            |sample: &&ListedSample| !sample.names().any(|name| is_found[entries[&name]]);
        let absent = listed.iter().filter(is_absent);
        Self {
            columns: (ids.len() < all.len()).then_some(columns),
            ids,
            n_all: all.len(),
            asked_by,
            n_asked: listed.len(),
            not_found: absent.map(|sample| sample.id.clone()).collect(),
        }
    }

    /// Their IDs, in the order of the file.
    pub fn ids(&self) -> &[String] {
        &self.ids
    }

    /// Their columns, ascending; `None` if they are all.
    pub fn columns(&self) -> Option<&[u32]> {
        self.columns.as_deref()
    }

    /// Tells how many are left, and which were not found.
    pub fn tell(&self, input: &Path, log: Log) {
        if self.asked_by.is_empty() {
            return;
        }
        if !self.not_found.is_empty() {
            log.warn(format!(
                "{} of the {} samples of {} are not in {}: {}",
                grouped(self.not_found.len() as u64),
                grouped(self.n_asked as u64),
                self.asked_by,
                input.display(),
                some_of(&self.not_found, self.not_found.len())
            ));
        }
        log.info(format!(
            "filter  {} leaves {} of {} samples",
            self.asked_by,
            grouped(self.ids.len() as u64),
            grouped(self.n_all as u64)
        ));
    }

    /// Notes what was asked for and what was left.
    pub fn note(&self, provenance: &mut Provenance) {
        if self.asked_by.is_empty() {
            return;
        }
        provenance.note("samples_chosen_by", &self.asked_by);
        provenance.note("samples_removed", self.n_all - self.ids.len());
        provenance.note("samples_not_found", self.not_found.len());
    }
}

fn alone(id: &str) -> ListedSample {
    ListedSample {
        fid: None,
        id: id.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(text: &str) -> Vec<String> {
        text.split(' ').map(String::from).collect()
    }

    fn choose(all: &str, wanted: &str) -> Result<ChosenSamples, RunError> {
        let filters = GenotypeFilters {
            samples: Some(ids(wanted)),
            ..GenotypeFilters::default()
        };
        ChosenSamples::choose(&filters, Path::new("g.vcf"), &ids(all))
    }

    #[test]
    fn samples_stay_in_the_order_of_the_file() {
        let chosen = choose("a b c d", "d x b b y").unwrap();
        assert_eq!(chosen.ids(), ["b", "d"]);
        assert_eq!(chosen.columns(), Some(&[1, 3][..]));
        assert_eq!(chosen.not_found, ["x", "y"]);
        assert_eq!(choose("a b", "b a").unwrap().columns(), None);
    }

    #[test]
    fn a_family_helps_to_find_a_sample() {
        let listed = |fid: &str, id: &str| ListedSample {
            fid: Some(fid.into()),
            id: id.into(),
        };
        let all = ids("f1_a f2_a b");
        let chosen = ChosenSamples::of(&all, &[listed("f2", "a"), listed("f9", "b")], "k".into());
        assert_eq!(chosen.ids(), ["f2_a", "b"]);
        assert!(chosen.not_found.is_empty());
    }

    #[test]
    fn no_sample_is_an_error_with_examples() {
        let message = choose("a b", "A B").err().unwrap().to_string();
        assert!(
            message.contains("none of its 2 samples (a, b)") && message.contains("names (A, B)"),
            "{message}"
        );
    }
}
