//! The write phase on the root: order, FDR, tables, and the record last.

use std::time::{SystemTime, UNIX_EPOCH};

use super::audit::{Audit, audit};
use super::clock::Clock;
use super::collect::Gathered;
use super::config::MapConfig;
use super::error::RunError;
use super::figures::{Merit, RankFigures};
use super::log::{Log, grouped};
use super::output::OutFolder;
use super::record::{Counts, Ledger, Libraries, RankRecord, Record, Samples, ScreenRecord};
use super::share::Share;
use super::study::Study;
use super::tables::{Tables, TestClass};
use crate::comm::World;
use crate::linalg::blas_config;
use crate::model::Hit;
use crate::plan::{Classes, Tests};
use crate::scan::{Engine, Found};
use crate::store::hdf5_version;

/// What the root writes results from, what was found apart.
pub struct Finish<'a> {
    /// The options.
    pub config: &'a MapConfig,
    /// The command line.
    pub command: Vec<String>,
    /// The output folder.
    pub out: &'a OutFolder,
    /// The study.
    pub study: &'a Study,
    /// What was scanned with.
    pub share: &'a Share,
    /// The tests planned, which were made.
    pub tests: Tests,
    /// Genes that were too coarse for the integer screen.
    pub genes_left_out: usize,
    /// Constant genes.
    pub n_constant_genes: usize,
    /// The samples without expression by gene row, among those used; for full tables.
    pub gene_missing: Vec<Vec<u32>>,
}

impl Finish<'_> {
    /// Writes the tables and the record, and tells the user what came out.
    ///
    /// # Errors
    /// If the output folder cannot be written.
    pub fn write(self, gathered: Gathered, clock: &mut Clock, log: Log) -> Result<(), RunError> {
        let Gathered {
            mut found,
            figures,
            hosts,
        } = gathered;
        let one_df = self.share.model.degrees().len() == 1;
        let order = if one_df { Hit::by_statistic } else { Hit::by_p };
        for class in found.classes_mut() {
            class.hits.sort_unstable_by(order);
        }
        // In order: what an audit draws must not depend on which thread found what first.
        let audit = match self.config.audit {
            0 => None,
            wanted => {
                let n_tests = self.tests.total();
                Some(audit(wanted, self.study, self.share, &found, n_tests)?)
            }
        };
        let classes = self.classes(&found);
        let tables = Tables {
            config: self.config,
            out: self.out,
            study: self.study,
            grid: self.share.scan.grid,
            classes: self.share.scan.classes,
            gene_missing: &self.gene_missing,
        };
        let settled = tables.write(&classes)?;
        clock.stop();
        let record = self.record(&found, (&figures, &hosts), audit, clock);
        let settled_record = record.settle(self.out)?;
        // Everything is on the disk: only now the new results take the place of earlier ones.
        self.out.forget_record()?;
        let mut written = Vec::new();
        for (name, table) in settled {
            table.finish()?;
            written.push(name);
        }
        self.out.remove_tables_but(&written)?;
        settled_record.finish()?;
        if record.n_constant_snps > 0 {
            let which = match record.n_constant_snps == self.study.genotypes.n_snps() as u64 {
                true => "all ",
                false => "",
            };
            log.warn(format!(
                "{which}{} SNPs are constant once the covariates are known: r = 0 for each of their tests, which still count",
                grouped(record.n_constant_snps)
            ));
        }
        for class in &classes {
            log.info(format!(
                "result  {}: {} eQTLs of {} tests",
                self.out.file(&class.table()).display(),
                grouped(class.found.hits.len() as u64),
                grouped(class.n_tests)
            ));
        }
        if let Some(audit) = &record.audit {
            log.info(format!(
                "audit   {} eQTLs and {} other pairs fitted again from the raw data: |r| differs by at most {:.1e}",
                grouped(audit.n_eqtls as u64),
                grouped(audit.n_others as u64),
                audit.largest_difference
            ));
        }
        log_merit(&record.merit, clock, log);
        Ok(())
    }

    /// The classes that were tested.
    fn classes<'f>(&self, found: &'f Found) -> Vec<TestClass<'f>> {
        let class = |name, found, n_tests: fn(&Tests) -> u64| TestClass {
            name,
            found,
            n_tests: n_tests(&self.tests),
            tests_of: n_tests,
        };
        let all = class("all", &found.all, |tests| tests.all);
        let cis = class("cis", &found.cis, |tests| tests.cis);
        let trans = class("trans", &found.trans, |tests| tests.trans);
        match self.share.scan.classes {
            Classes::All => vec![all],
            Classes::CisTrans => vec![cis, trans],
            Classes::CisOnly => vec![cis],
        }
    }

    fn record<'r>(
        &'r self,
        found: &Found,
        (figures, hosts): (&[RankFigures], &[Vec<u8>]),
        audit: Option<Audit>,
        clock: &'r Clock,
    ) -> Record<'r> {
        let n_hits = found.classes().map(|class| class.hits.len());
        let ranks = figures.iter().zip(hosts).enumerate();
        Record {
            program: format!("mpiqtl {}", env!("CARGO_PKG_VERSION")),
            libraries: Libraries {
                mpi: World::library(),
                hdf5: hdf5_version(),
                blas: blas_config(),
            },
            command: &self.command,
            finished_unix_secs: SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(0, |since| since.as_secs()),
            config: self.config,
            samples: Samples {
                n_used: self.study.samples.ids.len(),
                files: &self.study.samples.files,
            },
            grid: self.share.scan.grid,
            n_covariates: self.share.model.design().n_covariates(),
            genotype_code: self.study.genotypes.code_type().describe(),
            n_constant_snps: RankFigures::total(figures, |rank| rank.constant_snps),
            n_constant_genes: self.n_constant_genes,
            df: self.share.model.df(),
            counts: Counts::new(self.share.scan.classes, self.tests, n_hits),
            ledger: Ledger {
                planned: self.tests,
                made: RankFigures::tests(figures),
                block_pairs: RankFigures::total(figures, |rank| rank.pairs),
            },
            audit,
            interaction_covariate: self.study.interaction.as_deref(),
            screen: self.screen_record(figures, n_hits),
            n_candidates: RankFigures::total(figures, |rank| rank.candidates),
            phases: clock.times(),
            total_secs: clock.total_secs(),
            merit: Merit::new(figures, self.share.genes.n),
            ranks: ranks
                .map(|(rank, (figures, host))| RankRecord::new(rank, host, figures))
                .collect(),
            complete: true,
        }
    }
}

impl Finish<'_> {
    fn screen_record(&self, figures: &[RankFigures], [all, _, trans]: [usize; 3]) -> ScreenRecord {
        let engine = self.share.scan.engine;
        let n_named = RankFigures::total(figures, |rank| rank.named);
        // Cis hits are not found by the screen of products.
        let n_hits = all + trans;
        let n_multiplied = RankFigures::total(figures, |rank| rank.snps_multiplied);
        ScreenRecord {
            engine,
            n_named,
            n_decided: RankFigures::total(figures, |rank| rank.candidates),
            named_per_hit: (n_hits > 0).then(|| n_named as f64 / n_hits as f64),
            n_genes_left_out: self.genes_left_out,
            n_snps_left_out: RankFigures::total(figures, |rank| rank.snps_left_out),
            n_snps_multiplied: (engine == Engine::I8).then_some(n_multiplied),
        }
    }
}

/// The figures of merit, each with its unit and what it is of; then the last line, so that a cut log is seen.
fn log_merit(merit: &Merit, clock: &Clock, log: Log) {
    for time in clock.times() {
        log.info(format!("time    {:8} {:10.3} s", time.phase, time.secs));
    }
    log.info(format!(
        "merit   {:.4e} tests/s in the scan",
        merit.tests_per_sec
    ));
    let of_peak = match (merit.percent_of_peak, merit.dgemm_peak_gflops) {
        (Some(percent), Some(peak)) => {
            format!(", {percent:.1} % of the DGEMM peak of {peak:.1} GFLOP/s")
        }
        _ => String::new(),
    };
    log.info(format!(
        "merit   {:.1} GFLOP/s (2 x samples x tests / scan time){of_peak}",
        merit.scan_gflops
    ));
    log.info(format!(
        "merit   {:.1} % imbalance (slowest rank against the mean), {:.1} MiB peak memory of a rank",
        100.0 * merit.imbalance,
        merit.peak_rss_bytes as f64 / (1u64 << 20) as f64
    ));
    log.info(format!("done    in {:.2} s", clock.total_secs()));
}
