//! Screens by one matrix product a block, in either precision, behind one face.

use super::combine::Combine;
use super::double::DoubleScreen;
use super::single::SingleScreen;

/// The unit rows of a run of SNPs or genes, in the precisions they are used in.
#[derive(Clone, Copy, Debug)]
pub struct UnitRows<'a> {
    /// The rows `[rows x n]`, which decide; zero rows among them.
    pub double: &'a [f64],
    /// The same rows as [`super::to_single`] makes them; empty if there is no f32 screen.
    pub single: &'a [f32],
}

/// A screen in either precision.
#[derive(Debug)]
pub enum DenseScreen {
    /// By products in f64: slower, with a guard near 1e-13.
    Double(DoubleScreen),
    /// By products in f32: about twice as fast, with a guard near 1e-5 to 1e-4.
    Single(SingleScreen),
}

impl DenseScreen {
    /// The f64 screen over `n` samples, which holds no block yet.
    pub fn double(n: usize, combine: Combine) -> Self {
        Self::Double(DoubleScreen::new(n, combine))
    }

    /// The f32 screen over `n` samples in pieces of at most `piece`, which holds no block yet.
    ///
    /// # Panics
    /// As [`SingleScreen::new`].
    pub fn single(n: usize, combine: Combine, piece: usize) -> Self {
        Self::Single(SingleScreen::new(n, combine, piece))
    }

    /// Whether it multiplies [`UnitRows::single`], which must then be there.
    pub fn is_single(&self) -> bool {
        matches!(self, Self::Single(_))
    }

    /// How far a screened strength can lie from the decided one.
    pub fn guard(&self) -> f64 {
        match self {
            Self::Double(screen) => screen.guard(),
            Self::Single(screen) => screen.guard(),
        }
    }

    /// Multiplies the unit rows of a block: `snps` `[n_units x m x n]` with `genes` `[n_genes x n]`.
    ///
    /// # Panics
    /// If they are not whole numbers of rows, or the f32 screen is given rows in f64 only.
    pub fn multiply(&mut self, snps: UnitRows, genes: UnitRows) {
        match self {
            Self::Double(screen) => screen.multiply(snps.double, genes.double),
            Self::Single(screen) => {
                for rows in [snps, genes] {
                    assert_eq!(rows.single.len(), rows.double.len(), "rows in f32 too");
                }
                screen.multiply(snps.single, genes.single);
            }
        }
    }

    /// Takes a pair out of what [`DenseScreen::row`] shows: its strength becomes NaN.
    pub fn mask(&mut self, snp: usize, gene: usize) {
        match self {
            Self::Double(screen) => screen.mask(snp, gene),
            Self::Single(screen) => screen.mask(snp, gene),
        }
    }

    /// The screened strengths of a SNP with every gene of the block `[n_genes]`, with either sign: NaN for pairs that
    /// are masked, infinite where the strength is unknown.
    pub fn row(&mut self, snp: usize) -> &[f64] {
        match self {
            Self::Double(screen) => screen.row(snp),
            Self::Single(screen) => screen.row(snp),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::to_single;
    use super::*;

    #[test]
    fn both_precisions_show_the_same_pairs() {
        let (snps, genes) = ([0.6, 0.8, 1.0, 0.0], [0.0, 1.0, -0.8, 0.6, 0.0, 0.0]);
        let (snps_single, genes_single) = (to_single(&snps), to_single(&genes));
        let snps = UnitRows {
            double: &snps,
            single: &snps_single,
        };
        let genes = UnitRows {
            double: &genes,
            single: &genes_single,
        };
        let screens = [
            DenseScreen::double(2, Combine::Single),
            DenseScreen::single(2, Combine::Single, 8),
            DenseScreen::single(2, Combine::Single, 1),
        ];
        for mut screen in screens {
            screen.multiply(snps, genes);
            screen.mask(1, 0);
            let guard = screen.guard();
            assert_eq!(guard > 1e-8, screen.is_single());
            let near = |strength: f64, wanted: f64| (strength - wanted).abs() <= guard;
            let row = screen.row(0);
            assert!(near(row[0], 0.8) && near(row[1], 0.0) && row[2] == 0.0);
            let row = screen.row(1);
            assert!(row[0].is_nan() && near(row[1], -0.8) && row[2] == 0.0);
        }
    }
}
