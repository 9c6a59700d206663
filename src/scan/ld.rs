//! Linkage disequilibrium: the correlation of SNP with SNP, from the unit residuals that SNPs are tested with.
//!
//! With s_i* the unit residuals of a model of one column, `R_ij = <s_i*, s_j*>`, so that r of the tests of a gene and R are
//! of one regression: `r_i = <s_i*, g*>`.

use std::thread;

use super::slabs::Slabs;
use crate::linalg::dot;
use crate::model::Model;
use crate::store::{GenotypeStore, StoreError};

/// Correlations of SNP rows under a model.
pub struct Ld<'a> {
    slabs: Slabs<'a>,
    n: usize,
    threads: usize,
    /// Unit residuals of the rows that are correlated with others `[n_rows x n]`.
    units: Vec<f64>,
}

impl<'a> Ld<'a> {
    /// Correlations over the samples at `columns` of a store `[n]`, on so many threads; `memory_bytes` bounds the
    /// residuals that are kept.
    ///
    /// # Panics
    /// If the model tests more than one column of a SNP.
    pub fn new(
        model: &'a Model,
        (store, columns): (&'a GenotypeStore, &'a [u32]),
        threads: usize,
        memory_bytes: usize,
    ) -> Self {
        assert_eq!(model.n_units(), 1, "one column a SNP");
        Self {
            slabs: Slabs::new(model, (store, columns), memory_bytes),
            n: columns.len(),
            threads: threads.max(1),
            units: Vec::new(),
        }
    }

    /// The correlations of each of `rows` with each of `with`, SNP rows both, into `r` `[n_rows x n_with]`: from -1 to 1;
    /// exactly 1 of a SNP with itself, and 0 of a constant SNP with any other. The same bits in either order, and for
    /// any number of threads.
    ///
    /// # Errors
    /// If the genotypes cannot be read, or a row cannot be used.
    pub fn correlate(
        &mut self,
        rows: &[u32],
        with: &[u32],
        r: &mut Vec<f64>,
    ) -> Result<(), StoreError> {
        self.gather(rows)?;
        r.clear();
        r.resize(rows.len() * with.len(), 0.0);
        if r.is_empty() {
            return Ok(());
        }
        let (n, threads) = (self.n, self.threads);
        let rows_each = rows.len().div_ceil(threads);
        let mut column = 0;
        for run in with.chunk_by(Slabs::are_together) {
            let slab = self.slabs.with_row(run[0])?;
            let others: Vec<(u32, &[f64])> = run
                .iter()
                .map(|&snp| {
                    let place = (snp - slab.rows().start) as usize;
                    let unit = slab.units_of(place).next().expect("one column a SNP");
                    (snp, unit)
                })
                .collect();
            let parts = r.chunks_mut(rows_each * with.len());
            let own = rows.chunks(rows_each).zip(self.units.chunks(rows_each * n));
            thread::scope(|scope| {
                for (part, (rows, units)) in parts.zip(own) {
                    let others = &others;
                    let mut fill = move || {
                        let units = rows.iter().zip(units.chunks_exact(n));
                        for (line, own) in part.chunks_exact_mut(with.len()).zip(units) {
                            fill_line(&mut line[column..], own, others);
                        }
                    };
                    if threads == 1 {
                        fill();
                    } else {
                        scope.spawn(fill);
                    }
                }
            });
            column += run.len();
        }
        Ok(())
    }

    /// Copies the unit residuals of some rows.
    fn gather(&mut self, rows: &[u32]) -> Result<(), StoreError> {
        self.units.clear();
        for run in rows.chunk_by(Slabs::are_together) {
            let slab = self.slabs.with_row(run[0])?;
            for snp in run {
                let place = (snp - slab.rows().start) as usize;
                let unit = slab.units_of(place).next().expect("one column a SNP");
                self.units.extend_from_slice(unit);
            }
        }
        Ok(())
    }
}

/// The correlations of one SNP, its row and unit residual, with others.
fn fill_line(line: &mut [f64], (own, unit): (&u32, &[f64]), others: &[(u32, &[f64])]) {
    for (r, (snp, other)) in line.iter_mut().zip(others) {
        // Rounding would leave a little beside 1.
        *r = if snp == own {
            1.0
        } else {
            dot(unit, other).clamp(-1.0, 1.0)
        };
    }
}
