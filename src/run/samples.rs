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
    /// Their columns in the covariates `[n]`; empty without covariates.
    pub covariates: Vec<u32>,
    /// What each file had and what of it is not used.
    pub files: Vec<SampleSource>,
}

/// The samples of one file.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SampleSource {
    /// "genotypes", "expression" or "covariates".
    pub file: &'static str,
    /// Its number of samples.
    pub n_samples: usize,
    /// Samples that are missing from another file.
    pub dropped: Vec<String>,
}

/// Matches the samples of two files, or three with covariates.
///
/// # Errors
/// Without a shared sample; with fewer in all files than `min_samples`, or by default fewer than half of the smaller of
/// genotypes and expression.
pub fn match_samples(
    genotypes: &[String],
    expression: &[String],
    covariates: Option<&[String]>,
    min_samples: Option<usize>,
) -> Result<SampleMatch, RunError> {
    let in_expression = columns(expression);
    let in_covariates = covariates.map(columns);
    let mut found = SampleMatch {
        ids: Vec::new(),
        genotypes: Vec::new(),
        expression: Vec::new(),
        covariates: Vec::new(),
        files: Vec::new(),
    };
    let mut shared = 0;
    for (column, id) in genotypes.iter().enumerate() {
        let Some(&e) = in_expression.get(id.as_str()) else {
            continue;
        };
        shared += 1;
        if let Some(in_covariates) = &in_covariates {
            let Some(&c) = in_covariates.get(id.as_str()) else {
                continue;
            };
            found.covariates.push(c);
        }
        found.ids.push(id.clone());
        found.genotypes.push(column as u32);
        found.expression.push(e);
    }
    check_overlap(genotypes, expression, shared, found.ids.len(), min_samples)?;
    let used = columns(&found.ids);
    let files = [
        ("genotypes", Some(genotypes)),
        ("expression", Some(expression)),
        ("covariates", covariates),
    ];
    found.files = files
        .into_iter()
        .filter_map(|(file, ids)| ids.map(|ids| (file, ids)))
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
    shared: usize,
    used: usize,
    min_samples: Option<usize>,
) -> Result<(), RunError> {
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
        return Err(RunError::Input(
            "no sample of genotypes and expression is in the covariates; samples are matched by ID"
                .into(),
        ));
    }
    match min_samples {
        Some(min) if used < min => Err(RunError::Input(format!(
            "{used} samples are shared by all files, --min-samples asks for {min} ({})",
            examples()
        ))),
        None if 2 * used >= genotypes.len().min(expression.len()) => Ok(()),
        None if used < shared => Err(RunError::Input(format!(
            "only {used} of the {shared} samples that are in both genotypes ({}) and expression ({}) are in the \
             covariates, less than half of either; give --min-samples {used} to go on with them",
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
            Some(&ids("c d x a")),
            None,
        )
        .unwrap();
        assert_eq!(found.ids, ["d", "a", "c"]);
        assert_eq!(found.genotypes, [0, 1, 3]);
        assert_eq!(found.expression, [4, 0, 2]);
        assert_eq!(found.covariates, [1, 3, 0]);
        let dropped: Vec<_> = found
            .files
            .iter()
            .map(|file| file.dropped.join(" "))
            .collect();
        assert_eq!(dropped, ["b", "b e", "x"]);
    }

    #[test]
    fn no_shared_sample_is_an_error_with_examples() {
        let error = match_samples(&ids("a b"), &ids("A B"), None, None)
            .unwrap_err()
            .to_string();
        assert!(error.contains("a, b") && error.contains("A, B"), "{error}");
    }

    #[test]
    fn a_small_overlap_stops_unless_allowed() {
        let (g, e) = (ids("a b c d e"), ids("a b v w x y z"));
        let error = match_samples(&g, &e, None, None).unwrap_err().to_string();
        assert!(error.contains("--min-samples 2"), "{error}");
        assert_eq!(match_samples(&g, &e, None, Some(2)).unwrap().ids.len(), 2);
        assert!(match_samples(&g, &e, None, Some(3)).is_err());
        let (all, two) = (ids("a b c d e"), ids("a b x"));
        let error = match_samples(&all, &all, Some(&two), None).unwrap_err();
        assert!(error.to_string().contains("only 2 of the 5"), "{error}");
        assert!(match_samples(&all, &all, Some(&two), Some(2)).is_ok());
    }
}
