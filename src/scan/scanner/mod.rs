//! One block pair after another: screen, decide, count. What pairs a product holds is for `product`, what windows hold for
//! `cis`, and which pairs are not tested, or elsewhere, for `excluded`.

mod cis;
mod excluded;
mod product;

use std::ops::Range;

use super::best::Bests;
use super::decide::Decider;
use super::engine::{Engine, Operands, combine_of};
use super::found::{ClassFound, Found};
use super::genes::GeneSide;
use super::integer::IntegerScan;
use super::scan_plan::ScanPlan;
use super::sink::Sink;
use super::slab::Slab;
use super::tally::Tally;
use crate::kernel::{Bins, DenseScreen, fill_single};
use crate::model::Model;
use crate::plan::{BlockPair, Classes};
use crate::store::{GenotypeStore, StoreError};

/// Scans the block pairs given to one rank.
pub struct Scanner<'a> {
    model: &'a Model,
    genes: &'a GeneSide,
    operands: &'a Operands,
    store: &'a GenotypeStore,
    columns: &'a [u32],
    plan: &'a ScanPlan,
    bins: Vec<Bins>,
    slab: Slab,
    /// The unit rows of the slab in f32, for a screen that multiplies these.
    single: Vec<f32>,
    screen: Screen<'a>,
    /// Pairs to be decided, by place in the slab and gene.
    open: Vec<(u32, u32)>,
}

/// How block products are screened.
enum Screen<'a> {
    Dense(DenseScreen),
    Integer(Box<IntegerScan<'a>>),
}

impl Screen<'_> {
    /// How far a strength that a row of the screen shows can lie from the decided one; integers show none.
    fn guard(&self) -> f64 {
        match self {
            Screen::Dense(screen) => screen.guard(),
            Screen::Integer(_) => 0.0,
        }
    }
}

impl<'a> Scanner<'a> {
    /// A scanner that has not read anything yet. `columns` are the samples used, as columns of the store `[n]`.
    pub fn new(
        model: &'a Model,
        (genes, operands): (&'a GeneSide, &'a Operands),
        (store, columns): (&'a GenotypeStore, &'a [u32]),
        plan: &'a ScanPlan,
    ) -> Self {
        let (n, combine) = (genes.n, combine_of(model));
        let screen = match plan.engine {
            Engine::I8 => {
                let thresholds = plan.product_thresholds();
                let scan =
                    IntegerScan::new(model, (genes, operands), thresholds, store.code_type());
                Screen::Integer(Box::new(scan))
            }
            Engine::F32 => Screen::Dense(DenseScreen::single(n, combine, plan.piece())),
            Engine::F64 => Screen::Dense(DenseScreen::double(n, combine)),
        };
        Self {
            model,
            genes,
            operands,
            store,
            columns,
            plan,
            bins: plan.limits.bins(screen.guard()),
            slab: Slab::default(),
            single: Vec::new(),
            screen,
            open: Vec::new(),
        }
    }

    /// What the scan of block pairs of these SNP rows starts with.
    pub fn found_nothing(&self, rows: &Range<u32>) -> Found {
        let n_df_classes = self.model.degrees().len();
        let guard = self.screen.guard();
        let class = |is_tested: bool| ClassFound {
            hits: Vec::new(),
            histogram: vec![0; self.bins.first().map_or(0, Bins::bins)],
            best: (self.plan.min_p && is_tested)
                .then(|| Bests::new(rows, &self.genes.norms, n_df_classes, guard)),
        };
        let classes = self.plan.classes;
        Found {
            all: class(classes == Classes::All),
            cis: class(classes != Classes::All),
            trans: class(classes == Classes::CisTrans),
        }
    }

    /// Scans one block pair: adds what it finds and counts its tests.
    ///
    /// # Errors
    /// If the genotypes cannot be read, or a row cannot be tested.
    pub fn scan(
        &mut self,
        pair: &BlockPair,
        found: &mut Found,
        tally: &mut Tally,
    ) -> Result<(), StoreError> {
        self.load(pair)?;
        let limits = &self.plan.limits;
        match self.plan.classes {
            Classes::All => {
                tally.tests.all += self.scan_product(pair, &limits.all, &mut found.all, tally);
            }
            Classes::CisTrans => {
                tally.tests.cis += self.scan_windows(pair, &mut found.cis);
                tally.tests.trans +=
                    self.scan_product(pair, &limits.trans, &mut found.trans, tally);
            }
            Classes::CisOnly => tally.tests.cis += self.scan_windows(pair, &mut found.cis),
        }
        if pair.counts_snps == 1 {
            tally.constant_snps += self.n_constant();
            if let Screen::Integer(scan) = &self.screen {
                tally.snps_left_out += scan.n_left_out() as u64;
                tally.snps_multiplied += scan.n_multiplied() as u64;
            }
        }
        tally.pairs += 1;
        tally.cost += pair.cost;
        Ok(())
    }

    /// The constant SNPs of the slab that have tests. With cis only the slab also holds rows between windows, and which
    /// ones hangs on the size of blocks.
    fn n_constant(&self) -> u64 {
        let rows = self.slab.rows();
        let mut is_tested = vec![self.plan.classes != Classes::CisOnly; rows.len()];
        if self.plan.classes == Classes::CisOnly {
            for window in &self.genes.windows {
                let cis = window.clip(rows);
                is_tested[(cis.first - rows.start) as usize..(cis.end - rows.start) as usize]
                    .fill(true);
            }
        }
        let tested = is_tested.iter().enumerate().filter(|(_, tested)| **tested);
        tested.filter(|(i, _)| self.slab.norm(*i) == 0.0).count() as u64
    }

    /// Loads the SNP side of a block pair unless it is there.
    fn load(&mut self, pair: &BlockPair) -> Result<(), StoreError> {
        let (store, columns, slab) = (self.store, self.columns, &mut self.slab);
        match &mut self.screen {
            Screen::Integer(scan) => scan.load(slab, store, columns, pair.snp_rows()),
            Screen::Dense(screen) => {
                let is_new = slab.load(store, columns, self.model, pair.snp_rows())?;
                if is_new && screen.is_single() {
                    fill_single(slab.units(), &mut self.single);
                }
                Ok(())
            }
        }
    }

    /// Keeps of some pairs those whose test may reach its threshold; all of them if there is no second look.
    fn keep_open(&self, pairs: &mut Vec<(u32, u32)>, thresholds: &[f64]) {
        if let Screen::Integer(scan) = &self.screen {
            pairs.retain(|&(i, gene)| {
                let df_class = usize::from(self.slab.df_class(i as usize));
                scan.could_reach(i, gene, thresholds[df_class])
            });
        }
    }

    /// Decides pairs, by place in the slab and gene.
    fn decide(&mut self, pairs: &[(u32, u32)], thresholds: &[f64], found: &mut ClassFound) {
        for &(i, _) in pairs {
            self.slab.form(i as usize, self.model);
        }
        let mut sink = self.sink(found, thresholds);
        pairs
            .iter()
            .for_each(|&(i, gene)| sink.take(i as usize, gene));
    }

    fn sink<'f>(&'f self, found: &'f mut ClassFound, thresholds: &'f [f64]) -> Sink<'f> {
        let decider = Decider {
            model: self.model,
            genes: self.genes,
            slab: &self.slab,
        };
        Sink::new(decider, &self.bins, thresholds, found)
    }
}

#[cfg(test)]
mod tests;
