//! The tables of a run: eQTLs, histograms and smallest p-values of every class that was tested.

use std::collections::HashMap;

use super::config::{Columns, MapConfig, ModelName};
use super::error::RunError;
use super::facts::facts;
use super::output::OutFolder;
use super::study::Study;
use crate::formats::TableWriter;
use crate::plan::{Classes, Grid, RowTests, Tests};
use crate::results::{Facts, MinPTable, Names, write_full, write_histogram, write_matrix_eqtl};
use crate::scan::{Best, Bests, ClassFound};

/// One class of tests, with what was found in it.
#[derive(Clone, Copy)]
pub struct TestClass<'f> {
    /// all, cis or trans.
    pub name: &'static str,
    /// What was found, hits in table order.
    pub found: &'f ClassFound,
    /// Its tests.
    pub n_tests: u64,
    /// Its part of numbers of tests.
    pub tests_of: fn(&Tests) -> u64,
}

impl TestClass<'_> {
    /// The name of its table of eQTLs.
    pub fn table(&self) -> String {
        format!("{}.tsv", self.name)
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
}

/// Tables that are on the disk and wait for their names.
type Settled = Vec<(String, TableWriter)>;

impl Tables<'_> {
    /// Writes all tables that were asked for; they get their names when they are finished.
    ///
    /// # Errors
    /// If the disk refuses, or the store cannot be read.
    pub fn write(&self, classes: &[TestClass]) -> Result<Settled, RunError> {
        let names = self.names(classes)?;
        let mut settled = Settled::new();
        let is_anova = self.config.model == ModelName::Anova;
        let facts = match self.config.columns {
            Columns::MatrixEqtl => None,
            Columns::Full => Some(self.facts(classes)?),
        };
        for class in classes {
            let name = class.table();
            let (path, hits, n_tests) = (self.out.file(&name), &class.found.hits, class.n_tests);
            let table = match &facts {
                None => write_matrix_eqtl(&path, hits, n_tests, &names, is_anova)?,
                Some(facts) => write_full(&path, hits, n_tests, facts, is_anova)?,
            };
            settled.push((name, table));
        }
        self.write_histograms(classes, &mut settled)?;
        if classes.iter().any(|class| class.found.best.is_some()) {
            self.write_min_p(classes, &names, &mut settled)?;
        }
        Ok(settled)
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
            settled.push((name, table));
        }
        Ok(())
    }

    fn write_min_p(
        &self,
        classes: &[TestClass],
        names: &Names,
        settled: &mut Settled,
    ) -> Result<(), RunError> {
        let shape = (self.grid.n_snps, self.grid.n_genes);
        let windows = &self.study.windows;
        let tests = RowTests::new(shape, self.classes, windows, &self.study.skipped);
        for class in classes {
            let Some(best) = &class.found.best else {
                continue;
            };
            let name = format!("min_p_genes_{}.tsv", class.name);
            let mut table = MinPTable::create(&self.out.file(&name), "snp")?;
            for (row, id) in names.genes.iter().enumerate() {
                let (ln_p, partner) = self.of_gene(best, row);
                let partner = partner.map(|snp| names.snps[&snp].as_str());
                table.push(id, ln_p, partner, (class.tests_of)(&tests.of_gene(row)))?;
            }
            settled.push((name, table.settle()?));

            let name = format!("min_p_snps_{}.tsv", class.name);
            let mut table = MinPTable::create(&self.out.file(&name), "gene")?;
            let every_row: Vec<u32> = (0..self.grid.n_snps as u32).collect();
            let mut refused = Ok(());
            self.study.genotypes.ids_of(&every_row, |row, id| {
                let (ln_p, partner) = self.p_and_partner(&best.snps[row as usize]);
                let partner = partner.map(|gene| names.genes[gene as usize].as_str());
                let n_tests = (class.tests_of)(&tests.of_snp(row as usize));
                if refused.is_ok() {
                    refused = table.push(&id, ln_p, partner, n_tests);
                }
            })?;
            refused?;
            settled.push((name, table.settle()?));
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

    /// What full tables say of the SNPs that have hits and of all genes.
    fn facts(&self, classes: &[TestClass]) -> Result<Facts, RunError> {
        let hits = classes.iter().flat_map(|class| &class.found.hits);
        let mut rows: Vec<u32> = hits.map(|hit| hit.snp).collect();
        rows.sort_unstable();
        rows.dedup();
        facts(self.study, &rows, self.gene_missing)
    }

    /// IDs of all genes, and of the SNPs that have hits or are the best of a gene.
    fn names(&self, classes: &[TestClass]) -> Result<Names, RunError> {
        let mut rows = Vec::new();
        for class in classes {
            rows.extend(class.found.hits.iter().map(|hit| hit.snp));
            let best = class.found.best.iter().flat_map(|best| &best.genes);
            rows.extend(
                best.filter(|best| best.strength > 0.0)
                    .map(|best| best.partner),
            );
        }
        rows.sort_unstable();
        rows.dedup();
        let mut snps = HashMap::with_capacity(rows.len());
        self.study.genotypes.ids_of(&rows, |row, id| {
            snps.insert(row, id);
        })?;
        let genes = self.study.genes.iter().map(|gene| gene.id.clone());
        Ok(Names {
            snps,
            genes: genes.collect(),
        })
    }
}
