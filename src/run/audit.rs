//! The audit of a run: some of its eQTLs and some other pairs are fitted again from the raw data, by another way, and
//! must come out the same.

use std::collections::{HashMap, HashSet};

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use super::error::RunError;
use super::share::Share;
use super::study::Study;
use crate::model::{Hit, Model, ModelKind, Refit, Refitter};
use crate::plan::Classes;
use crate::scan::Retest;
use crate::stats::{ln_p_of_r_squared, ln_two_sided_t};

/// Pairs drawn for each that is wanted, where most are eQTLs or were drawn before.
const TRIES: usize = 200;

/// The same pairs are drawn in every run on the same data, on any number of ranks.
const SEED: u64 = 0x00e9_715a_ad17;

/// What an audit found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Audit {
    /// eQTLs fitted again.
    pub n_eqtls: usize,
    /// Other pairs fitted again.
    pub n_others: usize,
    /// The largest difference of |r| (of R for ANOVA) between the scan and the refit.
    pub largest_difference: f64,
}

/// What an audit will look at: eQTLs by their place in the tables, and pairs that may be none, drawn before it is known
/// which are. The eQTLs then pass by one after the other.
pub struct Draws {
    /// Places of eQTLs in the order they are drawn.
    places: Vec<u64>,
    /// Those of them that have passed by.
    eqtls: HashMap<u64, Hit>,
    wanted: HashSet<u64>,
    /// Pairs in the order they are drawn, each once.
    pairs: Vec<(u32, u32)>,
    /// Those of them that are eQTLs.
    found: HashSet<(u32, u32)>,
    drawn: HashSet<(u32, u32)>,
    n_others: usize,
}

impl Draws {
    /// Draws up to `wanted` of `n_hits` eQTLs and enough pairs to find as many others among `n_tests` tests.
    pub fn new(wanted: usize, (study, share): (&Study, &Share), n_hits: u64, n_tests: u64) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(SEED);
        let n = usize::try_from(n_hits).unwrap_or(usize::MAX);
        let places = rand::seq::index::sample(&mut random, n, wanted.min(n));
        let places: Vec<u64> = places.into_iter().map(|place| place as u64).collect();
        let n_others = n_tests.saturating_sub(n_hits).min(wanted as u64) as usize;
        let mut drawn = HashSet::new();
        let tries = 0..n_others.saturating_mul(TRIES);
        let pairs = tries.filter_map(|_| draw(study, share, &mut random));
        let pairs = pairs.filter(|pair| drawn.insert(*pair)).collect();
        Self {
            wanted: places.iter().copied().collect(),
            places,
            eqtls: HashMap::new(),
            pairs,
            found: HashSet::new(),
            drawn,
            n_others,
        }
    }

    /// Takes in the eQTL at a place of the tables.
    pub fn see(&mut self, place: u64, hit: &Hit) {
        if self.wanted.contains(&place) {
            self.eqtls.insert(place, *hit);
        }
        let pair = (hit.snp, hit.gene);
        if self.drawn.contains(&pair) {
            self.found.insert(pair);
        }
    }

    /// Fits what was drawn again, when all eQTLs have passed by.
    ///
    /// # Errors
    /// If one of them differs by more than rounding explains; if the data cannot be read again.
    pub fn audit(self, study: &Study, share: &Share) -> Result<Audit, RunError> {
        let refitter = Refitter::new(
            study.samples.ids.len(),
            study.model.kind(),
            &study.covariates,
            study.interaction.as_deref(),
            study.error_covariance.as_deref(),
        )?;
        let mut auditor = Auditor {
            study,
            share,
            refitter,
            retest: Retest::default(),
            result: Audit::default(),
        };
        for place in &self.places {
            auditor.check_eqtl(&self.eqtls[place])?;
        }
        let others = self.pairs.iter().filter(|pair| !self.found.contains(pair));
        for pair in others.take(self.n_others) {
            auditor.check_other(*pair)?;
        }
        Ok(auditor.result)
    }
}

/// A random pair that was tested, cis or trans alike; `None` if the pair drawn was not.
fn draw(study: &Study, share: &Share, random: &mut ChaCha8Rng) -> Option<(u32, u32)> {
    let grid = share.scan.grid;
    let gene = random.random_range(0..grid.n_genes as u32);
    let all = 0..grid.n_snps as u32;
    let window = study.windows.get(gene as usize);
    let cis = window.map(|window| window.first..window.end);
    let snps = match (share.scan.classes, cis) {
        (Classes::CisOnly, Some(cis)) => cis,
        // One pair in a thousand is cis: half of the pairs are drawn from those.
        (Classes::CisTrans, Some(cis)) if !cis.is_empty() && random.random() => cis,
        _ => all,
    };
    if snps.is_empty() {
        return None;
    }
    let snp = random.random_range(snps);
    let is_skipped = study.skipped.binary_search(&[snp, gene]).is_ok();
    (!is_skipped).then_some((snp, gene))
}

struct Auditor<'a> {
    study: &'a Study,
    share: &'a Share,
    refitter: Refitter,
    retest: Retest,
    result: Audit,
}

impl Auditor<'_> {
    /// An eQTL must have the statistic, beta and p-value of its refit.
    fn check_eqtl(&mut self, hit: &Hit) -> Result<(), RunError> {
        let refit = self.refit(hit.snp, hit.gene)?;
        let scanned = gain_of(hit.statistic, &refit, &self.study.model);
        let difference = (scanned.sqrt() - refit.gain.sqrt()).abs();
        // Asked this way round, what is not a number does not agree.
        let agrees = difference <= refit.rounding;
        let what = if !agrees {
            "the statistic"
        } else if !has_beta_of(hit, &refit) {
            "beta"
        } else if !has_p_of_its_statistic(hit, scanned, &refit, &self.study.model) {
            "the p-value"
        } else {
            self.result.n_eqtls += 1;
            self.note(difference);
            return Ok(());
        };
        Err(self.differs(hit.snp, hit.gene, what, &refit, scanned))
    }

    /// Another pair must not reach the threshold, and the scan's own number for it must be that of its refit.
    fn check_other(&mut self, (snp, gene): (u32, u32)) -> Result<(), RunError> {
        let refit = self.refit(snp, gene)?;
        let (strength, df_class) = self.retest.strength(
            &self.share.model,
            &self.share.genes,
            (&self.study.genotypes, &self.share.columns),
            (snp, gene),
        )?;
        let is_single = self.study.model.kind() == ModelKind::Linear;
        let size = |strength: f64| if is_single { strength } else { strength.sqrt() };
        let scanned = size(strength);
        let difference = (scanned - refit.gain.sqrt()).abs();
        let agrees = difference <= refit.rounding;
        if !agrees {
            return Err(self.differs(snp, gene, "the statistic", &refit, scanned * scanned));
        }
        let limits = &self.share.scan.limits;
        let is_cis = self
            .study
            .windows
            .get(gene as usize)
            .is_some_and(|window| window.contains(snp));
        let threshold = match self.share.scan.classes {
            Classes::All => &limits.all,
            _ if is_cis => &limits.cis,
            _ => &limits.trans,
        };
        if refit.gain.sqrt() >= size(threshold[df_class]) + refit.rounding {
            let what = "that it is no eQTL";
            return Err(self.differs(snp, gene, what, &refit, scanned * scanned));
        }
        self.result.n_others += 1;
        self.note(difference);
        Ok(())
    }

    fn note(&mut self, difference: f64) {
        self.result.largest_difference = self.result.largest_difference.max(difference);
    }

    fn refit(&self, snp: u32, gene: u32) -> Result<Refit, RunError> {
        let mut s = Vec::new();
        let row = snp as usize;
        let samples = &self.study.samples;
        self.study
            .genotypes
            .read_values(row..row + 1, &samples.genotypes, &mut s)?;
        let y = self
            .study
            .expression
            .read_row(gene as usize, &samples.expression)?;
        Ok(self.refitter.fit(&s, &y))
    }

    fn differs(&self, snp: u32, gene: u32, what: &str, refit: &Refit, scanned: f64) -> RunError {
        let mut id = String::new();
        // A store that cannot name the row leaves its number.
        let _ = self.study.genotypes.ids_of(&[snp], |_, name| id = name);
        RunError::Audit {
            snp: format!("'{id}' (row {})", snp + 1),
            gene: self.study.genes[gene as usize].id.clone(),
            what: what.into(),
            scanned,
            refitted: refit.gain,
        }
    }
}

/// Whether an eQTL has the beta of its refit, with the sign of its statistic; ANOVA has none.
fn has_beta_of(hit: &Hit, refit: &Refit) -> bool {
    if hit.statistic == 0.0 && refit.gain == 0.0 {
        // Both found nothing: what rounding leaves of beta, if anything, means nothing.
        return true;
    }
    refit.beta.is_none_or(|beta| {
        let allowed = 10.0 * refit.rounding * refit.beta_scale;
        (hit.beta - beta).abs() <= allowed && hit.beta * hit.statistic >= 0.0
    })
}

/// Whether the p-value of an eQTL is that of its statistic, with the degrees of freedom of the refit. Where little is
/// left unexplained, R² has lost the digits to tell.
fn has_p_of_its_statistic(hit: &Hit, scanned: f64, refit: &Refit, model: &Model) -> bool {
    const ALLOWED: f64 = 1e-6;
    let ln_p = match model.kind() {
        ModelKind::Anova { .. } if scanned > 1.0 - ALLOWED => return true,
        ModelKind::Anova { .. } => ln_p_of_r_squared(scanned, refit.degrees),
        _ => ln_two_sided_t(hit.statistic, refit.degrees.residual),
    };
    hit.ln_p == ln_p || (hit.ln_p - ln_p).abs() <= ALLOWED * (1.0 + ln_p.abs())
}

/// The explained part of the residual sum of squares that a t or F statistic stands for.
fn gain_of(statistic: f64, refit: &Refit, model: &Model) -> f64 {
    let degrees = refit.degrees;
    let ratio = match model.kind() {
        ModelKind::Anova { .. } => statistic * f64::from(degrees.numerator) / degrees.residual,
        _ => statistic * statistic / degrees.residual,
    };
    if ratio.is_infinite() {
        1.0
    } else {
        ratio / (1.0 + ratio)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Design;
    use crate::stats::Degrees;

    const N: usize = 12;

    /// A model, a refit of r² 0.25, and the eQTL that agrees with it.
    fn agreeing(kind: ModelKind) -> (Model, Refit, Hit) {
        let x = vec![0.5; if kind == ModelKind::LinearCross { N } else { 0 }];
        let model = Model::new(Design::new(N, &[], None).unwrap(), kind, x).unwrap();
        let is_anova = matches!(kind, ModelKind::Anova { .. });
        let degrees = model.degrees()[0];
        let strength = if kind == ModelKind::Linear { 0.5 } else { 0.25 };
        let f = 0.25 / 0.75 * degrees.residual / f64::from(degrees.numerator);
        let refit = Refit {
            gain: 0.25,
            beta: (!is_anova).then_some(-2.0),
            degrees,
            rounding: 1e-10,
            beta_scale: 1.0,
        };
        let hit = Hit {
            snp: 0,
            gene: 0,
            beta: if is_anova { f64::NAN } else { -2.0 },
            statistic: if is_anova { f } else { -f.sqrt() },
            ln_p: model.ln_p(strength, 0),
        };
        (model, refit, hit)
    }

    fn agrees(model: &Model, refit: &Refit, hit: &Hit) -> bool {
        let scanned = gain_of(hit.statistic, refit, model);
        has_beta_of(hit, refit) && has_p_of_its_statistic(hit, scanned, refit, model)
    }

    fn kinds() -> [ModelKind; 3] {
        let (groups, df) = (4, crate::model::AnovaDf::Declared);
        let anova = ModelKind::Anova { groups, df };
        [ModelKind::Linear, ModelKind::LinearCross, anova]
    }

    #[test]
    fn an_eqtl_with_another_p_or_other_degrees_of_freedom_is_noticed() {
        for kind in kinds() {
            let (model, refit, hit) = agreeing(kind);
            assert!(agrees(&model, &refit, &hit), "{kind:?}");
            for ln_p in [hit.ln_p * 1.0001, f64::NAN, f64::NEG_INFINITY] {
                assert!(!agrees(&model, &refit, &Hit { ln_p, ..hit }), "{kind:?}");
            }
            let degrees = Degrees {
                residual: refit.degrees.residual + 1.0,
                ..refit.degrees
            };
            assert!(
                !agrees(&model, &Refit { degrees, ..refit }, &hit),
                "{kind:?}"
            );
        }
    }

    #[test]
    fn an_eqtl_with_another_beta_or_sign_is_noticed() {
        for kind in &kinds()[..2] {
            let (model, refit, hit) = agreeing(*kind);
            for beta in [2.0, -2.0001, f64::NAN] {
                assert!(!agrees(&model, &refit, &Hit { beta, ..hit }), "{kind:?}");
            }
            let statistic = -hit.statistic;
            assert!(
                !agrees(&model, &refit, &Hit { statistic, ..hit }),
                "{kind:?}"
            );
        }
    }
}
