//! Every engine finds exactly the hits of double precision, and these are the tests that reach their threshold: over stores
//! of every code type, any number of samples, and rows that screens are likely to go wrong on.

use std::path::Path;

use mpiqtl::genome::{CisWindow, Site};
use mpiqtl::kernel::Simd;
use mpiqtl::linalg::Whitening;
use mpiqtl::model::{AnovaDf, Covariate, Design, Hit, Model, ModelKind, Snps};
use mpiqtl::plan::{Classes, Cost, Grid, Plan};
use mpiqtl::scan::{Engine, GeneSide, Limits, Operands, ScanPlan, Scanner, Tally};
use mpiqtl::store::{CodeType, GenotypeStore, GenotypeWriter};
use proptest::prelude::*;

use crate::support::Lcg;

/// The code type a store is to have.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Codes {
    U8,
    U16,
    F32,
    F64,
}

impl Codes {
    /// A value of a genotype class; whole for ANOVA, with a part that looks random for others.
    fn value(self, class: u64, whole: bool, random: &mut Lcg) -> f64 {
        let (code, part) = (class as f64, random.below(1000) as f64);
        match (self, whole) {
            (Self::U8, _) => code,
            (Self::U16, true) => code * 300.0,
            (Self::U16, false) => ((1000.0 * code + part / 4.0).round()) / 1000.0,
            (Self::F32, true) => code - 1.0,
            (Self::F32, false) => code - 1.0 + part / 1024.0 / 16.0,
            (Self::F64, true) => code * 1e10 + code - 1.0,
            (Self::F64, false) => code + part / 3000.0,
        }
    }

    fn is(self, code_type: CodeType) -> bool {
        match self {
            Self::U8 => code_type == CodeType::U8,
            Self::U16 => matches!(code_type, CodeType::U16 { .. }),
            Self::F32 => code_type == CodeType::F32,
            Self::F64 => code_type == CodeType::F64,
        }
    }
}

/// What a study is like.
#[derive(Clone, Copy, Debug)]
struct Shape {
    seed: u64,
    n: usize,
    n_snps: usize,
    n_genes: usize,
    codes: Codes,
    kind: ModelKind,
    n_covariates: usize,
    whitened: bool,
}

/// A study that can be scanned.
struct Study {
    store: GenotypeStore,
    genes: GeneSide,
    model: Model,
    columns: Vec<u32>,
    /// Values of all SNPs, NaN missing.
    snps: Vec<f64>,
    _folder: tempfile::TempDir,
}

/// Genotype rows: the first is plain, the others of ten kinds in turn.
fn genotypes(shape: &Shape, random: &mut Lcg) -> Vec<f64> {
    let (n, codes) = (shape.n, shape.codes);
    let whole = matches!(shape.kind, ModelKind::Anova { .. });
    let mut rows: Vec<f64> = Vec::with_capacity(shape.n_snps * n);
    for snp in 0..shape.n_snps {
        let frequency = 50 + random.below(450);
        let class = |random: &mut Lcg| {
            let copy = |random: &mut Lcg| u64::from(random.below(1000) < frequency);
            copy(random) + copy(random)
        };
        let mut row: Vec<f64> = (0..n)
            .map(|_| codes.value(class(random), whole, random))
            .collect();
        let carrier = random.below(n as u64) as usize;
        let value = |class, random: &mut Lcg| codes.value(class, whole, random);
        match snp % 10 {
            // Every class is there, so that the store has its code type whatever follows.
            0 => (0..3.min(n)).for_each(|k| row[k] = value(2 - k as u64, random)),
            1 | 2 => {
                let missing = if snp % 10 == 1 { 30 } else { 400 };
                row.iter_mut()
                    .filter(|_| random.below(1000) < missing)
                    .for_each(|x| *x = f64::NAN);
            }
            3 => {
                let common = value(snp as u64 % 3, random);
                row.fill(common);
                row[carrier] = value((snp as u64 + 1) % 3, random);
            }
            4 => {
                row.fill(f64::NAN);
                (row[carrier], row[(carrier + 1) % n]) = (value(0, random), value(2, random));
            }
            5 if codes == Codes::U8 && !whole => {
                // Codes up to the end of their byte, far from 0.
                row.iter_mut().for_each(|x| *x = 254.0 - *x / 2.0);
                row.iter_mut().for_each(|x| *x = x.floor());
            }
            6 if codes == Codes::U8 && !whole => row
                .iter_mut()
                .for_each(|x| *x = 100.0 * *x + random.below(50) as f64),
            6 if !whole && codes == Codes::F64 => {
                row.iter_mut().for_each(|x| *x = 1.0 + 1e-7 * *x);
            }
            7 => row.copy_from_slice(&rows[(snp - 7) * n..][..n]),
            8 if !whole && codes != Codes::F32 => {
                // The mirror image of a row with missing genotypes.
                let copied = rows[(snp - 7) * n..][..n].iter();
                row.iter_mut().zip(copied).for_each(|(x, y)| *x = 2.0 - y);
                if codes == Codes::U16 {
                    row.iter_mut().for_each(|x| *x = x.max(0.0));
                    row.iter_mut()
                        .for_each(|x| *x = (*x * 1000.0).round() / 1000.0);
                }
            }
            9 => {
                let common = value(1, random);
                row.fill(common);
            }
            _ => {}
        }
        rows.extend(row);
    }
    rows
}

/// The gene that integer weights can stand for exactly, so that nothing but rounding parts its tests from their bounds.
const WHOLE: usize = 18;

/// Expression rows: noise, outliers, SNPs and what is nearly one, few values, ties, a constant.
fn expression(shape: &Shape, snps: &[f64], random: &mut Lcg) -> Vec<f64> {
    let n = shape.n;
    let mut rows: Vec<f64> = Vec::with_capacity(shape.n_genes * n);
    for gene in 0..shape.n_genes {
        let mut row: Vec<f64> = (0..n).map(|_| random.noise()).collect();
        // One is the SNP that a covariate nearly is.
        let snp = match gene {
            2 => 0,
            _ => random.below(shape.n_snps as u64) as usize,
        };
        let snp = &snps[snp * n..][..n];
        let outlier = random.below(n as u64) as usize;
        if gene == WHOLE {
            (0..n).for_each(|k| row[k] = [1.0, -1.0][k % 2]);
            rows.extend(row);
            continue;
        }
        match gene % 9 {
            1 => row[outlier] = 1e6,
            2 => row.copy_from_slice(snp),
            3 => row
                .iter_mut()
                .zip(snp)
                .for_each(|(x, y)| *x = y + 0.05 * *x),
            4 => row.iter_mut().zip(snp).for_each(|(x, y)| *x += 0.3 * y),
            5 => row.iter_mut().for_each(|x| *x = x.round()),
            6 => {
                let tied = rows[(gene - 6) * n..][..n].iter();
                row.iter_mut()
                    .zip(tied)
                    .for_each(|(x, y)| *x = 0.7 - y / 3.0);
            }
            7 => row.iter_mut().for_each(|x| *x = 1e3 + 1e-6 * x.powi(5)),
            8 if gene % 2 == 0 => row.fill(0.1),
            8 => {
                row.fill(0.0);
                row[outlier] = 1.0;
            }
            _ => {}
        }
        rows.extend(row);
    }
    rows
}

fn write_store(path: &Path, n: usize, snps: &[f64]) -> GenotypeStore {
    let samples: Vec<String> = (0..n).map(|i| format!("s{i}")).collect();
    let mut writer = GenotypeWriter::create(path, path, &samples).unwrap();
    for (row, values) in snps.chunks_exact(n).enumerate() {
        let site = Site {
            chrom: "1".into(),
            pos: row as i64,
        };
        writer
            .push([&row.to_string(), "", ""], Some(&site), values)
            .unwrap();
    }
    writer.finish().unwrap();
    // A program that another test just starts holds the lock of the file that was written until it is itself.
    for _ in 0..100 {
        if let Ok(store) = GenotypeStore::open(path) {
            return store;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    GenotypeStore::open(path).unwrap()
}

fn model(shape: &Shape, snps: &[f64], random: &mut Lcg) -> Model {
    let n = shape.n;
    // The first is nearly a SNP, of which it leaves little or next to nothing.
    let left = [0.02, 1e-4, 1e-6, 1e-7][random.below(4) as usize];
    let covariates: Vec<Covariate> = (0..shape.n_covariates)
        .map(|i| {
            let noise = (0..n).map(|_| random.noise());
            let values = match i {
                0 => noise.zip(&snps[..n]).map(|(x, y)| y + left * x).collect(),
                _ => noise.collect(),
            };
            let name = format!("covariate{i}");
            Covariate { name, values }
        })
        .collect();
    let whitening = shape.whitened.then(|| {
        let near = |i: usize, j: usize| 0.4f64.powi(i.abs_diff(j) as i32);
        let k: Vec<f64> = (0..n * n).map(|at| near(at / n, at % n)).collect();
        Whitening::of_covariance(n, &k).expect("a covariance")
    });
    let x = match shape.kind {
        ModelKind::LinearCross => covariates[shape.n_covariates - 1].centered(),
        _ => Vec::new(),
    };
    let design = Design::new(n, &covariates, whitening).expect("a design");
    Model::new(design, shape.kind, x).expect("enough samples")
}

impl Study {
    fn new(shape: &Shape) -> Self {
        let mut random = Lcg(shape.seed);
        let snps = genotypes(shape, &mut random);
        let folder = tempfile::tempdir().unwrap();
        let store = write_store(&folder.path().join("g.h5"), shape.n, &snps);
        // Three samples may be all of one class.
        let is_wanted = shape.codes.is(store.code_type()) || shape.n == 3;
        assert!(is_wanted, "{:?} for {:?}", store.code_type(), shape.codes);
        let model = model(shape, &snps, &mut random);
        let values = expression(shape, &snps, &mut random);
        let windows = (0..shape.n_genes).map(|_| {
            let (a, b) = (random.below(shape.n_snps as u64), random.below(7));
            CisWindow {
                first: a as u32,
                end: (a + b).min(shape.n_snps as u64) as u32,
            }
        });
        let windows = windows.collect();
        Self {
            genes: GeneSide::prepare(&model, values, windows),
            columns: (0..shape.n as u32).collect(),
            _folder: folder,
            store,
            model,
            snps,
        }
    }

    /// Strength and df class of every test, SNP by SNP, each decided by itself.
    fn strengths(&self) -> Vec<(f64, usize)> {
        let n = self.genes.n;
        let mut one = Snps::default();
        let mut strengths = Vec::new();
        for values in self.snps.chunks_exact(n) {
            one.units.clear();
            one.units.extend(values);
            self.model.prepare_snps(&mut one).unwrap();
            let class = usize::from(one.df_classes[0]);
            for gene in 0..self.genes.norms.len() as u32 {
                let units = one.units.chunks_exact(n);
                let products = self.model.products(units, self.genes.unit(gene));
                strengths.push((self.model.strength(&products), class));
            }
        }
        strengths
    }

    /// The hits of a scan, in table order: all or cis, and trans.
    fn hits(
        &self,
        thresholds: &[f64],
        classes: Classes,
        (block_snps, block_genes): (usize, usize),
        (engine, simd): (Engine, Simd),
    ) -> [Vec<Hit>; 2] {
        let n_genes = self.genes.norms.len();
        let grid = Grid::new(
            self.store.n_snps(),
            n_genes,
            (1, self.genes.n),
            Some(block_snps),
            Some(block_genes),
        );
        let cost = Cost {
            products: 1,
            row: 1,
        };
        let plan = Plan::new(grid, classes, &self.genes.windows, &[], cost);
        let scan_plan = ScanPlan {
            grid,
            classes,
            limits: Limits {
                all: thresholds.to_vec(),
                cis: thresholds.to_vec(),
                trans: thresholds.to_vec(),
                edges: Vec::new(),
            },
            engine,
            min_p: false,
            skipped: Vec::new(),
        };
        let operands = Operands::new(&scan_plan, &self.model, &self.genes, simd);
        let gene_side = (&self.genes, &operands);
        let snp_side = (&self.store, &self.columns[..]);
        let mut scanner = Scanner::new(&self.model, gene_side, snp_side, &scan_plan);
        let (mut found, mut tally) = (
            scanner.found_nothing(&(0..grid.n_snps as u32)),
            Tally::default(),
        );
        for pair in &plan.pairs {
            scanner.scan(pair, &mut found, &mut tally).unwrap();
        }
        assert_eq!(tally.tests, plan.tests);
        let one = match classes {
            Classes::All => found.all,
            _ => found.cis,
        };
        [one, found.trans].map(|class| {
            let mut hits = class.hits;
            hits.sort_unstable_by(Hit::by_p);
            hits
        })
    }

    /// Compares the hits of every engine with those of double precision, and these with the strengths.
    fn check(&self, thresholds: &[f64], strengths: &[(f64, usize)], blocks: (usize, usize)) {
        let n_genes = self.genes.norms.len();
        for classes in [Classes::All, Classes::CisTrans, Classes::CisOnly] {
            let of = |way| self.hits(thresholds, classes, blocks, way);
            let wanted = of((Engine::F64, Simd::Portable));
            let is_wanted = |test: usize, place: usize| {
                let (strength, class) = strengths[test];
                let (snp, gene) = ((test / n_genes) as u32, (test % n_genes) as u32);
                let is_here = match classes {
                    Classes::All => place == 0,
                    Classes::CisTrans => self.genes.window(gene).contains(snp) == (place == 0),
                    Classes::CisOnly => place == 0 && self.genes.window(gene).contains(snp),
                };
                is_here && strength >= thresholds[class]
            };
            for (place, hits) in wanted.iter().enumerate() {
                let place_of = |hit: &Hit| hit.snp as usize * n_genes + hit.gene as usize;
                let mut found: Vec<usize> = hits.iter().map(place_of).collect();
                found.sort_unstable();
                let all = 0..strengths.len();
                let wanted: Vec<usize> = all.filter(|test| is_wanted(*test, place)).collect();
                assert_eq!(found, wanted, "what reaches the threshold");
            }
            for way in others() {
                // Equal in every digit, NaN too.
                let (found, wanted) = (format!("{:?}", of(way)), format!("{wanted:?}"));
                assert!(
                    found == wanted,
                    "{way:?}, {classes:?}, {thresholds:?}:\n{found}\n{wanted}"
                );
            }
        }
    }
}

/// Every engine but double precision, with the instructions of this CPU.
fn others() -> Vec<(Engine, Simd)> {
    let all = [Simd::Portable, Simd::Avx2, Simd::Avx512];
    let here = all.into_iter().filter(|simd| simd.is_here());
    let integers = here.map(|simd| (Engine::I8, simd));
    integers.chain([(Engine::F32, Simd::Portable)]).collect()
}

/// The thresholds of p-values, and the strengths of some tests with what lies next to them.
fn check_thresholds(study: &Study, random: &mut Lcg, blocks: (usize, usize)) {
    let strengths = study.strengths();
    let n_classes = study.model.degrees().len();
    for p in [1.0, 0.4, 0.01, 1e-6] {
        study.check(&study.model.strength_thresholds(p), &strengths, blocks);
    }
    let mut positive: Vec<f64> = strengths.iter().map(|test| test.0).collect();
    positive.retain(|strength| *strength > 0.0);
    positive.sort_unstable_by(f64::total_cmp);
    if positive.is_empty() {
        return;
    }
    let count = positive.len();
    // Strong tests are the ones that screens are for.
    let strong = count - 1 - random.below(1 + count as u64 / 50) as usize;
    let mut some: Vec<f64> = [random.below(count as u64) as usize, strong, count - 1]
        .map(|place| positive[place])
        .to_vec();
    let n_genes = study.genes.norms.len();
    let of_whole = strengths.iter().skip(WHOLE).step_by(n_genes);
    let of_whole = of_whole
        .map(|test| test.0)
        .filter(|strength| *strength > 0.0);
    some.extend(of_whole.step_by(9));
    for strength in some {
        for threshold in [strength, strength.next_up()] {
            study.check(&vec![threshold; n_classes], &strengths, blocks);
        }
    }
}

fn kinds() -> impl Strategy<Value = ModelKind> {
    let anova = |df| ModelKind::Anova { groups: 3, df };
    prop::sample::select(vec![
        ModelKind::Linear,
        ModelKind::Linear,
        ModelKind::LinearCross,
        anova(AnovaDf::Declared),
        anova(AnovaDf::Observed),
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]
    #[test]
    fn every_engine_finds_the_tests_that_reach_their_threshold(
        seed in any::<u64>(),
        n in prop::sample::select(vec![3usize, 8, 60, 61, 333]),
        codes in prop::sample::select(vec![Codes::U8, Codes::U8, Codes::U16, Codes::F32, Codes::F64]),
        kind in kinds(),
        n_covariates in 0usize..3,
        whitened in prop::sample::select(vec![false, false, true]),
        blocks in (1usize..60, 1usize..30),
    ) {
        let (kind, n_covariates) = match (n, kind) {
            (3, _) => (ModelKind::Linear, 0),
            (_, ModelKind::LinearCross) => (kind, n_covariates.max(1)),
            _ => (kind, n_covariates),
        };
        let shape = Shape { seed, n, n_snps: 45, n_genes: 20, codes, kind, n_covariates, whitened };
        let study = Study::new(&shape);
        check_thresholds(&study, &mut Lcg(seed ^ 77), blocks);
    }
}

/// So many samples that sums of products of the largest codes would not fit 32 bits.
#[test]
fn many_samples_do_not_overflow_a_sum() {
    for (n, codes, kind) in [
        (60_000, Codes::U8, ModelKind::Linear),
        (140_001, Codes::U8, ModelKind::Linear),
        (140_001, Codes::F32, ModelKind::Linear),
    ] {
        let shape = Shape {
            seed: 5,
            n,
            n_snps: 10,
            n_genes: 9,
            codes,
            kind,
            n_covariates: 1,
            whitened: false,
        };
        let study = Study::new(&shape);
        let strengths = study.strengths();
        for p in [0.4, 1e-9] {
            let thresholds = study.model.strength_thresholds(p);
            study.check(&thresholds, &strengths, (7, 5));
        }
        let largest = strengths.iter().map(|test| test.0).fold(0.0, f64::max);
        study.check(&[largest], &strengths, (7, 5));
    }
}
