//! A slab of SNPs and a block of genes without effects, as each screen takes them.

use mpiqtl::kernel::to_single;
use mpiqtl::linalg::dot;
use mpiqtl::model::{Covariate, Design};
use mpiqtl::plan::Grid;
use mpiqtl::stats::correlation_threshold;

use super::protocol::noise;

/// Genes of a block.
pub const GENES: usize = 2048;

/// The p-value threshold of the screens.
pub const P: f64 = 1e-5;

const COVARIATES: usize = 10;

/// The missing code.
const MISSING: u8 = 255;

/// A block pair.
pub struct Study {
    /// Samples.
    pub n: usize,
    /// The covariates.
    pub design: Design,
    /// The least |r| of a hit.
    pub threshold: f64,
    /// Unit residuals of the genes `[2048 x n]`.
    pub genes: Vec<f64>,
    /// The same in f32.
    pub genes_single: Vec<f32>,
    /// Hard calls.
    pub called: Snps,
    /// The same with 1 % missing.
    pub with_missing: Snps,
    /// Dosages.
    pub dosages: Snps,
}

/// The SNPs of a slab.
pub struct Snps {
    /// What they are.
    pub what: &'static str,
    /// Their number.
    pub m: usize,
    /// Hard calls `[m x n]`; empty for dosages.
    pub codes: Vec<u8>,
    /// Unit residuals `[m x n]`.
    pub units: Vec<f64>,
    /// Products with all genes by fixed-order dots `[m x 2048]`.
    pub exact: Vec<f64>,
}

impl Study {
    /// A block pair over `n` samples, its slab as large as that of a scan.
    pub fn new(n: usize) -> Self {
        let m = Grid::new(usize::MAX, GENES, (1, n), None, None).block_snps;
        let covariates: Vec<Covariate> = (0..COVARIATES)
            .map(|i| Covariate {
                name: i.to_string(),
                values: normal(n, 100 + i as u64),
            })
            .collect();
        let design = Design::new(n, &covariates, None).expect("independent covariates");
        let genes = units(&design, normal(GENES * n, 3));
        let codes = hard_calls(m, n);
        let mut some_missing = codes.clone();
        for (code, x) in some_missing.iter_mut().zip(noise(4)) {
            *code = if x % 100 == 0 { MISSING } else { *code };
        }
        // A dosage is a call that is not sure.
        let dosages = codes.iter().zip(noise(5)).map(|(&code, x)| {
            let other = f64::from(2 - code);
            f64::from(code) * 0.9 + 0.1 * other * (x % 1000) as f64 / 1000.0
        });
        let dosages = units(&design, dosages.collect());
        Self {
            threshold: correlation_threshold(P, (n - COVARIATES - 2) as f64),
            called: Snps::new("", n, units(&design, filled(n, &codes)), codes, &genes),
            with_missing: Snps::new(
                "1 % missing",
                n,
                units(&design, filled(n, &some_missing)),
                some_missing,
                &genes,
            ),
            dosages: Snps::new("dosages", n, dosages, Vec::new(), &genes),
            genes_single: to_single(&genes),
            genes,
            design,
            n,
        }
    }

    /// The SNPs and genes whose tests reach the threshold.
    pub fn hits<'s>(&'s self, snps: &'s Snps) -> impl Iterator<Item = (u32, u32)> + 's {
        let strong = snps.exact.iter().enumerate();
        let strong = strong.filter(|(_, r)| r.abs() >= self.threshold);
        strong.map(|(at, _)| ((at / GENES) as u32, (at % GENES) as u32))
    }
}

impl Snps {
    fn new(what: &'static str, n: usize, units: Vec<f64>, codes: Vec<u8>, genes: &[f64]) -> Self {
        let of_snp = |snp| genes.chunks_exact(n).map(move |gene| dot(snp, gene));
        Self {
            what,
            m: units.len() / n,
            exact: units.chunks_exact(n).flat_map(of_snp).collect(),
            codes,
            units,
        }
    }
}

/// Genotypes of SNPs `[m x n]` whose allele frequencies lie between 5 % and 50 %.
fn hard_calls(m: usize, n: usize) -> Vec<u8> {
    let mut alleles = noise(1);
    let mut code_of = |per_mille: u64| {
        let mut allele = || u8::from(alleles.next().expect("endless") % 1000 < per_mille);
        allele() + allele()
    };
    let frequencies = noise(2).map(|x| 50 + x % 450).take(m);
    let row = |per_mille| (0..n).map(move |_| per_mille);
    frequencies.flat_map(row).map(&mut code_of).collect()
}

/// Sums of twelve even numbers, near normal with variance 1.
fn normal(len: usize, seed: u64) -> Vec<f64> {
    let mut even = noise(seed).map(|x| x as f64 / (1u64 << 31) as f64);
    let mut sum = || (0..12).map(|_| even.next().expect("endless")).sum::<f64>() - 6.0;
    (0..len).map(|_| sum()).collect()
}

/// Codes as numbers, missing ones filled by the mean of their row.
fn filled(n: usize, codes: &[u8]) -> Vec<f64> {
    let of_row = |row: &[u8]| {
        let known = || row.iter().filter(|code| **code != MISSING);
        let mean = known().map(|code| f64::from(*code)).sum::<f64>() / known().count() as f64;
        let number = move |&code: &u8| if code == MISSING { mean } else { code.into() };
        row.iter().map(number).collect::<Vec<f64>>()
    };
    codes.chunks_exact(n).flat_map(of_row).collect()
}

fn units(design: &Design, mut rows: Vec<f64>) -> Vec<f64> {
    design.unit_residuals(&mut rows, &[], &mut Vec::new());
    rows
}
