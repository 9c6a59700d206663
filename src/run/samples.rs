//! Matching samples by ID: which are in every file, where each stands, which are left out.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use serde::Serialize;

use super::error::RunError;
use super::log::some_of;
use crate::formats::{FormatError, TableWriter};

/// The table of samples in the output folder.
pub const SAMPLE_REPORT: &str = "sample_report.tsv";

/// What a sample may be in, in the order of the report.
const FILES: [&str; 4] = ["genotypes", "expression", "covariates", "error covariance"];

/// The samples of a run, in the order of the genotypes.
#[derive(Clone, Debug, PartialEq)]
pub struct SampleMatch {
    /// IDs `[n]`.
    pub ids: Vec<String>,
    /// Their columns in the genotypes `[n]`, ascending.
    pub genotypes: Vec<u32>,
    /// Their columns in the expression `[n]`.
    pub expression: Vec<u32>,
    /// Their columns in each of the other files `[n_others][n]`.
    pub others: Vec<Vec<u32>>,
    /// What each file had and what of it is not used.
    pub files: Vec<SampleSource>,
}

impl SampleMatch {
    /// The number of samples that are in any file.
    pub fn n_in_any(&self) -> usize {
        self.ids.len() + self.left_out().count()
    }

    /// The samples that are not used, each once, file by file.
    fn left_out(&self) -> impl Iterator<Item = &String> {
        let mut seen = HashSet::new();
        let dropped = self.files.iter().flat_map(|file| &file.dropped);
        dropped.filter(move |id| seen.insert(id.as_str()))
    }
}

/// The samples of one file.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SampleSource {
    /// What the file is of: "genotypes", "expression", "covariates" or "error covariance".
    pub file: &'static str,
    /// Its number of samples.
    pub n_samples: usize,
    /// Samples that are missing from another file.
    pub dropped: Vec<String>,
}

/// Matches the samples of genotypes, expression and other files, each given with what it is of. Whether there are enough of
/// them is for [`check_overlap`] to say.
pub fn match_samples(
    genotypes: &[String],
    expression: &[String],
    others: &[(&'static str, &[String])],
) -> SampleMatch {
    let in_expression = columns(expression);
    let in_others: Vec<_> = others.iter().map(|(_, ids)| columns(ids)).collect();
    let mut found = SampleMatch {
        ids: Vec::new(),
        genotypes: Vec::new(),
        expression: Vec::new(),
        others: vec![Vec::new(); others.len()],
        files: Vec::new(),
    };
    for (column, id) in genotypes.iter().enumerate() {
        let Some(&e) = in_expression.get(id.as_str()) else {
            continue;
        };
        let places: Option<Vec<u32>> = in_others
            .iter()
            .map(|file| file.get(id.as_str()).copied())
            .collect();
        let Some(places) = places else {
            continue;
        };
        for (columns, place) in found.others.iter_mut().zip(places) {
            columns.push(place);
        }
        found.ids.push(id.clone());
        found.genotypes.push(column as u32);
        found.expression.push(e);
    }
    let used = columns(&found.ids);
    let files = [("genotypes", genotypes), ("expression", expression)];
    found.files = files
        .into_iter()
        .chain(others.iter().copied())
        .map(|(file, ids)| SampleSource {
            file,
            n_samples: ids.len(),
            dropped: ids
                .iter()
                .filter(|id| !used.contains_key(id.as_str()))
                .cloned()
                .collect(),
        })
        .collect();
    found
}

/// Writes the report of samples: each that is in any file, in which it is, whether it is used, and if not, where it lacks.
/// Those used come first, in the order of the genotypes, then the others file by file. The table gets its name when it is
/// finished.
///
/// # Errors
/// If the disk refuses.
pub fn write_sample_report(path: &Path, samples: &SampleMatch) -> Result<TableWriter, FormatError> {
    let names = FILES.map(|file| file.replace(' ', "_"));
    let mut header = vec!["sample"];
    header.extend(names.iter().map(String::as_str));
    header.extend(["used", "reason"]);
    let mut table = TableWriter::create(path, &header)?;
    let given: Vec<_> = FILES
        .iter()
        .map(|name| samples.files.iter().find(|file| file.file == *name))
        .collect();
    let dropped: Vec<Option<HashSet<&str>>> = given
        .iter()
        .map(|file| Some(file.as_ref()?.dropped.iter().map(String::as_str).collect()))
        .collect();
    let used = samples.ids.iter().map(|id| (id, true));
    for (id, is_used) in used.chain(samples.left_out().map(|id| (id, false))) {
        table.text(id)?;
        let is_in = |dropped: &HashSet<&str>| is_used || dropped.contains(id.as_str());
        let mut lacks = Vec::new();
        for (dropped, name) in dropped.iter().zip(&names) {
            table.text(match dropped {
                None => "NA",
                Some(dropped) if is_in(dropped) => "yes",
                Some(_) => {
                    lacks.push(name.as_str());
                    "no"
                }
            })?;
        }
        table.text(if is_used { "yes" } else { "no" })?;
        table.text(&match is_used {
            true => "NA".into(),
            false => format!("not in {}", lacks.join(", ")),
        })?;
        table.end_row()?;
    }
    table.settle()?;
    Ok(table)
}

fn columns(ids: &[String]) -> HashMap<&str, u32> {
    ids.iter()
        .enumerate()
        .map(|(i, id)| (id.as_str(), i as u32))
        .collect()
}

/// Checks that enough samples are in all files.
///
/// # Errors
/// Without a shared sample; with fewer in all files than `min_samples`, or by default fewer than half of the smaller of
/// genotypes and expression.
pub fn check_overlap(
    genotypes: &[String],
    expression: &[String],
    others: &[(&'static str, &[String])],
    found: &SampleMatch,
    min_samples: Option<usize>,
) -> Result<(), RunError> {
    let in_expression = columns(expression);
    let shared = genotypes
        .iter()
        .filter(|id| in_expression.contains_key(id.as_str()));
    let (shared, used) = (shared.count(), found.ids.len());
    let names: Vec<&str> = others.iter().map(|(file, _)| *file).collect();
    let names = names.join(" and the ");
    let examples = || {
        format!(
            "genotypes have {}; expression has {}",
            some_of(genotypes, genotypes.len()),
            some_of(expression, expression.len())
        )
    };
    if shared == 0 {
        return Err(RunError::Input(format!(
            "no sample ID is in both genotypes and expression ({}); samples are matched by ID: rename one side, or \
             transpose a file whose first column holds the samples",
            examples()
        )));
    }
    if used == 0 {
        let files = [("genotypes", genotypes)]
            .into_iter()
            .chain(others.iter().copied());
        let ids = files.map(|(file, ids)| format!("{file}: {}", some_of(ids, ids.len())));
        return Err(RunError::Input(format!(
            "no sample that is in both genotypes and expression is in the {names} too ({}); samples are matched by ID: \
             rename one side",
            ids.collect::<Vec<_>>().join("; ")
        )));
    }
    match min_samples {
        Some(min) if used < min => Err(RunError::Input(format!(
            "{used} samples are shared by all files, --min-samples asks for {min} ({})",
            examples()
        ))),
        None if 2 * used >= genotypes.len().min(expression.len()) => Ok(()),
        None if used < shared => Err(RunError::Input(format!(
            "only {used} of the {shared} samples that are in both genotypes ({}) and expression ({}) are in the \
             {names}, less than half of either; give --min-samples {used} to go on with them",
            genotypes.len(),
            expression.len()
        ))),
        None => Err(RunError::Input(format!(
            "only {shared} samples are in both genotypes ({}) and expression ({}), less than half of either ({}); \
             give --min-samples {shared} to go on with them",
            genotypes.len(),
            expression.len(),
            examples()
        ))),
        Some(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ids(text: &str) -> Vec<String> {
        text.split(' ').map(String::from).collect()
    }

    /// The match if it is large enough.
    fn matched(
        genotypes: &[String],
        expression: &[String],
        others: &[(&'static str, &[String])],
        min_samples: Option<usize>,
    ) -> Result<SampleMatch, RunError> {
        let found = match_samples(genotypes, expression, others);
        check_overlap(genotypes, expression, others, &found, min_samples)?;
        Ok(found)
    }

    #[test]
    fn samples_are_matched_by_id_in_the_order_of_the_genotypes() {
        let found = matched(
            &ids("d a b c"),
            &ids("a b c e d"),
            &[
                ("covariates", &ids("c d x a")),
                ("error covariance", &ids("a c d")),
            ],
            None,
        )
        .unwrap();
        assert_eq!(found.ids, ["d", "a", "c"]);
        assert_eq!(found.genotypes, [0, 1, 3]);
        assert_eq!(found.expression, [4, 0, 2]);
        assert_eq!(found.others, [[1, 3, 0], [2, 0, 1]]);
        let dropped: Vec<_> = found
            .files
            .iter()
            .map(|file| file.dropped.join(" "))
            .collect();
        assert_eq!(dropped, ["b", "b e", "x", ""]);
    }

    #[test]
    fn the_report_has_every_sample_once_and_says_where_it_lacks() {
        let found = matched(
            &ids("d a b c"),
            &ids("a b c e d"),
            &[("error covariance", &ids("a x c d b"))],
            None,
        )
        .unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(SAMPLE_REPORT);
        let table = write_sample_report(&path, &found).unwrap();
        assert!(!path.exists());
        table.finish().unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        let rows: Vec<&str> = text.lines().collect();
        assert_eq!(
            rows,
            [
                "sample\tgenotypes\texpression\tcovariates\terror_covariance\tused\treason",
                "d\tyes\tyes\tNA\tyes\tyes\tNA",
                "a\tyes\tyes\tNA\tyes\tyes\tNA",
                "b\tyes\tyes\tNA\tyes\tyes\tNA",
                "c\tyes\tyes\tNA\tyes\tyes\tNA",
                "e\tno\tyes\tNA\tno\tno\tnot in genotypes, error_covariance",
                "x\tno\tno\tNA\tyes\tno\tnot in genotypes, expression",
            ]
        );
    }

    proptest! {
        #[test]
        fn the_report_is_what_the_files_have(
            files in prop::collection::vec(prop::collection::btree_set("[a-l]", 1..10), 3),
        ) {
            let lists: Vec<Vec<String>> = files.iter().map(|ids| ids.iter().cloned().collect()).collect();
            let others = [("covariates", lists[2].as_slice())];
            let Ok(found) = matched(&lists[0], &lists[1], &others, Some(1)) else {
                let shared = files[0].intersection(&files[1]).any(|id| files[2].contains(id));
                prop_assert!(!shared, "a shared sample is found");
                return Ok(());
            };
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("report");
            write_sample_report(&path, &found).unwrap().finish().unwrap();
            let text = std::fs::read_to_string(&path).unwrap();
            let yes = |is_in: bool| if is_in { "yes" } else { "no" };
            let mut all: Vec<String> = files.iter().flatten().cloned().collect();
            all.sort();
            all.dedup();
            let mut rows: Vec<&str> = text.lines().skip(1).collect();
            rows.sort();
            prop_assert_eq!(rows.len(), all.len());
            for (id, row) in all.iter().zip(rows) {
                let is_in: Vec<bool> = files.iter().map(|ids| ids.contains(id)).collect();
                let is_used = is_in.iter().all(|is_in| *is_in);
                let start = format!(
                    "{id}\t{}\t{}\t{}\tNA\t{}\t",
                    yes(is_in[0]), yes(is_in[1]), yes(is_in[2]), yes(is_used)
                );
                prop_assert!(row.starts_with(&start), "{} {}", row, start);
                prop_assert_eq!(row.ends_with("\tNA"), is_used);
            }
        }
    }

    #[test]
    fn no_shared_sample_is_an_error_with_examples() {
        let error = matched(&ids("a b"), &ids("A B"), &[], None)
            .unwrap_err()
            .to_string();
        assert!(error.contains("a, b") && error.contains("A, B"), "{error}");
    }

    #[test]
    fn a_small_overlap_stops_unless_allowed() {
        let (g, e) = (ids("a b c d e"), ids("a b v w x y z"));
        let error = matched(&g, &e, &[], None).unwrap_err().to_string();
        assert!(error.contains("--min-samples 2"), "{error}");
        assert_eq!(matched(&g, &e, &[], Some(2)).unwrap().ids.len(), 2);
        assert!(matched(&g, &e, &[], Some(3)).is_err());
        let (all, two) = (ids("a b c d e"), ids("a b x"));
        let error = matched(&all, &all, &[("covariates", &two)], None).unwrap_err();
        assert!(error.to_string().contains("only 2 of the 5"), "{error}");
        assert!(matched(&all, &all, &[("covariates", &two)], Some(2)).is_ok());
    }
}
