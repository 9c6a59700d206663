//! The gene side of every test, made once and shared by all ranks.

use std::ops::Range;

use crate::genome::CisWindow;
use crate::model::Model;

/// Every gene as a unit residual, with the norm it had and its cis window.
#[derive(Clone, Debug, Default)]
pub struct GeneSide {
    /// Samples.
    pub n: usize,
    /// Unit residuals `[n_genes x n]`; zero rows are constant genes.
    pub units: Vec<f64>,
    /// Norms before scaling `[n_genes]`; 0 for constant genes.
    pub norms: Vec<f64>,
    /// Cis windows `[n_genes]`, or empty when there is one class of tests.
    pub windows: Vec<CisWindow>,
}

impl GeneSide {
    /// Prepares expression values `[n_genes x n]`, NaN missing, in place.
    ///
    /// # Panics
    /// If `values` is not a whole number of rows.
    pub fn prepare(model: &Model, mut values: Vec<f64>, windows: Vec<CisWindow>) -> Self {
        let n = model.design().n();
        assert!(values.len().is_multiple_of(n), "whole rows of expression");
        let norms = model.prepare_genes(&mut values);
        Self {
            n,
            units: values,
            norms,
            windows,
        }
    }

    /// The number of genes that are constant once the covariates are known.
    pub fn n_constant(&self) -> usize {
        self.norms.iter().filter(|&&norm| norm == 0.0).count()
    }

    /// The unit residual of a gene.
    pub fn unit(&self, gene: u32) -> &[f64] {
        &self.units[gene as usize * self.n..][..self.n]
    }

    /// The unit residuals of a run of genes, one after the other.
    pub fn unit_rows(&self, genes: &Range<u32>) -> &[f64] {
        &self.units[genes.start as usize * self.n..genes.end as usize * self.n]
    }

    /// The cis window of a gene.
    pub fn window(&self, gene: u32) -> CisWindow {
        self.windows[gene as usize]
    }
}
