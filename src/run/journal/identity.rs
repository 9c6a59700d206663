//! What a run is, so that only the same run goes on where one stopped.

use std::collections::BTreeMap;
use std::fmt::Display;

use serde::{Deserialize, Serialize};

use crate::plan::Grid;
use crate::run::config::{MapConfig, OF_TESTS};
use crate::run::prepare::Prepared;
use crate::run::study::Study;

/// What must be the same for a run to be continued: words for what it is, and its value, or a checksum of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Identity(BTreeMap<String, String>);

impl Identity {
    /// The identity of a prepared run: all that its hits, histograms and strongest tests hang on, and how it is cut into
    /// block pairs. Ranks, threads, engine, audit and the columns of tables are none of it.
    pub fn new(config: &MapConfig, study: &Study, prepared: &Prepared) -> Self {
        let n = study.samples.ids.len();
        let mut parts = Self::of_shape(config, &prepared.scan.grid, n);
        let interaction = study.interaction.as_deref();
        parts.put("interaction", interaction.unwrap_or("none"));
        parts.put_checksums(study, prepared);
        parts
    }

    /// What can be said of a run from its options and the shape of its study alone, of so many samples.
    pub fn of_shape(config: &MapConfig, grid: &Grid, n_samples: usize) -> Self {
        let mut parts = Self::default();
        parts.put("the version of mpiqtl", env!("CARGO_PKG_VERSION"));
        parts.put_options(config);
        parts.put("n_snps", grid.n_snps);
        parts.put("n_genes", grid.n_genes);
        parts.put("block_snps", grid.block_snps);
        parts.put("block_genes", grid.block_genes);
        parts.put("the number of samples", n_samples);
        parts
    }

    fn put_options(&mut self, config: &MapConfig) {
        let value = serde_json::to_value(config).expect("a configuration is plain data");
        for key in OF_TESTS.into_iter().chain(["p_histogram", "min_p"]) {
            self.put(key, &value[key]);
        }
    }

    /// The parts of this one that another one has too.
    pub fn shared_with(mut self, other: &Self) -> Self {
        self.0.retain(|part, _| other.0.contains_key(part));
        self
    }

    fn put_checksums(&mut self, study: &Study, prepared: &Prepared) {
        let genes = &prepared.genes;
        let design = study.model.design();
        self.put("genotypes (checksum)", study.fingerprint);
        let mut samples = crc32fast::Hasher::new();
        study.samples.ids.iter().for_each(|id| {
            samples.update(id.as_bytes());
            samples.update(&[0]);
        });
        samples.update(bytemuck::cast_slice(&study.samples.genotypes));
        self.put("samples used (checksum)", samples.finalize());
        let covariates = [
            design.basis_rows(),
            design.whitening_factor(),
            study.model.interaction(),
        ];
        self.put("covariates (checksum)", of_numbers(&covariates));
        let expression = of_numbers(&[&genes.units, &genes.norms]);
        self.put("expression (checksum)", expression);
        let ids = study.genes.iter().map(|gene| gene.id.as_bytes());
        self.put("gene IDs (checksum)", of_texts(ids));
        let windows = genes.windows.iter().flat_map(|w| [w.first, w.end]);
        let windows: Vec<u32> = windows.collect();
        let crc = crc32fast::hash(bytemuck::cast_slice(&windows));
        self.put("cis windows (checksum)", crc);
        let skipped = crc32fast::hash(bytemuck::cast_slice(&prepared.scan.skipped));
        self.put("skipped pairs (checksum)", skipped);
    }

    /// Sets one part.
    pub fn put(&mut self, part: &str, value: impl Display) {
        self.0.insert(part.into(), value.to_string());
    }

    /// A number that stands for it.
    pub fn number(&self) -> u64 {
        let texts = || self.0.iter().flat_map(|(part, value)| [part, value]);
        let low = of_texts(texts().map(|text| text.as_bytes()));
        let high = of_texts(texts().rev().map(|text| text.as_bytes()));
        u64::from(high) << 32 | u64::from(low)
    }

    /// In what this one differs from an earlier one: "p_cis was 0.001 and is 0.01; ..."; empty if in nothing.
    pub fn differences(&self, earlier: &Self) -> String {
        let parts = self.0.keys().chain(earlier.0.keys());
        let mut parts: Vec<_> = parts.collect();
        parts.sort();
        parts.dedup();
        let value =
            |all: &Self, part: &str| all.0.get(part).map_or("not there".into(), Clone::clone);
        let differing = parts.into_iter().filter_map(|part| {
            let (was, is) = (value(earlier, part), value(self, part));
            (was != is).then(|| format!("{part} was {was} and is {is}"))
        });
        differing.collect::<Vec<_>>().join("; ")
    }
}

fn of_numbers(rows: &[&[f64]]) -> u32 {
    let mut crc = crc32fast::Hasher::new();
    rows.iter()
        .for_each(|row| crc.update(bytemuck::cast_slice(row)));
    crc.finalize()
}

fn of_texts<'t>(texts: impl Iterator<Item = &'t [u8]>) -> u32 {
    let mut crc = crc32fast::Hasher::new();
    texts.for_each(|text| {
        crc.update(text);
        crc.update(&[0]);
    });
    crc.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_name_what_was_and_what_is() {
        let mut earlier = Identity::default();
        earlier.put("p_cis", 0.5);
        earlier.put("model", "linear");
        let mut now = earlier.clone();
        assert_eq!(now.differences(&earlier), "");
        assert_eq!(now.number(), earlier.number());
        now.put("p_cis", 0.25);
        assert_eq!(now.differences(&earlier), "p_cis was 0.5 and is 0.25");
        assert_ne!(now.number(), earlier.number());
        now.put("shard", "1/2");
        assert!(now.differences(&earlier).contains("shard was not there"));
    }
}
