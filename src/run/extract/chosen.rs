//! Which pairs are extracted: genes by row, and the SNP rows of each.

use super::super::error::RunError;
use super::super::log::{Log, counted, grouped, some_of};
use super::super::study::Study;
use super::config::{ExtractConfig, SnpChoice};
use super::named::{gene_rows, snp_rows};
use crate::genome::{CisWindow, Region, Span, cis_windows, synonyms};

/// The pairs that were chosen: genes in the order of their rows, and of each its SNPs in the order of theirs, which is
/// genome order, rows without a location last.
pub struct Chosen {
    /// Gene rows of the store, ascending.
    pub genes: Vec<u32>,
    snps: Snps,
    /// Pairs of SNP and gene row that are not tested, ascending.
    skipped: Vec<[u32; 2]>,
}

/// SNPs by the place of their gene among those chosen.
enum Snps {
    Windows(Vec<CisWindow>),
    /// The same of all genes.
    Same(Vec<u32>),
}

impl Chosen {
    /// The pairs a configuration asks for.
    ///
    /// # Errors
    /// IDs that are not known; a region or windows without a SNP; a store that cannot be read.
    pub fn of(config: &ExtractConfig, study: &Study, log: Log) -> Result<Self, RunError> {
        let genes = match &config.genes {
            Some(names) => gene_rows(&study.genes, names)?,
            None => (0..study.genes.len() as u32).collect(),
        };
        let snps = match &config.snps {
            SnpChoice::Named(names) => Snps::Same(snp_rows(&study.genotypes, names)?),
            SnpChoice::Region(region) => Snps::Same(in_region(study, region)?),
            SnpChoice::Window => {
                let windows = genes.iter().map(|&gene| study.windows[gene as usize]);
                Snps::Windows(windows.collect())
            }
        };
        let chosen = Self {
            genes,
            snps,
            skipped: study.skipped.clone(),
        };
        chosen.check(study, config.study.cis_dist_bp, log)?;
        Ok(chosen)
    }

    /// Refuses to extract nothing; tells of genes without a SNP.
    fn check(&self, study: &Study, cis_dist_bp: i64, log: Log) -> Result<(), RunError> {
        let alone: Vec<String> = (0..self.genes.len())
            .filter(|&place| self.each_snp_of(place).next().is_none())
            .map(|place| study.genes[self.genes[place] as usize].id.clone())
            .collect();
        let names = some_of(&alone, alone.len());
        let distance = grouped(cis_dist_bp.unsigned_abs());
        let with_windows = matches!(self.snps, Snps::Windows(_));
        if alone.len() == self.genes.len() {
            return Err(RunError::Input(match with_windows {
                true => format!(
                    "no SNP lies within {distance} bp of {names}; give a larger --window, or --region or --snps"
                ),
                false => format!(
                    "{names}: each pair is of two rows with one ID, which --skip-self leaves out"
                ),
            }));
        }
        if !alone.is_empty() {
            log.warn(format!(
                "{} without a SNP within {distance} bp, or without a location: {names}",
                counted(alone.len(), "gene")
            ));
        }
        Ok(())
    }

    /// The SNP rows, ascending, of the gene at a place among those chosen.
    pub fn snps_of(&self, place: usize) -> Vec<u32> {
        self.each_snp_of(place).collect()
    }

    fn each_snp_of(&self, place: usize) -> impl Iterator<Item = u32> {
        let gene = self.genes[place];
        let (window, rows) = match &self.snps {
            Snps::Windows(windows) => (windows[place].first..windows[place].end, &[][..]),
            Snps::Same(rows) => (0..0, rows.as_slice()),
        };
        let is_tested = move |snp: &u32| self.skipped.binary_search(&[*snp, gene]).is_err();
        window.chain(rows.iter().copied()).filter(is_tested)
    }
}

/// The SNP rows in a region.
fn in_region(study: &Study, region: &Region) -> Result<Vec<u32>, RunError> {
    let places = study.genotypes.places()?;
    let span = Span::new(region.chrom.as_str(), region.from, region.to);
    let windows = cis_windows(
        &places.chrom,
        &places.pos,
        &places.chrom_names,
        &[Some(span)],
        0,
    );
    if !windows[0].is_empty() {
        return Ok((windows[0].first..windows[0].end).collect());
    }
    if places.chrom_names.contains(&region.chrom) {
        return Err(RunError::Input(format!(
            "no SNP lies in the region {region}; give a larger one"
        )));
    }
    let names = places.chrom_names.iter().map(String::as_str);
    let twin = synonyms(names, [region.chrom.as_str()]).unwrap_or_default();
    Err(RunError::Input(match twin.get(&region.chrom) {
        Some(name) => format!(
            "no SNP lies on chromosome '{}' of the region {region}; did you mean '{name}'?",
            region.chrom
        ),
        None => format!(
            "no SNP lies on chromosome '{}' of the region {region}; the genotypes have {}",
            region.chrom,
            match places.chrom_names.is_empty() {
                true => "no locations".into(),
                false => some_of(&places.chrom_names, places.chrom_names.len()),
            }
        ),
    }))
}
