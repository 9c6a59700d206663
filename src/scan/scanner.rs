//! One block pair after another: screen, decide, count.

use std::collections::HashSet;
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
use crate::kernel::{Bins, DenseScreen, UnitRows, fill_single};
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
        let guard = match &screen {
            Screen::Dense(screen) => screen.guard(),
            Screen::Integer(_) => 0.0,
        };
        Self {
            model,
            genes,
            operands,
            store,
            columns,
            plan,
            bins: plan.limits.bins(guard),
            slab: Slab::default(),
            single: Vec::new(),
            screen,
            open: Vec::new(),
        }
    }

    /// What the scan of block pairs of these SNP rows starts with.
    pub fn found_nothing(&self, rows: &Range<u32>) -> Found {
        let n_df_classes = self.model.degrees().len();
        let guard = match &self.screen {
            Screen::Dense(screen) => screen.guard(),
            Screen::Integer(_) => 0.0,
        };
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

    /// Scans every pair of the block pair that is not cis, or every one with one class. Returns how many there are.
    fn scan_product(
        &mut self,
        pair: &BlockPair,
        thresholds: &[f64],
        found: &mut ClassFound,
        tally: &mut Tally,
    ) -> u64 {
        match self.screen {
            Screen::Integer(_) => self.scan_by_integers(pair, thresholds, found, tally),
            Screen::Dense(_) => self.scan_densely(pair, thresholds, found, tally),
        }
    }

    /// Names the pairs of the block pair that may be hits, looks at them again, decides what is left.
    fn scan_by_integers(
        &mut self,
        pair: &BlockPair,
        thresholds: &[f64],
        found: &mut ClassFound,
        tally: &mut Tally,
    ) -> u64 {
        let genes = self.plan.grid.gene_rows(pair.gene_block);
        let first = self.slab.rows().start;
        let skipped = self.skipped(pair);
        let mut named = std::mem::take(&mut self.open);
        named.clear();
        if let Screen::Integer(scan) = &mut self.screen {
            scan.for_each_named(&mut self.slab, pair.gene_block, &genes, |i, gene| {
                named.push((i, gene))
            });
        }
        named.retain(|&(i, gene)| !self.is_excluded(first + i, gene, skipped));
        tally.named += named.len() as u64;
        self.keep_open(&mut named, thresholds);
        tally.candidates += named.len() as u64;
        self.decide(&named, thresholds, found);
        self.open = named;
        self.slab.rows().len() as u64 * genes.len() as u64 - self.n_excluded(pair, &genes)
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

    /// Multiplies the block pair and takes every row of strengths.
    fn scan_densely(
        &mut self,
        pair: &BlockPair,
        thresholds: &[f64],
        found: &mut ClassFound,
        tally: &mut Tally,
    ) -> u64 {
        let genes = self.plan.grid.gene_rows(pair.gene_block);
        let n_rows = self.slab.rows().len();
        let n_tests = n_rows as u64 * genes.len() as u64 - self.n_excluded(pair, &genes);
        let excluded = self.excluded(pair, &genes);
        let Screen::Dense(screen) = &mut self.screen else {
            unreachable!("only a dense screen is scanned densely");
        };
        let guard = screen.guard();
        let decider = Decider {
            model: self.model,
            genes: self.genes,
            slab: &self.slab,
        };
        let mut sink = Sink::new(decider, &self.bins, thresholds, found);
        let every_pair_is_a_hit = thresholds.iter().any(|threshold| *threshold <= guard);
        if every_pair_is_a_hit {
            // There is nothing to screen.
            let excluded: HashSet<(usize, usize)> = excluded.into_iter().collect();
            for i in 0..n_rows {
                for (j, gene) in genes.clone().enumerate() {
                    if !excluded.contains(&(i, j)) {
                        sink.take(i, gene);
                    }
                }
            }
            tally.named += n_tests;
            tally.candidates += n_tests;
            return n_tests;
        }
        let snps = UnitRows {
            double: self.slab.units(),
            single: &self.single,
        };
        screen.multiply(snps, self.operands.unit_rows(self.genes, &genes));
        excluded.into_iter().for_each(|(i, j)| screen.mask(i, j));
        for i in 0..n_rows {
            let n_named = sink.take_row(i, &genes, screen.row(i), guard);
            tally.named += n_named;
            tally.candidates += n_named;
        }
        n_tests
    }

    /// Decides every cis pair of the block pair that may matter, gene by gene. Returns how many there are.
    fn scan_windows(&mut self, pair: &BlockPair, found: &mut ClassFound) -> u64 {
        let rows = self.slab.rows().clone();
        let plan = self.plan;
        let skipped = self.skipped(pair);
        let mut cis = std::mem::take(&mut self.open);
        let mut tests = 0;
        for gene in plan.grid.gene_rows(pair.gene_block) {
            let window = self.genes.window(gene).clip(&rows);
            let is_tested =
                |snp: &u32| skipped.is_empty() || skipped.binary_search(&[*snp, gene]).is_err();
            let snps = (window.first..window.end).filter(is_tested);
            cis.clear();
            cis.extend(snps.map(|snp| (snp - rows.start, gene)));
            tests += cis.len() as u64;
            self.keep_open(&mut cis, &plan.limits.cis);
            self.decide(&cis, &plan.limits.cis, found);
        }
        self.open = cis;
        tests
    }

    /// The pairs of a block pair that its product holds but that are not to be found there, by place: skipped ones, and
    /// cis ones if cis and trans are told apart.
    fn excluded(&self, pair: &BlockPair, genes: &Range<u32>) -> Vec<(usize, usize)> {
        let rows = self.slab.rows();
        let place =
            |snp: u32, gene: u32| ((snp - rows.start) as usize, (gene - genes.start) as usize);
        let skipped = self.skipped(pair).iter();
        let skipped = skipped
            .filter(|[snp, gene]| genes.contains(gene) && !self.is_cis_elsewhere(*snp, *gene));
        let mut places: Vec<_> = skipped.map(|&[snp, gene]| place(snp, gene)).collect();
        if self.plan.classes == Classes::CisTrans {
            for gene in genes.clone() {
                let window = self.genes.window(gene).clip(rows);
                places.extend((window.first..window.end).map(|snp| place(snp, gene)));
            }
        }
        places
    }

    /// How many pairs [`Scanner::excluded`] names.
    fn n_excluded(&self, pair: &BlockPair, genes: &Range<u32>) -> u64 {
        let is_skipped =
            |[snp, gene]: &&[u32; 2]| genes.contains(gene) && !self.is_cis_elsewhere(*snp, *gene);
        let n_skipped = self.skipped(pair).iter().filter(is_skipped).count() as u64;
        let windows = match self.plan.classes {
            Classes::CisTrans => genes.clone(),
            _ => 0..0,
        };
        let rows = self.slab.rows();
        n_skipped
            + windows
                .map(|gene| self.genes.window(gene).clip(rows).len())
                .sum::<u64>()
    }

    /// Whether [`Scanner::excluded`] would name a pair.
    fn is_excluded(&self, snp: u32, gene: u32, skipped: &[[u32; 2]]) -> bool {
        self.is_cis_elsewhere(snp, gene) || skipped.binary_search(&[snp, gene]).is_ok()
    }

    /// Whether a pair is cis and is found there.
    fn is_cis_elsewhere(&self, snp: u32, gene: u32) -> bool {
        self.plan.classes == Classes::CisTrans && self.genes.window(gene).contains(snp)
    }

    /// The skipped pairs of the SNPs of a block pair.
    fn skipped(&self, pair: &BlockPair) -> &'a [[u32; 2]] {
        let skipped = &self.plan.skipped;
        let start = skipped.partition_point(|[snp, _]| *snp < pair.first_snp);
        let end = skipped.partition_point(|[snp, _]| *snp < pair.end_snp);
        &skipped[start..end]
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
mod tests {
    use super::super::best::Best;
    use super::*;
    use crate::genome::{CisWindow, Site};
    use crate::kernel::Simd;
    use crate::model::{AnovaDf, Design, Hit, ModelKind};
    use crate::plan::{Cost, Grid, Plan};
    use crate::scan::Limits;
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

    fn model(kind: ModelKind, x: Vec<f64>) -> Model {
        Model::new(Design::new(N, &[], None).unwrap(), kind, x).unwrap()
    }

    /// A run over a grid of the given block sizes, hits in table order.
    fn run(
        store: &GenotypeStore,
        genes: &GeneSide,
        model: &Model,
        (classes, p): (Classes, f64),
        skipped: &[[u32; 2]],
        blocks: (usize, usize),
        (engine, simd): (Engine, Simd),
    ) -> (Found, Tally, Plan) {
        let grid = Grid::new(
            store.n_snps(),
            genes.norms.len(),
            (1, N),
            Some(blocks.0),
            Some(blocks.1),
        );
        let cost = Cost {
            products: 1,
            row: 1,
        };
        let plan = Plan::new(grid, classes, &genes.windows, skipped, cost);
        let columns: Vec<u32> = (0..N as u32).collect();
        // Integers find hits only.
        let keeps_all = engine != Engine::I8;
        let edges: Vec<f64> = match keeps_all {
            true => (0..=20).map(|i| f64::from(i) / 20.0).collect(),
            false => Vec::new(),
        };
        let scan_plan = ScanPlan {
            grid,
            classes,
            limits: Limits::new(model, p, p, p, &edges),
            engine,
            min_p: keeps_all,
            skipped: skipped.to_vec(),
        };
        let operands = Operands::new(&scan_plan, model, genes, simd);
        let mut scanner = Scanner::new(model, (genes, &operands), (store, &columns), &scan_plan);
        let mut tally = Tally::default();
        let mut found = scanner.found_nothing(&(0..grid.n_snps as u32));
        for pair in &plan.pairs {
            scanner.scan(pair, &mut found, &mut tally).unwrap();
        }
        for class in found.classes_mut() {
            class.hits.sort_unstable_by(Hit::by_p);
        }
        (found, tally, plan)
    }

    /// What is left of the strongest tests when strengths are compared within a df class.
    fn strongest(pairs: &[(u32, u32, f64, u8)], n_df_classes: usize) -> (Vec<Best>, Vec<Best>) {
        let mut bests = Bests::new(&(0..SNPS), &[1.0; GENES as usize], n_df_classes, 0.0);
        for &(snp, gene, strength, class) in pairs {
            bests.take(snp, gene, strength, class);
        }
        (bests.snps, bests.genes)
    }

    const SNPS: u32 = 23;
    const GENES: u32 = 9;

    fn kinds() -> impl Strategy<Value = ModelKind> {
        let anova = |groups, df| ModelKind::Anova { groups, df };
        prop::sample::select(vec![
            ModelKind::Linear,
            ModelKind::LinearCross,
            ModelKind::LinearCross,
            anova(3, AnovaDf::Declared),
            anova(3, AnovaDf::Observed),
            anova(4, AnovaDf::Observed),
        ])
    }

    fn engines() -> impl Strategy<Value = (Engine, Simd)> {
        let simd = [Simd::Portable, Simd::Avx2, Simd::Avx512];
        let here = simd.into_iter().filter(|simd| simd.is_here());
        let integers = here.map(|simd| (Engine::I8, simd));
        let dense = [Engine::F64, Engine::F32].map(|engine| (engine, Simd::Portable));
        prop::sample::select(integers.chain(dense).collect::<Vec<_>>())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]
        #[test]
        fn everything_found_is_what_pair_by_pair_gives_whatever_the_blocks(
            codes in prop::collection::vec(0u8..4, N * SNPS as usize),
            expression in prop::collection::vec(-4i8..4, N * GENES as usize),
            windows in prop::collection::vec((0..SNPS, 0..SNPS), GENES as usize),
            skipped in prop::collection::btree_set((0..SNPS, 0..GENES), 0..20),
            blocks in (1usize..30, 1usize..12),
            p in prop::sample::select(vec![1.0, 0.3, 0.01, 1e-300]),
            kind in kinds(),
            engine in engines(),
        ) {
            let mut codes = codes;
            (0..5).for_each(|row| codes[5 * row * N..][..N].fill(1));
            codes[14 * N..][..N].iter_mut().for_each(|code| *code = (*code).min(2));
            let folder = tempfile::tempdir().unwrap();
            let store = store(&folder.path().join("g.h5"), &codes);
            let x = (0..N).map(|i| ((i * i) % 5) as f64).collect();
            let x = if kind == ModelKind::LinearCross { x } else { Vec::new() };
            let model = model(kind, x);
            let windows: Vec<CisWindow> = windows
                .iter()
                .map(|&(a, b)| CisWindow { first: a.min(b), end: a.max(b) })
                .collect();
            let mut values: Vec<f64> = expression.iter().map(|&v| f64::from(v)).collect();
            // A gene that is a SNP, whose test stands on the threshold where only a perfect fit reaches it, and genes that
            // are nearly one, which leaves an interaction with it that is not screened.
            for (gene, noise) in [(0, 0.0), (1, 0.05), (2, 0.05), (3, 0.05)] {
                let snp = codes[(14 + 2 * gene) * N..].iter();
                for (value, code) in values[gene * N..][..N].iter_mut().zip(snp) {
                    *value = f64::from(*code) + noise * *value;
                }
            }
            // Two genes whose tests are as strong but for rounding, and a constant one.
            for k in 0..N {
                values[8 * N + k] = 0.7 - values[7 * N + k] / 3.0;
                values[6 * N + k] = 2.0;
            }
            let genes = GeneSide::prepare(&model, values, windows);
            let skipped: Vec<[u32; 2]> = skipped.into_iter().map(|(s, g)| [s, g]).collect();
            let go = |classes| run(&store, &genes, &model, (classes, p), &skipped, blocks, engine);

            // Every test on its own, decided without a screen.
            let mut slab = Slab::default();
            let columns: Vec<u32> = (0..N as u32).collect();
            slab.load(&store, &columns, &model, 0..SNPS).unwrap();
            let decider = Decider { model: &model, genes: &genes, slab: &slab };
            let thresholds = model.strength_thresholds(p);
            let edges: Vec<Vec<f64>> = (1..=20)
                .map(|i| model.strength_thresholds(f64::from(i) / 20.0))
                .collect();
            let of = |is_in: &dyn Fn(u32, u32) -> bool| {
                let mut wanted = ClassFound { histogram: vec![0; 20], ..ClassFound::default() };
                let mut tests = Vec::new();
                for snp in 0..SNPS {
                    for gene in 0..GENES {
                        if skipped.contains(&[snp, gene]) || !is_in(snp, gene) {
                            continue;
                        }
                        let decided = decider.decide(snp as usize, gene);
                        let class = slab.df_class(snp as usize);
                        if decided.strength >= thresholds[usize::from(class)] {
                            wanted.hits.push(decider.hit(snp as usize, gene, &decided));
                        }
                        let bin = edges.iter().position(|e| e[usize::from(class)] <= decided.strength);
                        wanted.histogram[bin.unwrap()] += 1;
                        tests.push((snp, gene, decided.strength, class));
                    }
                }
                wanted.hits.sort_unstable_by(Hit::by_p);
                (wanted, tests)
            };
            let same = |found: &ClassFound, is_in: &dyn Fn(u32, u32) -> bool| {
                let (wanted, tests) = of(is_in);
                assert_eq!(format!("{:?}", found.hits), format!("{:?}", wanted.hits));
                if engine.0 == Engine::I8 {
                    return tests.len() as u64;
                }
                assert_eq!(found.histogram, wanted.histogram);
                let best = found.best.as_ref().unwrap();
                let (snps, of_genes) = strongest(&tests, model.degrees().len());
                let first = best.first_snp as usize;
                assert_eq!(best.snps, snps[first..first + best.snps.len()]);
                assert_eq!(best.genes, of_genes);
                tests.len() as u64
            };
            let is_cis = |snp: u32, gene: u32| genes.window(gene).contains(snp);
            let (all, tally, plan) = go(Classes::All);
            prop_assert_eq!(tally.tests, plan.tests);
            prop_assert_eq!(same(&all.all, &|_, _| true), tally.tests.all);
            let constant = tally.constant_snps;
            let (split, tally, plan) = go(Classes::CisTrans);
            prop_assert_eq!(tally.tests, plan.tests);
            prop_assert_eq!(same(&split.cis, &is_cis), tally.tests.cis);
            prop_assert_eq!(same(&split.trans, &|s, g| !is_cis(s, g)), tally.tests.trans);
            prop_assert_eq!(constant, tally.constant_snps);
            let (cis_only, tally, plan) = go(Classes::CisOnly);
            prop_assert_eq!(tally.tests, plan.tests);
            prop_assert_eq!(same(&cis_only.cis, &is_cis), tally.tests.cis);
            let has_test = |snp: u32| (0..GENES).any(|gene| is_cis(snp, gene));
            let is_constant = |snp: &u32| slab.norm(*snp as usize) == 0.0;
            let constant = (0..SNPS).filter(is_constant).filter(|snp| has_test(*snp)).count();
            prop_assert_eq!(constant as u64, tally.constant_snps);
        }
    }
}
