//! The SNP side of a block: a run of genotype rows as unit residuals.

use std::ops::Range;

use crate::model::{Model, RowProblem, Snps};
use crate::store::{GenotypeStore, StoreError};

/// A run of SNP rows, ready to be multiplied. Loaded again only when the run changes.
#[derive(Debug, Default)]
pub struct Slab {
    rows: Range<u32>,
    n: usize,
    snps: Snps,
    /// Hard calls `[n_rows x n]` of a slab that was loaded without residuals.
    codes: Vec<u8>,
    /// Whether the residual of each row is there.
    is_formed: Vec<bool>,
    /// Room for one row.
    one: Snps,
}

impl Slab {
    /// Makes this the slab of `rows`, over the samples at `columns`. Returns whether it is another slab than before.
    ///
    /// # Errors
    /// If the store cannot be read, or the model cannot test a row.
    pub fn load(
        &mut self,
        store: &GenotypeStore,
        columns: &[u32],
        model: &Model,
        rows: Range<u32>,
    ) -> Result<bool, StoreError> {
        if self.rows == rows && self.n > 0 {
            return Ok(false);
        }
        self.n = columns.len();
        // Until the rows are prepared this is the slab of nothing.
        self.rows = 0..0;
        let read = rows.start as usize..rows.end as usize;
        store.read_values(read, columns, &mut self.snps.units)?;
        model
            .prepare_snps(&mut self.snps)
            .map_err(|problem| named(problem, store, columns, rows.start as usize))?;
        self.is_formed.clear();
        self.is_formed.resize(rows.len(), true);
        self.rows = rows;
        Ok(true)
    }

    /// Makes this the slab of `rows` of hard calls for the linear model, no residual of which is there before
    /// [`Slab::form`] has made it. Returns whether it is another slab than before.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn load_hard_calls(
        &mut self,
        store: &GenotypeStore,
        columns: &[u32],
        rows: Range<u32>,
    ) -> Result<bool, StoreError> {
        if self.rows == rows && self.n > 0 {
            return Ok(false);
        }
        self.n = columns.len();
        self.rows = 0..0;
        store.read_codes(
            rows.start as usize..rows.end as usize,
            columns,
            &mut self.codes,
        )?;
        self.snps.units.resize(rows.len() * self.n, 0.0);
        self.is_formed.clear();
        self.is_formed.resize(rows.len(), false);
        self.snps.norms.clear();
        self.snps.norms.resize(rows.len(), f64::NAN);
        self.snps.df_classes.clear();
        self.snps.df_classes.resize(rows.len(), 0);
        self.rows = rows;
        Ok(true)
    }

    /// Forms the residual of the i-th row unless it is there.
    pub fn form(&mut self, i: usize, model: &Model) {
        if self.is_formed[i] {
            return;
        }
        let codes = &self.codes[i * self.n..][..self.n];
        self.one.units.clear();
        self.one
            .units
            .extend(codes.iter().map(|&code| hard_call(code)));
        model
            .prepare_snps(&mut self.one)
            .expect("hard calls are finite, and any value will do for the linear model");
        self.snps.units[i * self.n..][..self.n].copy_from_slice(&self.one.units);
        self.snps.norms[i] = self.one.norms[0];
        self.is_formed[i] = true;
    }

    /// The hard calls `[n_rows x n]`, 255 missing, of a slab loaded as such.
    pub fn hard_calls(&self) -> &[u8] {
        &self.codes
    }

    /// The SNP rows.
    pub fn rows(&self) -> &Range<u32> {
        &self.rows
    }

    /// Unit residuals `[n_units x n_rows x n]`, one after the other.
    pub fn units(&self) -> &[f64] {
        &self.snps.units
    }

    /// The unit residuals `[n]` of the i-th row of the slab.
    pub fn units_of(&self, i: usize) -> impl Iterator<Item = &[f64]> {
        let block = self.rows.len() * self.n;
        let blocks = self.snps.units.chunks_exact(block.max(1));
        blocks.map(move |units| &units[i * self.n..][..self.n])
    }

    /// The norm the tested column of the i-th row had before scaling; 0 for a row with nothing to test, NaN before it is
    /// formed, which then is not 0.
    pub fn norm(&self, i: usize) -> f64 {
        self.snps.norms[i]
    }

    /// Which degrees of freedom the tests of the i-th row have.
    pub fn df_class(&self, i: usize) -> u8 {
        self.snps.df_classes[i]
    }
}

/// The value of a hard call; NaN for a missing one.
fn hard_call(code: u8) -> f64 {
    if code == u8::MAX {
        f64::NAN
    } else {
        f64::from(code)
    }
}

/// The error about a row that the model cannot test.
fn named(
    problem: RowProblem,
    store: &GenotypeStore,
    columns: &[u32],
    first_row: usize,
) -> StoreError {
    let sample = |column: usize| &store.samples()[columns[column] as usize];
    match problem {
        RowProblem::Infinite { row } => store.row_error(
            first_row + row,
            "has infinite or far too large values".into(),
            "finite values are wanted; correct the input and import again".into(),
        ),
        RowProblem::NotWhole { row, column, code } => store.row_error(
            first_row + row,
            format!("has the value {code:?} for sample '{}'", sample(column)),
            "ANOVA wants whole numbers, a genotype class each; import hard calls (GT), or use model linear".into(),
        ),
        RowProblem::TooManyClasses {
            row,
            column,
            code,
            groups,
        } => store.row_error(
            first_row + row,
            match some_classes(store, columns, first_row + row, groups) {
                Some(classes) => format!("has more than {groups} genotype classes, {classes}"),
                None => format!(
                    "has a genotype class too many, {code:?} for sample '{}'",
                    sample(column)
                ),
            },
            format!(
                "at most {groups} are wanted; give NA where a genotype is missing, or raise --anova-groups if all are \
                 meant"
            ),
        ),
    }
}

/// The first classes of a row that has more than `groups`, each with the first sample that has it: "0 of 's1', 2 of
/// 's4'"; `None` if the row cannot be read.
fn some_classes(
    store: &GenotypeStore,
    columns: &[u32],
    row: usize,
    groups: usize,
) -> Option<String> {
    let mut codes = Vec::new();
    store.read_values(row..row + 1, columns, &mut codes).ok()?;
    let mut classes: Vec<(f64, u32)> = Vec::new();
    for (code, column) in codes.into_iter().zip(columns) {
        let is_new = !code.is_nan() && classes.iter().all(|(other, _)| *other != code);
        if is_new && classes.len() <= groups {
            classes.push((code, *column));
        }
    }
    classes.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    let class = |(code, column): &(f64, u32)| {
        let text = format!("{code:?}");
        let short = text.strip_suffix(".0").unwrap_or(&text);
        format!("{short} of '{}'", store.samples()[*column as usize])
    };
    Some(classes.iter().map(class).collect::<Vec<_>>().join(", "))
}
