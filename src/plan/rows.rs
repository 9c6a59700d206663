//! How many tests each row has, by class.

use super::pairs::{Classes, Tests};
use crate::genome::CisWindow;

/// The tests of every SNP and every gene.
#[derive(Clone, Debug)]
pub struct RowTests {
    classes: Classes,
    snps: Side,
    genes: Side,
}

/// One side of a study.
#[derive(Clone, Debug)]
struct Side {
    /// Rows of the other side.
    n_others: u64,
    /// By row: pairs in a cis window, whether skipped or not.
    cis: Vec<u64>,
    /// By row: pairs that are skipped, cis ones and others.
    skipped: Vec<[u64; 2]>,
}

impl RowTests {
    /// Counts the tests of `n_snps` SNPs and `n_genes` genes. `windows` `[n_genes]` may be empty with one class;
    /// `skipped` are pairs of SNP and gene row that are not tested.
    pub fn new(
        (n_snps, n_genes): (usize, usize),
        classes: Classes,
        windows: &[CisWindow],
        skipped: &[[u32; 2]],
    ) -> Self {
        let mut snps = Side::new(n_snps, n_genes);
        let mut genes = Side::new(n_genes, n_snps);
        // Windows as steps up at their first SNP and down after their last; the running sum counts them.
        let mut steps = vec![0i64; n_snps + 1];
        for (gene, window) in windows.iter().enumerate() {
            genes.cis[gene] = window.len();
            steps[window.first as usize] += 1;
            steps[window.end as usize] -= 1;
        }
        let mut open = 0;
        for (cis, step) in snps.cis.iter_mut().zip(&steps) {
            open += step;
            *cis = open as u64;
        }
        for &[snp, gene] in skipped {
            let is_cis = windows
                .get(gene as usize)
                .is_some_and(|window| window.contains(snp));
            snps.skipped[snp as usize][usize::from(!is_cis)] += 1;
            genes.skipped[gene as usize][usize::from(!is_cis)] += 1;
        }
        Self {
            classes,
            snps,
            genes,
        }
    }

    /// The tests of a SNP row.
    pub fn of_snp(&self, row: usize) -> Tests {
        self.snps.tests(row, self.classes)
    }

    /// The tests of a gene row.
    pub fn of_gene(&self, row: usize) -> Tests {
        self.genes.tests(row, self.classes)
    }
}

impl Side {
    fn new(n: usize, n_others: usize) -> Self {
        Self {
            n_others: n_others as u64,
            cis: vec![0; n],
            skipped: vec![[0; 2]; n],
        }
    }

    fn tests(&self, row: usize, classes: Classes) -> Tests {
        let [skipped_cis, skipped_others] = self.skipped[row];
        let cis = self.cis[row] - skipped_cis;
        let others = self.n_others - self.cis[row] - skipped_others;
        match classes {
            Classes::All => Tests {
                all: cis + others,
                ..Tests::default()
            },
            Classes::CisTrans => Tests {
                cis,
                trans: others,
                all: 0,
            },
            Classes::CisOnly => Tests {
                cis,
                ..Tests::default()
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn rows_count_what_pairs_count(
            ends in prop::collection::vec((0u32..=12, 0u32..=12), 5),
            skipped in prop::collection::btree_set((0u32..12, 0u32..5), 0..10),
        ) {
            let windows: Vec<CisWindow> = ends
                .iter()
                .map(|&(a, b)| CisWindow { first: a.min(b), end: a.max(b) })
                .collect();
            let skipped: Vec<[u32; 2]> = skipped.into_iter().map(|(s, g)| [s, g]).collect();
            for classes in [Classes::All, Classes::CisTrans, Classes::CisOnly] {
                let found = RowTests::new((12, 5), classes, &windows, &skipped);
                let count = |is_in: &dyn Fn(u32, u32) -> bool| {
                    let mut tests = Tests::default();
                    for snp in 0..12 {
                        for gene in 0..5 {
                            if !is_in(snp, gene) || skipped.contains(&[snp, gene]) {
                                continue;
                            }
                            match (classes, windows[gene as usize].contains(snp)) {
                                (Classes::All, _) => tests.all += 1,
                                (_, true) => tests.cis += 1,
                                (Classes::CisTrans, false) => tests.trans += 1,
                                (Classes::CisOnly, false) => {}
                            }
                        }
                    }
                    tests
                };
                for row in 0..12 {
                    prop_assert_eq!(found.of_snp(row), count(&|s, _| s == row as u32));
                }
                for row in 0..5 {
                    prop_assert_eq!(found.of_gene(row), count(&|_, g| g == row as u32));
                }
            }
        }
    }
}
