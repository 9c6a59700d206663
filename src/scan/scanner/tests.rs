//! What a scanner finds is what every pair tested on its own gives.

use super::*;
use crate::genome::{CisWindow, Site};
use crate::kernel::Simd;
use crate::model::{AnovaDf, Design, Hit, ModelKind};
use crate::plan::{Cost, Grid, Plan};
use crate::scan::Limits;
use crate::scan::best::Best;
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

/// A study and how it is scanned.
struct Case {
    store: GenotypeStore,
    model: Model,
    genes: GeneSide,
    /// Pairs that are not tested.
    skipped: Vec<[u32; 2]>,
    /// SNPs and genes in a block.
    blocks: (usize, usize),
    p: f64,
    engine: Engine,
    simd: Simd,
}

/// A pair, the strength of its test and the df class of its SNP.
type Test = (u32, u32, f64, u8);

impl Case {
    /// Integers find hits only.
    fn keeps_all(&self) -> bool {
        self.engine != Engine::I8
    }

    fn is_cis(&self, snp: u32, gene: u32) -> bool {
        self.genes.window(gene).contains(snp)
    }

    /// All SNPs.
    fn slab(&self) -> Slab {
        let mut slab = Slab::default();
        let columns: Vec<u32> = (0..N as u32).collect();
        slab.load(&self.store, &columns, &self.model, 0..SNPS)
            .unwrap();
        slab
    }

    /// Scans all blocks; hits in table order.
    fn scan(&self, classes: Classes) -> (Found, Tally, Plan) {
        let (block_snps, block_genes) = (Some(self.blocks.0), Some(self.blocks.1));
        let (n_snps, n_genes) = (self.store.n_snps(), self.genes.norms.len());
        let grid = Grid::new(n_snps, n_genes, (1, N), block_snps, block_genes);
        let cost = Cost {
            products: 1,
            row: 1,
        };
        let plan = Plan::new(grid, classes, &self.genes.windows, &self.skipped, cost);
        let edges: Vec<f64> = match self.keeps_all() {
            true => (0..=20).map(|i| f64::from(i) / 20.0).collect(),
            false => Vec::new(),
        };
        let scan_plan = ScanPlan {
            grid,
            classes,
            limits: Limits::new(&self.model, self.p, self.p, self.p, &edges),
            engine: self.engine,
            min_p: self.keeps_all(),
            skipped: self.skipped.clone(),
        };
        let (model, genes) = (&self.model, &self.genes);
        let operands = Operands::new(&scan_plan, model, genes, self.simd);
        let columns: Vec<u32> = (0..N as u32).collect();
        let snps = (&self.store, &columns[..]);
        let mut scanner = Scanner::new(model, (genes, &operands), snps, &scan_plan);
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

    /// Every test on its own, decided without a screen: what is to be found, and all of them.
    fn one_by_one(&self, is_in: impl Fn(u32, u32) -> bool) -> (ClassFound, Vec<Test>) {
        let slab = self.slab();
        let decider = Decider {
            model: &self.model,
            genes: &self.genes,
            slab: &slab,
        };
        let thresholds = self.model.strength_thresholds(self.p);
        let edges: Vec<Vec<f64>> = (1..=20)
            .map(|i| self.model.strength_thresholds(f64::from(i) / 20.0))
            .collect();
        let mut wanted = ClassFound {
            histogram: vec![0; 20],
            ..ClassFound::default()
        };
        let mut tests = Vec::new();
        let pairs = (0..SNPS).flat_map(|snp| (0..GENES).map(move |gene| (snp, gene)));
        let is_tested =
            |&(snp, gene): &(u32, u32)| !self.skipped.contains(&[snp, gene]) && is_in(snp, gene);
        for (snp, gene) in pairs.filter(is_tested) {
            let decided = decider.decide(snp as usize, gene);
            let class = slab.df_class(snp as usize);
            if decided.strength >= thresholds[usize::from(class)] {
                wanted.hits.push(decider.hit(snp as usize, gene, &decided));
            }
            let reached = |edge: &Vec<f64>| edge[usize::from(class)] <= decided.strength;
            wanted.histogram[edges.iter().position(reached).unwrap()] += 1;
            tests.push((snp, gene, decided.strength, class));
        }
        wanted.hits.sort_unstable_by(Hit::by_p);
        (wanted, tests)
    }

    /// Checks what was found of the pairs that are in a class, and says how many there are.
    fn check(&self, found: &ClassFound, is_in: impl Fn(u32, u32) -> bool) -> u64 {
        let (wanted, tests) = self.one_by_one(is_in);
        assert_eq!(format!("{:?}", found.hits), format!("{:?}", wanted.hits));
        if self.keeps_all() {
            assert_eq!(found.histogram, wanted.histogram);
            let best = found.best.as_ref().unwrap();
            let (snps, genes) = strongest(&tests, self.model.degrees().len());
            let first = best.first_snp as usize;
            assert_eq!(best.snps, snps[first..first + best.snps.len()]);
            assert_eq!(best.genes, genes);
        }
        tests.len() as u64
    }
}

/// Genes of random values, some of which are made special by the SNPs of `codes`.
fn expression_of(random: &[i8], codes: &[u8]) -> Vec<f64> {
    let mut values: Vec<f64> = random.iter().map(|&v| f64::from(v)).collect();
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
    values
}

/// What is left of the strongest tests when strengths are compared within a df class.
fn strongest(pairs: &[Test], n_df_classes: usize) -> (Vec<Best>, Vec<Best>) {
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
        let x = (0..N).map(|i| ((i * i) % 5) as f64).collect();
        let x = if kind == ModelKind::LinearCross { x } else { Vec::new() };
        let model = model(kind, x);
        let windows: Vec<CisWindow> = windows
            .iter()
            .map(|&(a, b)| CisWindow { first: a.min(b), end: a.max(b) })
            .collect();
        let case = Case {
            store: store(&folder.path().join("g.h5"), &codes),
            genes: GeneSide::prepare(&model, expression_of(&expression, &codes), windows),
            model,
            skipped: skipped.into_iter().map(|(s, g)| [s, g]).collect(),
            blocks,
            p,
            engine: engine.0,
            simd: engine.1,
        };
        let is_cis = |snp, gene| case.is_cis(snp, gene);
        let (all, tally, plan) = case.scan(Classes::All);
        prop_assert_eq!(tally.tests, plan.tests);
        prop_assert_eq!(case.check(&all.all, |_, _| true), tally.tests.all);
        let constant = tally.constant_snps;
        let (split, tally, plan) = case.scan(Classes::CisTrans);
        prop_assert_eq!(tally.tests, plan.tests);
        prop_assert_eq!(case.check(&split.cis, is_cis), tally.tests.cis);
        prop_assert_eq!(case.check(&split.trans, |s, g| !is_cis(s, g)), tally.tests.trans);
        prop_assert_eq!(constant, tally.constant_snps);
        let (cis_only, tally, plan) = case.scan(Classes::CisOnly);
        prop_assert_eq!(tally.tests, plan.tests);
        prop_assert_eq!(case.check(&cis_only.cis, is_cis), tally.tests.cis);
        let slab = case.slab();
        let has_test = |snp: &u32| (0..GENES).any(|gene| case.is_cis(*snp, gene));
        let is_constant = |snp: &u32| slab.norm(*snp as usize) == 0.0;
        let constant = (0..SNPS).filter(is_constant).filter(has_test).count();
        prop_assert_eq!(constant as u64, tally.constant_snps);
    }
}
