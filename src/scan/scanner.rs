//! One block pair after another: screen, decide, count.

use super::genes::GeneSide;
use super::hits::Hits;
use super::slab::Slab;
use super::tally::Tally;
use crate::kernel::DoubleScreen;
use crate::linalg::dot;
use crate::model::{Hit, Linear};
use crate::plan::{BlockPair, Classes, Grid};
use crate::stats::ln_two_sided_t;
use crate::store::{GenotypeStore, StoreError};

/// The |r| a pair must reach, by class; infinite where the class is not reported.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Thresholds {
    /// With one class.
    pub all: f64,
    /// For cis pairs.
    pub cis: f64,
    /// For trans pairs.
    pub trans: f64,
}

/// Scans the block pairs given to one rank.
pub struct Scanner<'a> {
    /// The model both sides were prepared with.
    pub model: &'a Linear,
    /// The gene side.
    pub genes: &'a GeneSide,
    /// Where the SNP side is read.
    pub store: &'a GenotypeStore,
    /// The samples used, as columns of the store `[n]`.
    pub columns: &'a [u32],
    /// The grid the pairs are cut from.
    pub grid: Grid,
    /// Which tests are made.
    pub classes: Classes,
    /// What they must reach.
    pub thresholds: Thresholds,
    slab: Slab,
    screen: DoubleScreen,
    named: Vec<(u32, u32)>,
}

impl<'a> Scanner<'a> {
    /// A scanner that has not read anything yet.
    pub fn new(
        model: &'a Linear,
        genes: &'a GeneSide,
        (store, columns): (&'a GenotypeStore, &'a [u32]),
        grid: Grid,
        classes: Classes,
        thresholds: Thresholds,
    ) -> Self {
        Self {
            model,
            genes,
            store,
            columns,
            grid,
            classes,
            thresholds,
            slab: Slab::default(),
            screen: DoubleScreen::default(),
            named: Vec::new(),
        }
    }

    /// Scans one block pair: adds its hits and counts its tests.
    ///
    /// # Errors
    /// If the genotypes cannot be read.
    pub fn scan(
        &mut self,
        pair: &BlockPair,
        hits: &mut Hits,
        tally: &mut Tally,
    ) -> Result<(), StoreError> {
        self.slab
            .load(self.store, self.columns, self.model, pair.snp_rows())?;
        match self.classes {
            Classes::All => {
                tally.tests.all +=
                    self.scan_product(pair, self.thresholds.all, &mut hits.all, tally)
            }
            Classes::CisTrans => {
                let cis = self.scan_windows(pair, &mut hits.cis);
                let every = self.scan_product(pair, self.thresholds.trans, &mut hits.trans, tally);
                tally.tests.cis += cis;
                tally.tests.trans += every - cis;
            }
            Classes::CisOnly => tally.tests.cis += self.scan_windows(pair, &mut hits.cis),
        }
        if pair.counts_snps == 1 {
            tally.constant_snps += self.slab.n_constant();
        }
        tally.pairs += 1;
        tally.cost += pair.cost;
        Ok(())
    }

    /// Screens the whole product of the pair and decides the candidates that are not cis. Returns how many pairs the
    /// product held, cis ones among them.
    fn scan_product(
        &mut self,
        pair: &BlockPair,
        threshold: f64,
        hits: &mut Vec<Hit>,
        tally: &mut Tally,
    ) -> u64 {
        let genes = self.grid.gene_rows(pair.gene_block);
        let n = self.genes.n;
        let named = &mut self.named;
        named.clear();
        self.screen.candidates(
            n,
            self.slab.units(),
            self.genes.unit_rows(&genes),
            threshold,
            |snp, gene| {
                named.push((snp as u32, gene as u32));
            },
        );
        tally.candidates += named.len() as u64;
        let split = self.classes == Classes::CisTrans;
        for &(snp, gene) in &self.named {
            let gene = genes.start + gene;
            let is_cis = split
                && self
                    .genes
                    .window(gene)
                    .contains(self.slab.rows().start + snp);
            if !is_cis {
                hits.extend(self.decide(snp as usize, gene, threshold));
            }
        }
        self.slab.rows().len() as u64 * genes.len() as u64
    }

    /// Decides every cis pair of the block pair, gene by gene. Returns how many there are.
    fn scan_windows(&self, pair: &BlockPair, hits: &mut Vec<Hit>) -> u64 {
        let rows = self.slab.rows();
        let mut tests = 0;
        for gene in self.grid.gene_rows(pair.gene_block) {
            let window = self.genes.window(gene).clip(rows);
            for snp in window.first..window.end {
                hits.extend(self.decide((snp - rows.start) as usize, gene, self.thresholds.cis));
            }
            tests += window.len();
        }
        tests
    }

    /// The fixed-order dot product that decides whether a pair is a hit.
    fn decide(&self, snp: usize, gene: u32, threshold: f64) -> Option<Hit> {
        let r = dot(self.slab.unit(snp), self.genes.unit(gene));
        if r.abs() < threshold {
            return None;
        }
        let gene_norm = self.genes.norms[gene as usize];
        let estimate = self.model.estimate(r, gene_norm, self.slab.norm(snp));
        Some(Hit {
            snp: self.slab.rows().start + snp as u32,
            gene,
            beta: estimate.beta,
            t_stat: estimate.t_stat,
            ln_p: ln_two_sided_t(estimate.t_stat, self.model.df()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::genome::{CisWindow, Site};
    use crate::model::Design;
    use crate::plan::Plan;
    use crate::stats::correlation_threshold;
    use crate::store::GenotypeWriter;
    use proptest::prelude::*;
    use std::path::Path;

    const N: usize = 24;

    fn store(path: &Path, codes: &[u8]) -> GenotypeStore {
        let samples: Vec<String> = (0..N).map(|i| format!("s{i}")).collect();
        let mut writer = GenotypeWriter::create(path, path, &samples).unwrap();
        for (row, codes) in codes.chunks_exact(N).enumerate() {
            let values: Vec<f64> = codes
                .iter()
                .map(|&c| if c == 3 { f64::NAN } else { f64::from(c) })
                .collect();
            let site = Site {
                chrom: "1".into(),
                pos: row as i64,
            };
            writer
                .push([&row.to_string(), "", ""], Some(&site), &values)
                .unwrap();
        }
        writer.finish().unwrap();
        GenotypeStore::open(path).unwrap()
    }

    /// All hits of a run over a grid of the given block sizes, in table order.
    fn run(
        store: &GenotypeStore,
        genes: &GeneSide,
        model: &Linear,
        classes: Classes,
        p: f64,
        blocks: (usize, usize),
    ) -> (Hits, Tally, Plan) {
        let grid = Grid::new(
            store.n_snps(),
            genes.norms.len(),
            N,
            Some(blocks.0),
            Some(blocks.1),
        );
        let plan = Plan::new(grid, classes, &genes.windows, 1);
        let columns: Vec<u32> = (0..N as u32).collect();
        let r = correlation_threshold(p, model.df());
        let thresholds = Thresholds {
            all: r,
            cis: r,
            trans: r,
        };
        let mut scanner = Scanner::new(model, genes, (store, &columns), grid, classes, thresholds);
        let (mut hits, mut tally) = (Hits::default(), Tally::default());
        for pair in &plan.pairs {
            scanner.scan(pair, &mut hits, &mut tally).unwrap();
        }
        for class in [&mut hits.all, &mut hits.cis, &mut hits.trans] {
            class.sort_unstable_by(Hit::table_order);
        }
        (hits, tally, plan)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn hits_and_counts_do_not_depend_on_blocks(
            codes in prop::collection::vec(0u8..4, N * 23),
            expression in prop::collection::vec(-4i8..4, N * 9),
            windows in prop::collection::vec((0u32..23, 0u32..23), 9),
            blocks in (1usize..30, 1usize..12),
            p in prop::sample::select(vec![1.0, 0.3, 0.01]),
        ) {
            let folder = tempfile::tempdir().unwrap();
            let store = store(&folder.path().join("g.h5"), &codes);
            let model = Linear::new(Design::new(N, &[]).unwrap()).unwrap();
            let windows: Vec<CisWindow> = windows
                .iter()
                .map(|&(a, b)| CisWindow { first: a.min(b), end: a.max(b) })
                .collect();
            let values = expression.iter().map(|&v| f64::from(v)).collect();
            let genes = GeneSide::prepare(&model, values, windows);
            let go = |classes, blocks| run(&store, &genes, &model, classes, p, blocks);

            let (all, all_tally, _) = go(Classes::All, (23, 9));
            let (split, split_tally, plan) = go(Classes::CisTrans, blocks);
            let (cis_only, cis_tally, cis_plan) = go(Classes::CisOnly, blocks);
            prop_assert_eq!(split_tally.tests, plan.tests);
            prop_assert_eq!(cis_tally.tests, cis_plan.tests);
            prop_assert_eq!(all_tally.tests.all, split_tally.tests.cis + split_tally.tests.trans);
            prop_assert_eq!(all_tally.constant_snps, split_tally.constant_snps);

            let (cis, trans): (Vec<Hit>, Vec<Hit>) = all
                .all
                .iter()
                .partition(|hit| genes.window(hit.gene).contains(hit.snp));
            prop_assert_eq!(&split.cis, &cis);
            prop_assert_eq!(&split.trans, &trans);
            prop_assert_eq!(&cis_only.cis, &cis);
        }
    }
}
