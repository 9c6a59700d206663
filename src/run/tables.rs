//! The tables of a run: eQTLs, histograms and smallest p-values of every class that was tested.

use std::collections::HashMap;
use std::path::Path;

use super::config::{MapConfig, ModelName};
use super::error::RunError;
use super::facts::{gene_facts, snp_facts};
use super::journal::{ClassOutcome, Outcome};
use super::log::Log;
use super::output::OutFolder;
use super::passage::Passage;
use super::study::Study;
use super::target::{full_columns, target};
use crate::formats::{TableFormat, TableWriter};
use crate::model::Hit;
use crate::plan::{Classes, Grid, RowTests, Tests};
use crate::results::{
    EqtlTable, FullTable, HitSource, MinPTable, Names, RankedHit, Ranking, TakeHits,
    write_histogram,
};
use crate::scan::{Best, Bests};

/// One class of tests, with what was found in it.
#[derive(Clone, Copy)]
pub struct TestClass<'f> {
    /// all, cis or trans.
    pub name: &'static str,
    /// Its place among all, cis and trans.
    pub place: usize,
    /// What was found, hits apart.
    pub found: &'f ClassOutcome,
    /// What holds the hits.
    pub outcome: &'f Outcome,
    /// Its tests.
    pub n_tests: u64,
    /// Its part of numbers of tests.
    pub tests_of: fn(&Tests) -> u64,
}

impl TestClass<'_> {
    /// The name of its table of eQTLs.
    pub fn table(&self, format: TableFormat) -> String {
        format!("{}.{}", self.name, format.name())
    }
}

impl HitSource for TestClass<'_> {
    type Error = RunError;

    fn n_hits(&self) -> u64 {
        self.outcome.n_hits()[self.place]
    }

    fn for_each(&self, take: &mut TakeHits<'_, RunError>) -> Result<(), RunError> {
        self.outcome.for_each_hit(self.place, take)
    }
}

/// What tables are written from, what was found apart.
pub struct Tables<'a> {
    /// The options.
    pub config: &'a MapConfig,
    /// The output folder.
    pub out: &'a OutFolder,
    /// The study.
    pub study: &'a Study,
    /// Its rows.
    pub grid: Grid,
    /// Which tests were made.
    pub classes: Classes,
    /// The samples without expression by gene row, among those used; for full tables.
    pub gene_missing: &'a [Vec<u32>],
    /// A file for hits that do not fit in memory.
    pub sort_file: &'a Path,
    /// Where to show how far it is.
    pub log: Log,
}

/// Tables that are on the disk and wait for their names.
type Settled = Vec<TableWriter>;

impl Tables<'_> {
    /// Writes all tables that were asked for; they get their names when they are finished. Calls `see` with every hit and
    /// its place, class by class in the order of the tables.
    ///
    /// # Errors
    /// If the disk refuses, or a store or a journal cannot be read.
    pub fn write(
        &self,
        classes: &[TestClass],
        mut see: impl FnMut(u64, &Hit),
    ) -> Result<Settled, RunError> {
        let mut settled = Settled::new();
        let mut place = 0;
        for class in classes {
            let table = self.write_eqtls(class, |hit| {
                see(place, hit);
                place += 1;
            })?;
            settled.push(table);
        }
        self.write_histograms(classes, &mut settled)?;
        if classes.iter().any(|class| class.found.best.is_some()) {
            self.write_min_p(classes, &mut settled)?;
        }
        Ok(settled)
    }

    /// The table of eQTLs of a class. Names and facts are looked up for some hits at a time.
    fn write_eqtls(
        &self,
        class: &TestClass,
        mut see: impl FnMut(&Hit),
    ) -> Result<TableWriter, RunError> {
        let target = target(self.config, self.out, self.study, class)?;
        let is_anova = self.config.model == ModelName::Anova;
        let one_df = self.study.model.degrees().len() == 1;
        let ranking = Ranking {
            order: if one_df { Hit::by_statistic } else { Hit::by_p },
            rows: self.config.sort,
            n_tests: class.n_tests,
            memory: self.config.hit_memory as usize,
            file: self.sort_file,
        };
        let hits = Passage::new(class, ranking.n_passes(class.n_hits()), self.log);
        match full_columns(self.config.columns, self.study)? {
            None => {
                let mut table = EqtlTable::create(&target, is_anova)?;
                let mut names = Names {
                    genes: self.gene_ids(),
                    ..Names::default()
                };
                ranking.rank(&hits, |ranked| {
                    ranked.iter().for_each(|ranked| see(&ranked.hit));
                    names.snps = self.snp_ids(rows_of(ranked))?;
                    table.push(ranked, &names)?;
                    hits.write(ranked.len());
                    Ok(())
                })?;
                Ok(table.settle()?)
            }
            Some(columns) => {
                let mut table = FullTable::create(&target, columns, is_anova)?;
                let mut facts = gene_facts(self.study, self.gene_missing);
                ranking.rank(&hits, |ranked| {
                    ranked.iter().for_each(|ranked| see(&ranked.hit));
                    facts.snps = snp_facts(self.study, &rows_of(ranked), self.gene_missing)?;
                    table.push(ranked, &facts)?;
                    hits.write(ranked.len());
                    Ok(())
                })?;
                Ok(table.settle()?)
            }
        }
    }

    /// Histograms by class; of all tests too, where cis and trans make them up.
    fn write_histograms(
        &self,
        classes: &[TestClass],
        settled: &mut Settled,
    ) -> Result<(), RunError> {
        let edges = self.config.p_histogram.p_edges();
        if edges.is_empty() {
            return Ok(());
        }
        let mut histograms: Vec<(&str, Vec<u64>)> = classes
            .iter()
            .map(|class| (class.name, class.found.histogram.clone()))
            .collect();
        if let [(_, cis), (_, trans)] = &histograms[..] {
            let all = cis.iter().zip(trans).map(|(cis, trans)| cis + trans);
            histograms.push(("all", all.collect()));
        }
        for (class, counts) in histograms {
            let name = format!("histogram_{class}.tsv");
            let table = write_histogram(&self.out.file(&name), &edges, &counts)?;
            settled.push(table);
        }
        Ok(())
    }

    fn write_min_p(&self, classes: &[TestClass], settled: &mut Settled) -> Result<(), RunError> {
        let gene_ids = self.gene_ids();
        let shape = (self.grid.n_snps, self.grid.n_genes);
        let windows = &self.study.windows;
        let tests = RowTests::new(shape, self.classes, windows, &self.study.skipped);
        for class in classes {
            let Some(best) = &class.found.best else {
                continue;
            };
            let partners = best.genes.iter().filter(|best| best.strength > 0.0);
            let mut partners: Vec<u32> = partners.map(|best| best.partner).collect();
            partners.sort_unstable();
            partners.dedup();
            let snp_ids = self.snp_ids(partners)?;
            let name = format!("min_p_genes_{}.tsv", class.name);
            let mut table = MinPTable::create(&self.out.file(&name), "snp")?;
            for (row, id) in gene_ids.iter().enumerate() {
                let (ln_p, partner) = self.of_gene(best, row);
                let partner = partner.map(|snp| snp_ids[&snp].as_str());
                table.push(id, ln_p, partner, (class.tests_of)(&tests.of_gene(row)))?;
            }
            settled.push(table.settle()?);

            let name = format!("min_p_snps_{}.tsv", class.name);
            let mut table = MinPTable::create(&self.out.file(&name), "gene")?;
            let every_row: Vec<u32> = (0..self.grid.n_snps as u32).collect();
            let mut refused = Ok(());
            self.study.genotypes.ids_of(&every_row, |row, id| {
                let (ln_p, partner) = self.p_and_partner(&best.snps[row as usize]);
                let partner = partner.map(|gene| gene_ids[gene as usize].as_str());
                let n_tests = (class.tests_of)(&tests.of_snp(row as usize));
                if refused.is_ok() {
                    refused = table.push(&id, ln_p, partner, n_tests);
                }
            })?;
            refused?;
            settled.push(table.settle()?);
        }
        Ok(())
    }

    /// The smallest ln p of a gene and its SNP, over all degrees of freedom its tests have.
    fn of_gene(&self, best: &Bests, gene: usize) -> (f64, Option<u32>) {
        best.genes
            .iter()
            .skip(gene)
            .step_by(self.grid.n_genes)
            .map(|best| self.p_and_partner(best))
            .min_by(|(a, snp_a), (b, snp_b)| a.total_cmp(b).then(snp_a.cmp(snp_b)))
            .unwrap_or((0.0, None))
    }

    /// ln p of a strongest test and its partner; p = 1 and none where nothing was found.
    fn p_and_partner(&self, best: &Best) -> (f64, Option<u32>) {
        if best.strength > 0.0 {
            let model = &self.study.model;
            let ln_p = model.ln_p(best.strength, best.df_class as usize);
            (ln_p, Some(best.partner))
        } else {
            (0.0, None)
        }
    }

    fn gene_ids(&self) -> Vec<String> {
        let genes = self.study.genes.iter();
        genes.map(|gene| gene.id.clone()).collect()
    }

    /// The IDs of SNP rows, which ascend.
    fn snp_ids(&self, rows: Vec<u32>) -> Result<HashMap<u32, String>, RunError> {
        let mut ids = HashMap::with_capacity(rows.len());
        self.study.genotypes.ids_of(&rows, |row, id| {
            ids.insert(row, id);
        })?;
        Ok(ids)
    }
}

/// The SNP rows of some hits, each once, ascending.
fn rows_of(hits: &[RankedHit]) -> Vec<u32> {
    let mut rows: Vec<u32> = hits.iter().map(|ranked| ranked.hit.snp).collect();
    rows.sort_unstable();
    rows.dedup();
    rows
}
