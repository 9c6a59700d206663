//! The write phase on the root: order, FDR, tables, and the record last.

use std::collections::HashMap;
use std::time::{SystemTime, UNIX_EPOCH};

use super::clock::Clock;
use super::collect::Gathered;
use super::config::MapConfig;
use super::error::RunError;
use super::figures::{Merit, RankFigures};
use super::log::{Log, grouped};
use super::output::OutFolder;
use super::record::{Counts, Ledger, Libraries, RankRecord, Record, Samples};
use super::share::Share;
use super::study::Study;
use crate::comm::World;
use crate::linalg::blas_config;
use crate::model::Hit;
use crate::plan::{Classes, Tests};
use crate::results::{Names, write_matrix_eqtl};
use crate::scan::Hits;
use crate::store::hdf5_version;

/// What the root writes results from, the hits apart.
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
    /// Constant genes.
    pub n_constant_genes: usize,
}

/// One table to be written.
struct Output<'h> {
    name: &'static str,
    hits: &'h [Hit],
    n_tests: u64,
}

impl Finish<'_> {
    /// Writes the tables and the record, and tells the user what came out.
    ///
    /// # Errors
    /// If the output folder cannot be written.
    pub fn write(self, gathered: Gathered, clock: &mut Clock, log: Log) -> Result<(), RunError> {
        let Gathered {
            mut hits,
            figures,
            hosts,
        } = gathered;
        for class in [&mut hits.all, &mut hits.cis, &mut hits.trans] {
            class.sort_unstable_by(Hit::table_order);
        }
        let names = self.names(&hits)?;
        let outputs = self.outputs(&hits);
        let mut tables = Vec::new();
        for output in &outputs {
            let path = self.out.file(output.name);
            tables.push(write_matrix_eqtl(
                &path,
                output.hits,
                output.n_tests,
                &names,
            )?);
        }
        // All rows are on the disk: only now the new tables take the place of earlier ones.
        self.out.forget_record()?;
        tables.into_iter().try_for_each(|table| table.finish())?;
        let written: Vec<&str> = outputs.iter().map(|output| output.name).collect();
        self.out.remove_tables_but(&written)?;
        clock.stop();
        let record = self.record(&hits, &figures, &hosts, clock);
        record.write(self.out)?;
        if record.n_constant_snps > 0 {
            log.warn(format!(
                "{} SNPs are constant once the covariates are known: r = 0 for each of their tests, which still count",
                grouped(record.n_constant_snps)
            ));
        }
        for output in &outputs {
            log.info(format!(
                "result  {}: {} eQTLs of {} tests",
                self.out.file(output.name).display(),
                grouped(output.hits.len() as u64),
                grouped(output.n_tests)
            ));
        }
        log_merit(&record.merit, clock, log);
        Ok(())
    }

    fn outputs<'h>(&self, hits: &'h Hits) -> Vec<Output<'h>> {
        let cis = Output {
            name: "cis.tsv",
            hits: &hits.cis,
            n_tests: self.tests.cis,
        };
        let trans = Output {
            name: "trans.tsv",
            hits: &hits.trans,
            n_tests: self.tests.trans,
        };
        match self.share.classes {
            Classes::All => vec![Output {
                name: "all.tsv",
                hits: &hits.all,
                n_tests: self.tests.all,
            }],
            Classes::CisTrans => vec![cis, trans],
            Classes::CisOnly => vec![cis],
        }
    }

    /// IDs of the SNPs that have hits, and of all genes.
    fn names(&self, hits: &Hits) -> Result<Names, RunError> {
        let classes = [&hits.all, &hits.cis, &hits.trans];
        let mut rows: Vec<u32> = classes.into_iter().flatten().map(|hit| hit.snp).collect();
        rows.sort_unstable();
        rows.dedup();
        let mut snps = HashMap::with_capacity(rows.len());
        self.study.genotypes.ids_of(&rows, |row, id| {
            snps.insert(row, id);
        })?;
        let genes = self
            .study
            .genes
            .iter()
            .map(|gene| gene.id.clone())
            .collect();
        Ok(Names { snps, genes })
    }

    fn record<'r>(
        &'r self,
        hits: &Hits,
        figures: &[RankFigures],
        hosts: &[Vec<u8>],
        clock: &'r Clock,
    ) -> Record<'r> {
        let n_hits = [hits.all.len(), hits.cis.len(), hits.trans.len()];
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
            grid: self.share.grid,
            n_covariates: self.share.model.design().n_covariates(),
            genotype_code: self.study.genotypes.code_type().describe(),
            n_constant_snps: RankFigures::total(figures, |rank| rank.constant_snps),
            n_constant_genes: self.n_constant_genes,
            df: self.share.model.df(),
            counts: Counts::new(self.share.classes, self.tests, n_hits),
            ledger: Ledger {
                planned: self.tests,
                made: RankFigures::tests(figures),
                block_pairs: RankFigures::total(figures, |rank| rank.pairs),
            },
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
