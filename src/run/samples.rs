//! Matching samples by ID: which are in every file, where each stands, which are left out.

use std::collections::HashMap;

use serde::Serialize;

use super::error::RunError;
use super::log::some_of;

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

/// Matches the samples of genotypes, expression and other files, each given with what it is of.
///
/// # Errors
/// Without a shared sample; with fewer in all files than `min_samples`, or by default fewer than half of the smaller of
/// genotypes and expression.
pub fn match_samples(
    genotypes: &[String],
    expression: &[String],
    others: &[(&'static str, &[String])],
    min_samples: Option<usize>,
) -> Result<SampleMatch, RunError> {
    let in_expression = columns(expression);
    let in_others: Vec<_> = others.iter().map(|(_, ids)| columns(ids)).collect();
    let mut found = SampleMatch {
        ids: Vec::new(),
        genotypes: Vec::new(),
        expression: Vec::new(),
        others: vec![Vec::new(); others.len()],
        files: Vec::new(),
    };
    let mut shared = 0;
    for (column, id) in genotypes.iter().enumerate() {
        let Some(&e) = in_expression.get(id.as_str()) else {
            continue;
        };
        shared += 1;
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
    check_overlap(
        genotypes,
        expression,
        others,
        (shared, found.ids.len()),
        min_samples,
    )?;
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
    Ok(found)
}

fn columns(ids: &[String]) -> HashMap<&str, u32> {
    ids.iter()
        .enumerate()
        .map(|(i, id)| (id.as_str(), i as u32))
        .collect()
}

fn check_overlap(
    genotypes: &[String],
    expression: &[String],
    others: &[(&'static str, &[String])],
    (shared, used): (usize, usize),
    min_samples: Option<usize>,
) -> Result<(), RunError> {
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

    fn ids(text: &str) -> Vec<String> {
        text.split(' ').map(String::from).collect()
    }

    #[test]
    fn samples_are_matched_by_id_in_the_order_of_the_genotypes() {
        let found = match_samples(
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
    fn no_shared_sample_is_an_error_with_examples() {
        let error = match_samples(&ids("a b"), &ids("A B"), &[], None)
            .unwrap_err()
            .to_string();
        assert!(error.contains("a, b") && error.contains("A, B"), "{error}");
    }

    #[test]
    fn a_small_overlap_stops_unless_allowed() {
        let (g, e) = (ids("a b c d e"), ids("a b v w x y z"));
        let error = match_samples(&g, &e, &[], None).unwrap_err().to_string();
        assert!(error.contains("--min-samples 2"), "{error}");
        assert_eq!(match_samples(&g, &e, &[], Some(2)).unwrap().ids.len(), 2);
        assert!(match_samples(&g, &e, &[], Some(3)).is_err());
        let (all, two) = (ids("a b c d e"), ids("a b x"));
        let error = match_samples(&all, &all, &[("covariates", &two)], None).unwrap_err();
        assert!(error.to_string().contains("only 2 of the 5"), "{error}");
        assert!(match_samples(&all, &all, &[("covariates", &two)], Some(2)).is_ok());
    }
}
