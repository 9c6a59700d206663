//! The write phase on the root: order, FDR, tables, and the record last.

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use super::audit::{Audit, Draws};
use super::clock::Clock;
use super::config::MapConfig;
use super::error::RunError;
use super::figures::{Merit, RankFigures};
use super::id_report::{ID_REPORT, write_id_report};
use super::journal::{ClassOutcome, Outcome};
use super::log::{Log, grouped, many, warnings};
use super::memory::peak_rss_bytes;
use super::output::OutFolder;
use super::record::{
    Counts, Ledger, Libraries, RankRecord, Record, Samples, ScreenRecord, StorePlace, Stores,
};
use super::samples::{SAMPLE_REPORT, write_sample_report};
use super::share::Share;
use super::signals;
use super::study::Study;
use super::tables::{Tables, TestClass};
use crate::comm::World;
use crate::formats::TableWriter;
use crate::linalg::blas_config;
use crate::plan::{Classes, Tests};
use crate::results::HitSource;
use crate::scan::{Engine, Tally};
use crate::store::hdf5_version;

/// What the root has from all ranks.
pub struct Gathered {
    /// What is done and was found, of all starts of the run.
    pub outcome: Outcome,
    /// Figures of the ranks of the last start `[n_ranks]`.
    pub figures: Vec<RankFigures>,
    /// Names of their machines `[n_ranks]`.
    pub hosts: Vec<Vec<u8>>,
}

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
    /// Genes that were too coarse for the integer screen, where this is known.
    pub genes_left_out: Option<usize>,
    /// Constant genes.
    pub n_constant_genes: usize,
    /// The samples without expression by gene row, among those used; for full tables.
    pub gene_missing: Vec<Vec<u32>>,
    /// How often the run was started.
    pub starts: u32,
    /// Shards that were merged.
    pub shards: Option<usize>,
    /// A file for hits that do not fit in memory.
    pub sort_file: PathBuf,
}

impl Finish<'_> {
    /// Writes the tables and the record, and tells the user what came out.
    ///
    /// # Errors
    /// If the output folder cannot be written.
    pub fn write(self, gathered: Gathered, clock: &mut Clock, log: Log) -> Result<(), RunError> {
        let Gathered {
            mut outcome,
            mut figures,
            hosts,
        } = gathered;
        let found = outcome.take_classes(self.share.scan.grid.n_snps);
        let classes = self.classes(&found, &outcome);
        let tables = Tables {
            config: self.config,
            out: self.out,
            study: self.study,
            grid: self.share.scan.grid,
            classes: self.share.scan.classes,
            gene_missing: &self.gene_missing,
            sort_file: &self.sort_file,
            log,
        };
        let n_hits = outcome.n_hits().iter().sum();
        let mut draws = Draws::new(
            self.config.audit,
            (self.study, self.share),
            n_hits,
            self.tests.total(),
        );
        let mut settled = tables.write(&classes, |place, hit| draws.see(place, hit))?;
        settled.extend(self.write_reports()?);
        let audit = match self.config.audit {
            0 => None,
            _ => Some(draws.audit(self.study, self.share)?),
        };
        self.warn_of_constant_snps(outcome.tally.constant_snps, log);
        clock.stop();
        // The root has most to hold while it writes.
        if let Some(root) = figures.first_mut() {
            root.peak_rss_bytes = peak_rss_bytes();
        }
        let record = self.record(&outcome, (&figures, &hosts), audit, clock);
        let settled_record = record.settle(self.out)?;
        // Everything is on the disk: only now the new results take the place of earlier ones.
        // From here on until all have their names no signal may come between.
        signals::begin_scan();
        self.out.forget_record()?;
        let mut written = Vec::new();
        for table in settled {
            written.extend(table.file_names());
            table.finish()?;
        }
        self.out.remove_tables_but(&written)?;
        settled_record.finish()?;
        for class in &classes {
            log.info(format!(
                "result  {}: {} eQTLs of {} tests",
                self.out
                    .file(&class.table(self.config.table_format))
                    .display(),
                grouped(class.n_hits()),
                grouped(class.n_tests)
            ));
        }
        log.info(format!(
            "report  {}: {} of {} samples are used",
            self.out.file(SAMPLE_REPORT).display(),
            self.study.samples.ids.len(),
            self.study.samples.n_in_any()
        ));
        if let Some(audit) = &record.audit {
            log.info(format!(
                "audit   {} eQTLs and {} other pairs fitted again from the raw data: |r| differs by at most {:.1e}",
                grouped(audit.n_eqtls as u64),
                grouped(audit.n_others as u64),
                audit.largest_difference
            ));
        }
        for rank in &record.ranks {
            log.detail(|| rank.line());
        }
        log_merit(&record.merit, clock, log);
        Ok(())
    }

    fn warn_of_constant_snps(&self, n_constant: u64, log: Log) {
        if n_constant == 0 {
            return;
        }
        log.warn(constant_snps(
            n_constant,
            n_constant == self.study.genotypes.n_snps() as u64,
            self.study.interaction.as_deref(),
        ));
    }

    /// Writes what became of samples and, where cis is told from trans, of SNPs and genes.
    fn write_reports(&self) -> Result<Vec<TableWriter>, RunError> {
        let path = self.out.file(SAMPLE_REPORT);
        let samples = write_sample_report(&path, &self.study.samples)?;
        let mut reports = vec![samples];
        if self.share.scan.classes != Classes::All {
            let cis = grouped(self.config.cis_dist_bp.unsigned_abs());
            let ids = write_id_report(&self.out.file(ID_REPORT), self.study, &cis)?;
            reports.push(ids);
        }
        Ok(reports)
    }

    /// The classes that were tested.
    fn classes<'f>(
        &self,
        found: &'f [ClassOutcome; 3],
        outcome: &'f Outcome,
    ) -> Vec<TestClass<'f>> {
        let class = |name, place: usize, n_tests: fn(&Tests) -> u64| TestClass {
            name,
            place,
            found: &found[place],
            outcome,
            n_tests: n_tests(&self.tests),
            tests_of: n_tests,
        };
        let all = class("all", 0, |tests| tests.all);
        let cis = class("cis", 1, |tests| tests.cis);
        let trans = class("trans", 2, |tests| tests.trans);
        match self.share.scan.classes {
            Classes::All => vec![all],
            Classes::CisTrans => vec![cis, trans],
            Classes::CisOnly => vec![cis],
        }
    }

    fn record<'r>(
        &'r self,
        outcome: &Outcome,
        (figures, hosts): (&[RankFigures], &[Vec<u8>]),
        audit: Option<Audit>,
        clock: &'r Clock,
    ) -> Record<'r> {
        let n_hits = outcome.n_hits();
        let tally = &outcome.tally;
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
            stores: Stores {
                genotypes: StorePlace::new(&self.study.genotypes_path, self.study.fingerprint),
                expression: StorePlace::new(
                    &self.study.expression_path,
                    self.study.expression_fingerprint,
                ),
            },
            grid: self.share.scan.grid,
            n_covariates: self.share.model.design().n_covariates(),
            genotype_code: self.study.genotypes.code_type().describe(),
            n_constant_snps: tally.constant_snps,
            n_constant_genes: self.n_constant_genes,
            df: self.share.model.df(),
            counts: Counts::new(self.share.scan.classes, self.tests, n_hits),
            ledger: Ledger {
                planned: self.tests,
                made: tally.tests,
                block_pairs: tally.pairs,
            },
            audit,
            interaction_covariate: self.study.interaction.as_deref(),
            screen: self.screen_record(tally, n_hits),
            n_candidates: tally.candidates,
            phases: clock.times(),
            total_secs: clock.total_secs(),
            merit: Merit::new(figures, self.share.genes.n),
            starts: self.starts,
            shards: self.shards,
            ranks: ranks
                .map(|(rank, (figures, host))| RankRecord::new(rank, host, figures))
                .collect(),
            warnings: warnings(),
            complete: true,
        }
    }
}

impl Finish<'_> {
    fn screen_record(&self, tally: &Tally, [all, _, trans]: [u64; 3]) -> ScreenRecord {
        let engine = self.share.scan.engine;
        // Cis hits are not found by the screen of products.
        let n_hits = all + trans;
        ScreenRecord {
            engine,
            n_named: tally.named,
            n_decided: tally.candidates,
            named_per_hit: (n_hits > 0).then(|| tally.named as f64 / n_hits as f64),
            n_genes_left_out: self.genes_left_out,
            n_snps_left_out: tally.snps_left_out,
            n_snps_multiplied: (engine == Engine::I8).then_some(tally.snps_multiplied),
        }
    }
}

/// What is said of SNPs whose tests have r = 0; with an interaction `covariate` it is their product with it that is tested.
fn constant_snps(n: u64, is_all: bool, covariate: Option<&str>) -> String {
    let all = if is_all && n > 1 { "all " } else { "" };
    let snps = many(n, "SNP");
    let (are, have, their) = match n {
        1 => ("is", "has", "its"),
        _ => ("are", "have", "their"),
    };
    let what = match covariate {
        None => format!("{are} constant once the covariates are known"),
        Some(name) => format!(
            "{have} a product with covariate '{name}' that is constant once the SNP and the covariates are known"
        ),
    };
    format!("{all}{snps} {what}: r = 0 for each of {their} tests, which still count")
}

/// The figures of merit, each with its unit and what it is of; then the last line, so that a cut log is seen.
fn log_merit(merit: &Merit, clock: &Clock, log: Log) {
    for time in clock.times() {
        log.info(format!("time    {:8} {:10.3} s", time.phase, time.secs));
    }
    // Shards were scanned elsewhere, and told theirs.
    if merit.tests_per_sec > 0.0 {
        log_speed(merit, log);
    }
    log.info(format!("done    in {:.2} s", clock.total_secs()));
}

fn log_speed(merit: &Merit, log: Log) {
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_an_interaction_the_product_is_constant() {
        assert_eq!(
            constant_snps(3, true, None),
            "all 3 SNPs are constant once the covariates are known: r = 0 for each of their tests, which still count"
        );
        assert_eq!(
            constant_snps(1, false, Some("sex")),
            "1 SNP has a product with covariate 'sex' that is constant once the SNP and the covariates are known: r = 0 for \
             each of its tests, which still count"
        );
    }
}
