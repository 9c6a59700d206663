//! The figures of a plan.

use serde::Serialize;

use super::rate::gmac_per_sec;
use super::{Crowd, engine_of};
use crate::kernel::Simd;
use crate::plan::{Classes, Conditions, Cost, Dispatcher, Grid, Plan, Tests, simulate};
use crate::run::config::MapConfig;
use crate::run::engine::simd_of;
use crate::run::samples::SampleSource;
use crate::run::space::row_bytes;
use crate::scan::Engine;

/// The standard deviation of the logarithm of a block pair's time over what its cost says, by pairs of 840 and of 54,000
/// samples timed one by one on one thread of a machine that others used too: 0.06 to 0.07, rows made ready left out.
const SPREAD: f64 = 0.07;

/// Bytes of a hit in the journal.
const HIT_BYTES: f64 = 32.0;

/// What a run would do, need and give.
#[derive(Clone, Debug, Serialize)]
pub struct Forecast {
    /// What each file has and what of it is not used; empty for a shape.
    pub samples: Vec<SampleSource>,
    /// Samples used.
    pub n_used: usize,
    /// Residual degrees of freedom; null for a shape.
    pub df: Option<f64>,
    /// Rows and blocks.
    #[serde(flatten)]
    pub grid: Grid,
    /// Whether SNPs, tests and all that follows from them are at least so many: the SNPs are then the records that an index
    /// counts, and a record of several ALT alleles is several SNPs.
    pub is_at_least: bool,
    /// Tests by class.
    pub tests: Tests,
    /// 2 x samples x tests.
    pub flops: f64,
    /// Block pairs.
    pub block_pairs: usize,
    /// The engine that is taken as far as can be told without the expression.
    pub engine: Engine,
    /// Ranks.
    pub ranks: usize,
    /// Threads of each.
    pub threads: usize,
    /// Block pairs for each rank, on average.
    pub pairs_per_rank: f64,
    /// The most costly start of any rank over the mean, less one.
    pub imbalance_up_front: f64,
    /// Bytes of memory of a rank, and of rank 0.
    pub memory_bytes: u64,
    /// See there.
    pub memory_bytes_root: u64,
    /// p x tests, by class: all, cis, trans.
    pub expected_null_hits: [f64; 3],
    /// Bytes of the tables of these.
    pub table_bytes: f64,
    /// Bytes of these in the journal.
    pub journal_bytes: f64,
    /// 10^9 products and sums a second of one thread.
    pub gmac_per_sec: f64,
    /// Whether that was measured here.
    pub is_measured: bool,
    /// Seconds of the scan on so many ranks.
    pub scan_secs: f64,
    /// Parallel efficiency with one rank at half of its speed.
    pub efficiency: Vec<Efficiency>,
    #[serde(skip)]
    pub(super) gene_name_bytes: u64,
}

/// Parallel efficiency at a number of ranks.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Efficiency {
    /// Ranks, of as many threads as the plan's.
    pub ranks: usize,
    /// Ideal time over simulated time, 0 to 1.
    pub efficiency: f64,
    /// The part of the ranks' time in which they wait.
    pub idle: f64,
}

impl Forecast {
    /// The figures of a plan over `n` samples whose tests cost `cost`, all but memory.
    pub fn new(config: &MapConfig, plan: &Plan, (n, cost): (usize, Cost), crowd: Crowd) -> Self {
        let engine = engine_of(config);
        let simd = simd_of(config.simd).unwrap_or(Simd::Portable);
        let gmac = crowd
            .gmac_per_sec
            .unwrap_or_else(|| gmac_per_sec(engine, simd));
        let total: f64 = plan.pairs.iter().map(|pair| pair.cost as f64).sum();
        let mut ranks = vec![crowd.ranks];
        ranks.extend([1024, 8192].into_iter().filter(|&n| n != crowd.ranks));
        let efficiency: Vec<_> = ranks
            .into_iter()
            .map(|ranks| efficiency(plan, cost, ranks, crowd.threads))
            .collect();
        let cores = (crowd.ranks * crowd.threads) as f64;
        let tests = plan.tests;
        let expected = [
            config.p_all * tests.all as f64,
            config.p_cis * tests.cis as f64,
            config.p_trans * tests.trans as f64,
        ];
        let hits: f64 = expected.iter().sum();
        Self {
            samples: Vec::new(),
            n_used: n,
            df: None,
            grid: plan.grid,
            is_at_least: false,
            tests,
            flops: 2.0 * n as f64 * tests.total() as f64,
            block_pairs: plan.pairs.len(),
            engine,
            ranks: crowd.ranks,
            threads: crowd.threads,
            pairs_per_rank: plan.pairs.len() as f64 / crowd.ranks as f64,
            imbalance_up_front: imbalance(plan, crowd),
            memory_bytes: 0,
            memory_bytes_root: 0,
            expected_null_hits: expected,
            table_bytes: row_bytes(config) * hits,
            journal_bytes: HIT_BYTES * hits,
            gmac_per_sec: gmac,
            is_measured: crowd.gmac_per_sec.is_none(),
            scan_secs: total * n as f64 / (1e9 * gmac * cores) / efficiency[0].efficiency,
            efficiency,
            gene_name_bytes: 64 * plan.grid.n_genes as u64,
        }
    }

    /// The same with the memory of a rank, by what it holds: gene side, blocks, hits, factor of the error covariance,
    /// strongest tests; rank 0 the expression twice for a moment, and names.
    pub fn with_memory(mut self, config: &MapConfig, crowd: Crowd) -> Self {
        const MIB: u64 = 1 << 20;
        let (genes, n) = (self.grid.n_genes as u64, self.n_used as u64);
        let threads = crowd.threads as u64;
        let a_value = match self.engine {
            Engine::I8 => 11,
            Engine::F32 => 12,
            Engine::F64 => 8,
        };
        let gene_side = genes * n * a_value;
        let blocks = 64 * MIB * threads;
        let hits = 256 * MIB;
        let factor = config.error_covariance.as_ref().map_or(0, |_| 8 * n * n);
        let classes = match config.classes() {
            Classes::CisTrans => 2,
            _ => 1,
        };
        let snps = (self.grid.n_snps / crowd.ranks) as u64 + 1;
        let strongest = match config.min_p {
            true => classes * threads * (16 * snps + 24 * genes),
            false => 0,
        };
        self.memory_bytes = gene_side + blocks + hits + factor + strongest;
        let at_root = 8 * genes * n + self.gene_name_bytes + 3 * factor / 2;
        self.memory_bytes_root = self.memory_bytes + at_root;
        self
    }
}

/// The costs and SNP blocks of the pairs, as a dispatcher takes them.
fn positions(plan: &Plan) -> (Vec<u64>, Vec<u32>) {
    let blocks = plan.pairs.iter().map(|pair| pair.snp_block);
    (plan.costs(), blocks.collect())
}

fn efficiency(plan: &Plan, cost: Cost, ranks: usize, threads: usize) -> Efficiency {
    let (costs, blocks) = positions(plan);
    let rows_again = (cost.products * cost.row * plan.grid.block_snps as u64) as f64;
    let mut conditions = Conditions::with_one_slow(ranks, SPREAD, rows_again);
    if ranks == 1 {
        conditions.speeds = vec![1.0];
    }
    let simulated = simulate(&costs, &blocks, &vec![threads as u64; ranks], &conditions);
    Efficiency {
        ranks,
        efficiency: simulated.efficiency(),
        idle: simulated.idle,
    }
}

fn imbalance(plan: &Plan, crowd: Crowd) -> f64 {
    let (costs, blocks) = positions(plan);
    let dispatcher = Dispatcher::new(&costs, &blocks, &vec![crowd.threads as u64; crowd.ranks]);
    let cost = |rank| costs[dispatcher.first(rank)].iter().sum::<u64>() as f64;
    let firsts: Vec<f64> = (0..crowd.ranks).map(cost).collect();
    let mean = firsts.iter().sum::<f64>() / firsts.len() as f64;
    let most = firsts.into_iter().fold(0.0, f64::max);
    if mean > 0.0 { most / mean - 1.0 } else { 0.0 }
}
