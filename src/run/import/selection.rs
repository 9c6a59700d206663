//! What is told of an import of regions: how much was taken and left out, and how the records were come by.

use std::path::Path;

use crate::formats::{Selection, Way};
use crate::run::error::RunError;
use crate::run::log::{Log, grouped, some_of};

/// Tells what became of the regions.
///
/// # Errors
/// If a region names a chromosome that the file does not have, or no record lies in any of them.
pub fn tell_of_selection(selection: &Selection, input: &Path, log: Log) -> Result<(), RunError> {
    selection.check(input)?;
    let way = match selection.way() {
        Way::Whole => "read from its beginning to its end".to_string(),
        Way::NoIndex => {
            "read from its beginning to its end, for it has no index: 'bcftools index' makes one"
                .into()
        }
        Way::StaleIndex(index) => format!(
            "read from its beginning to its end, for {} is older than it: make the index again with 'bcftools index -f'",
            index.display()
        ),
        Way::Index { path, .. } => format!("read through {}", path.display()),
    };
    let left_out = match selection.n_left_out() {
        Some(n) => format!("{} others left out", grouped(n)),
        None => "the others left out, which the index does not count".into(),
    };
    let regions: Vec<String> = selection
        .regions()
        .iter()
        .map(ToString::to_string)
        .collect();
    let plural = if selection.n_taken() == 1 { "" } else { "s" };
    log.info(format!(
        "import  {}: {} record{plural} in {}, {left_out}; {way}",
        input.display(),
        grouped(selection.n_taken()),
        some_of(&regions, regions.len())
    ));
    let empty = selection.empty_regions();
    if !empty.is_empty() {
        log.warn(format!(
            "{}: no record lies in {}",
            input.display(),
            some_of(&empty, empty.len())
        ));
    }
    Ok(())
}
