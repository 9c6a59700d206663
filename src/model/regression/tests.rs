//! Every model against least squares on the raw columns.

use super::*;
use crate::linalg::sum_of_squares;
use crate::model::Covariate;
use proptest::prelude::*;

const N: usize = 30;

/// Least squares of `y` on columns by modified Gram-Schmidt, twice: the residual sum of squares, the rank, and
/// the last coefficient.
fn least_squares(columns: &[Vec<f64>], y: &[f64]) -> (f64, usize, f64) {
    let mut units: Vec<Vec<f64>> = Vec::new();
    let mut rest = y.to_vec();
    let mut last = 0.0;
    for column in columns {
        let mut unit = column.clone();
        for _ in 0..2 {
            for other in &units {
                let along = dot(&unit, other);
                unit.iter_mut()
                    .zip(other)
                    .for_each(|(x, o)| *x -= along * o);
            }
        }
        let norm = sum_of_squares(&unit).sqrt();
        if norm <= 1e-9 * sum_of_squares(column).sqrt() {
            continue;
        }
        unit.iter_mut().for_each(|x| *x /= norm);
        let along = dot(&rest, &unit);
        last = along / norm;
        rest.iter_mut()
            .zip(&unit)
            .for_each(|(r, u)| *r -= along * u);
        units.push(unit);
    }
    (sum_of_squares(&rest), units.len(), last)
}

fn covariates() -> Vec<Covariate> {
    let wave = |f: f64| -> Vec<f64> { (0..N).map(|k| (f * k as f64).sin() * 3.0 + f).collect() };
    let covariate = |name: &str, values| Covariate {
        name: name.into(),
        values,
    };
    vec![covariate("age", wave(0.7)), covariate("pc", wave(1.9))]
}

fn model(kind: ModelKind) -> Model {
    let covariates = covariates();
    let x = match kind {
        ModelKind::LinearCross => covariates[1].centered(),
        _ => Vec::new(),
    };
    Model::new(Design::new(N, &covariates, None).unwrap(), kind, x).unwrap()
}

fn prepared(model: &Model, rows: Vec<f64>) -> Snps {
    let mut snps = Snps {
        units: rows,
        ..Snps::default()
    };
    model.prepare_snps(&mut snps).unwrap();
    snps
}

fn anova(groups: usize, df: AnovaDf) -> ModelKind {
    ModelKind::Anova { groups, df }
}

proptest! {
    #[test]
    fn every_model_agrees_with_least_squares_on_the_raw_columns(
        codes in prop::collection::vec(0u8..4, N),
        noise in prop::collection::vec(-1.0f64..1.0, N),
        classes in 1u8..4,
    ) {
        let s: Vec<f64> = codes.iter().map(|c| f64::from(c % classes)).collect();
        let y: Vec<f64> = (0..N).map(|i| 5.0 + 0.4 * s[i] + noise[i]).collect();
        let covariates = covariates();
        let null: Vec<Vec<f64>> = std::iter::once(vec![1.0; N])
            .chain(covariates.iter().map(|c| c.values.clone()))
            .collect();
        let product: Vec<f64> = s.iter().zip(&covariates[1].values).map(|(s, x)| s * x).collect();
        let indicator = |class: u8| s.iter().map(|c| f64::from(u8::from(*c == f64::from(class)))).collect();
        for kind in [
            ModelKind::Linear,
            ModelKind::LinearCross,
            anova(3, AnovaDf::Declared),
            anova(3, AnovaDf::Observed),
            anova(5, AnovaDf::Declared),
            anova(5, AnovaDf::Observed),
        ] {
            let model = model(kind);
            let snps = prepared(&model, s.clone());
            let mut gene = y.clone();
            let norm = model.prepare_genes(&mut gene)[0];
            let dots = model.products(snps.units.chunks_exact(N), &gene);
            prop_assert_eq!(snps.units.len(), model.n_units() * N);
            let class = snps.df_classes[0];
            let found = model.estimate(&dots, norm, snps.norms[0], class);
            let (before, tested): (Vec<Vec<f64>>, Vec<Vec<f64>>) = match kind {
                ModelKind::Linear => (null.clone(), vec![s.clone()]),
                ModelKind::LinearCross => {
                    (null.iter().cloned().chain([s.clone()]).collect(), vec![product.clone()])
                }
                _ => (null.clone(), (1..4).map(indicator).collect()),
            };
            let (rss0, rank0, _) = least_squares(&before, &y);
            let all: Vec<Vec<f64>> = before.into_iter().chain(tested).collect();
            let (rss1, rank1, last) = least_squares(&all, &y);
            let gain = (rss0 - rss1) / rss0;
            let strength = model.strength(&dots);
            let wanted = if kind == ModelKind::Linear { gain.sqrt() } else { gain };
            if rank1 == rank0 {
                prop_assert_eq!((strength, found.statistic, found.ln_p), (0.0, 0.0, 0.0));
                continue;
            }
            prop_assert!((strength - wanted).abs() < 1e-9, "{:?} {} {}", kind, strength, wanted);
            let declared = match kind {
                ModelKind::Anova { groups, df: AnovaDf::Declared } => groups - 1,
                _ => rank1 - rank0,
            };
            let degrees = model.degrees()[usize::from(class)];
            prop_assert_eq!(degrees.numerator as usize, declared);
            let added = if kind == ModelKind::LinearCross { 2 } else { declared };
            prop_assert_eq!(degrees.residual, (N - 3 - added) as f64);
            let f = gain / declared as f64 / ((1.0 - gain) / degrees.residual);
            let size = match kind {
                ModelKind::Anova { .. } => found.statistic,
                _ => found.statistic * found.statistic,
            };
            prop_assert!((size - f).abs() <= 1e-7 * f + 1e-9, "{:?} {} {}", kind, size, f);
            if !matches!(kind, ModelKind::Anova { .. }) {
                prop_assert!((found.beta - last).abs() <= 1e-8 * (1.0 + last.abs()));
            }
            let ln_p = model.ln_p(strength, usize::from(class));
            prop_assert!((ln_p - found.ln_p).abs() <= 1e-12 * ln_p.abs());
        }
    }

    #[test]
    fn an_interaction_keeps_its_digits_where_the_snp_is_most_of_the_gene(
        codes in prop::collection::vec(0u8..3, N),
        noise in prop::collection::vec(-1.0f64..1.0, N),
        size in prop::sample::select(vec![0.3, 1e-3, 1e-5, 1e-7]),
    ) {
        let s: Vec<f64> = codes.iter().map(|&c| f64::from(c)).collect();
        let y: Vec<f64> = (0..N).map(|i| s[i] + size * noise[i]).collect();
        let model = model(ModelKind::LinearCross);
        let snps = prepared(&model, s.clone());
        prop_assume!(snps.norms[0] > 0.1);
        let mut gene = y.clone();
        model.prepare_genes(&mut gene);
        let found = model.strength(&model.products(snps.units.chunks_exact(N), &gene));
        // The fit of the gene on the SNP is known: only the noise is left to be fitted.
        let covariates = covariates();
        let mut columns = vec![vec![1.0; N], s.clone()];
        columns.extend(covariates.iter().map(|c| c.values.clone()));
        let (rss0, _, _) = least_squares(&columns, &noise);
        columns.push(s.iter().zip(&covariates[1].values).map(|(s, x)| s * x).collect());
        let (rss1, _, _) = least_squares(&columns, &noise);
        let wanted = (rss0 - rss1) / rss0;
        prop_assert!((found - wanted).abs() < 1e-13 + 1e-14 / size, "{} {}", found, wanted);
    }

    #[test]
    fn unit_residuals_of_a_snp_are_orthonormal(codes in prop::collection::vec(0u8..5, 3 * N)) {
        for kind in [ModelKind::LinearCross, anova(5, AnovaDf::Declared)] {
            let model = model(kind);
            let rows = codes.iter().map(|&c| if c == 4 { f64::NAN } else { f64::from(c) }).collect();
            let snps = prepared(&model, rows);
            for snp in 0..3 {
                let unit = |i: usize| &snps.units[(i * 3 + snp) * N..][..N];
                for i in 0..model.n_units() {
                    for j in 0..=i {
                        let product = dot(unit(i), unit(j));
                        let is_zero = unit(i).iter().all(|x| *x == 0.0);
                        let wanted = f64::from(u8::from(i == j && !is_zero));
                        prop_assert!((product - wanted).abs() < 1e-13);
                    }
                }
            }
        }
    }
}

#[test]
fn the_size_of_an_interaction_covariate_does_not_matter() {
    let row: Vec<f64> = (0..N).map(|k| ((k * k) % 5) as f64).collect();
    let of_size = |scale: f64| {
        let mut covariates = covariates();
        covariates[1].values.iter_mut().for_each(|x| *x *= scale);
        let x = covariates[1].centered();
        let design = Design::new(N, &covariates, None).unwrap();
        let model = Model::new(design, ModelKind::LinearCross, x).unwrap();
        let snps = prepared(&model, row.clone());
        let mut gene: Vec<f64> = (0..N).map(|k| (1.3 * k as f64).sin()).collect();
        let norm = model.prepare_genes(&mut gene)[0];
        let products = model.products(snps.units.chunks_exact(N), &gene);
        model.estimate(&products, norm, snps.norms[0], 0)
    };
    let wanted = of_size(1.0);
    for scale in [1e-300, 1e-200, 1e150, 1e200, 1e300] {
        let found = of_size(scale);
        assert!(
            (found.statistic / wanted.statistic - 1.0).abs() < 1e-12,
            "{scale:e}"
        );
        assert!(
            (found.beta * scale / wanted.beta - 1.0).abs() < 1e-12,
            "{scale:e}"
        );
    }
}

#[test]
fn a_threshold_is_reached_by_its_p() {
    for kind in [
        ModelKind::Linear,
        ModelKind::LinearCross,
        anova(4, AnovaDf::Observed),
    ] {
        let model = model(kind);
        for p in [1e-8, 1e-3, 0.5] {
            for (class, strength) in model.strength_thresholds(p).into_iter().enumerate() {
                let back = model.ln_p(strength, class);
                assert!((back / p.ln() - 1.0).abs() < 1e-10, "{kind:?} {p}");
            }
        }
        assert!(model.strength_thresholds(1.0).iter().all(|&s| s == 0.0));
        assert!(
            model
                .strength_thresholds(0.0)
                .iter()
                .all(|s| s.is_infinite())
        );
    }
}

#[test]
fn what_anova_cannot_class_is_named() {
    let model = model(anova(3, AnovaDf::Declared));
    let problem = |change: &dyn Fn(&mut [f64])| {
        let mut rows: Vec<f64> = (0..2 * N).map(|k| (k % 3) as f64).collect();
        change(&mut rows[N..]);
        let mut snps = Snps {
            units: rows,
            ..Snps::default()
        };
        model.prepare_snps(&mut snps).unwrap_err()
    };
    let found = problem(&|row| row[4] = 0.98);
    assert_eq!(
        found,
        RowProblem::NotWhole {
            row: 1,
            column: 4,
            code: 0.98
        }
    );
    let found = problem(&|row| row[5] = 3.0);
    let wanted = RowProblem::TooManyClasses {
        row: 1,
        column: 5,
        code: 3.0,
        groups: 3,
    };
    assert_eq!(found, wanted);
}

#[test]
fn a_missing_genotype_is_in_the_most_frequent_class() {
    let model = model(anova(3, AnovaDf::Declared));
    let mut row: Vec<f64> = (0..N).map(|k| [0.0, 1.0, 1.0, 2.0, 1.0][k % 5]).collect();
    let mut filled = row.clone();
    (row[0], row[3], filled[0], filled[3]) = (f64::NAN, f64::NAN, 1.0, 1.0);
    let all_missing = prepared(&model, vec![f64::NAN; N]);
    assert_eq!(
        prepared(&model, row.clone()).units,
        prepared(&model, filled).units
    );
    assert_eq!(
        (all_missing.norms[0], model.n_classes(&row)),
        (0.0, Some(3))
    );
}

#[test]
fn too_few_samples_leave_no_degree_of_freedom() {
    for (n, kind, model) in [
        (2, ModelKind::Linear, "linear"),
        (3, ModelKind::LinearCross, "linear_cross"),
        (3, anova(3, AnovaDf::Observed), "anova with 3 classes"),
    ] {
        let design = Design::new(n, &[], None).unwrap();
        let error = Model::new(design, kind, Vec::new())
            .map(|_| ())
            .unwrap_err();
        let wanted = ModelError::TooFewSamples {
            n,
            covariates: 0,
            model: model.into(),
            df: 0,
        };
        assert_eq!(error, wanted);
    }
}
