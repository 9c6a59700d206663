//! A least squares that knows nothing of projections: the whole design in one Householder QR, after a Cholesky factor of
//! the error covariance has whitened it. It answers for one pair of raw rows at a time.

use super::tails::{f_upper, t_two_sided};

/// A row of a table; `None` is missing.
pub type Row = Vec<Option<f64>>;

/// What remains of a column that lies in the span of others, relative to its length.
const DEPENDENT: f64 = 1.0 / (1 << 26) as f64;

/// The model that is fitted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Model {
    /// Expression on dosage.
    Linear,
    /// Expression on dosage and its product with this covariate, which is tested.
    LinearCross { interaction: usize },
    /// Expression on so many genotype classes; `observed` counts the degrees of freedom that the SNP has.
    Anova { groups: usize, observed: bool },
}

/// What the fit of a pair says.
#[derive(Clone, Copy, Debug)]
pub struct Answer {
    /// The coefficient that is tested; an analysis of variance has none.
    pub beta: Option<f64>,
    /// t or F.
    pub statistic: f64,
    /// Degrees of freedom of the numerator and the denominator.
    pub df: (f64, f64),
    /// The p-value.
    pub p: f64,
}

/// A study's samples, ready for any pair.
pub struct LeastSquares {
    model: Model,
    covariates: Vec<Vec<f64>>,
    /// The lower triangle of the error covariance's Cholesky factor.
    factor: Option<Vec<Vec<f64>>>,
    n: usize,
}

impl LeastSquares {
    /// For `n` samples; `covariance` is `[n x n]`.
    pub fn new(
        model: Model,
        n: usize,
        covariates: &[Row],
        covariance: Option<&[Vec<f64>]>,
    ) -> Self {
        Self {
            model,
            covariates: covariates.iter().map(filled).collect(),
            factor: covariance.map(cholesky),
            n,
        }
    }

    /// Degrees of freedom as Matrix eQTL counts them, whatever the SNP.
    pub fn df(&self) -> f64 {
        let tested = match self.model {
            Model::Linear => 2,
            Model::LinearCross { .. } => 3,
            Model::Anova { groups, .. } => groups,
        };
        self.n as f64 - (self.covariates.len() + tested) as f64
    }

    /// Fits one pair.
    pub fn fit(&self, snp: &Row, gene: &Row) -> Answer {
        let mut base = vec![vec![1.0; self.n]];
        base.extend(self.covariates.iter().cloned());
        let tested = match self.model {
            Model::Linear => vec![filled(snp)],
            Model::LinearCross { interaction } => {
                let snp = filled(snp);
                let with = snp.iter().zip(&self.covariates[interaction]);
                let product = with.map(|(s, x)| s * x).collect();
                base.push(snp);
                vec![product]
            }
            Model::Anova { .. } => indicators(snp),
        };
        let whiten = |columns: Vec<Vec<f64>>| -> Vec<Vec<f64>> {
            columns.into_iter().map(|c| self.whitened(c)).collect()
        };
        let fit = Fit::new(&whiten(base), &whiten(tested), self.whitened(filled(gene)));
        self.answer(&fit)
    }

    fn answer(&self, fit: &Fit) -> Answer {
        let df = match self.model {
            Model::Linear | Model::LinearCross { .. } => (1.0, self.df()),
            Model::Anova { observed: true, .. } => (
                fit.rank_added as f64,
                (self.n - fit.rank_base - fit.rank_added) as f64,
            ),
            Model::Anova { groups, .. } => ((groups - 1) as f64, self.df()),
        };
        let is_anova = matches!(self.model, Model::Anova { .. });
        let nothing = Answer {
            beta: (!is_anova).then_some(0.0),
            statistic: 0.0,
            df,
            p: 1.0,
        };
        if fit.rank_added == 0 || fit.explained + fit.residual == 0.0 {
            return nothing;
        }
        let f = fit.explained / df.0 / (fit.residual / df.1);
        if is_anova {
            return Answer {
                statistic: f,
                p: f_upper(f, df.0, df.1),
                ..nothing
            };
        }
        let t = f.sqrt().copysign(fit.last);
        Answer {
            beta: Some(fit.last),
            statistic: t,
            df,
            p: t_two_sided(t, df.1),
        }
    }

    /// The column as it is where errors are independent and of one size.
    fn whitened(&self, mut column: Vec<f64>) -> Vec<f64> {
        for (i, row) in self.factor.iter().flatten().enumerate() {
            let known: f64 = row[..i].iter().zip(&column).map(|(l, x)| l * x).sum();
            column[i] = (column[i] - known) / row[i];
        }
        column
    }
}

/// What tested columns add to a fit.
struct Fit {
    rank_base: usize,
    rank_added: usize,
    /// Sum of squares that the tested columns explain beyond the others.
    explained: f64,
    /// Sum of squares that is left.
    residual: f64,
    /// The coefficient of the last column.
    last: f64,
}

impl Fit {
    fn new(base: &[Vec<f64>], tested: &[Vec<f64>], mut y: Vec<f64>) -> Self {
        let squares = |values: &[f64]| values.iter().map(|x| x * x).sum::<f64>();
        let whole = squares(&y);
        let mut a: Vec<Vec<f64>> = base.iter().chain(tested).cloned().collect();
        let sizes: Vec<f64> = a.iter().map(|column| squares(column).sqrt()).collect();
        let (mut rank, mut rank_base, mut last) = (0, 0, None);
        for j in 0..a.len() {
            let norm = squares(&a[j][rank..]).sqrt();
            if norm <= DEPENDENT * sizes[j] {
                last = None;
                continue;
            }
            let mut v = a[j][rank..].to_vec();
            v[0] += norm.copysign(v[0]);
            let vv = squares(&v);
            for column in a[j..].iter_mut().chain([&mut y]) {
                let dot: f64 = column[rank..].iter().zip(&v).map(|(x, v)| x * v).sum();
                let below = column[rank..].iter_mut().zip(&v);
                below.for_each(|(x, v)| *x -= 2.0 * dot / vv * v);
            }
            last = Some((j, rank));
            rank += 1;
            rank_base += usize::from(j < base.len());
        }
        let nothing_left = squares(&y[rank_base..]).sqrt() <= DEPENDENT * whole.sqrt();
        let part = |range: &[f64]| if nothing_left { 0.0 } else { squares(range) };
        Self {
            rank_base,
            rank_added: rank - rank_base,
            explained: part(&y[rank_base..rank]),
            residual: part(&y[rank..]),
            // The last row of the triangular system holds the last coefficient alone.
            last: last.map_or(0.0, |(j, row)| y[row] / a[j][row]),
        }
    }
}

/// The classes of a SNP, the modal one first: that with the most carriers, and among equals the one that gets to their
/// number first.
fn classes(snp: &Row) -> Vec<f64> {
    let mut codes: Vec<f64> = snp.iter().flatten().copied().collect();
    codes.sort_by(f64::total_cmp);
    let mut classes: Vec<(f64, usize)> = codes
        .chunk_by(|a, b| a == b)
        .map(|run| (run[0], run.len()))
        .collect();
    let last = |class: f64| snp.iter().rposition(|code| *code == Some(class));
    classes.sort_by_key(|&(class, carriers)| (std::cmp::Reverse(carriers), last(class)));
    classes.into_iter().map(|(class, _)| class).collect()
}

/// One column a class of the SNP but for the modal one, which missing genotypes count as.
fn indicators(snp: &Row) -> Vec<Vec<f64>> {
    let mut classes = classes(snp).into_iter();
    let Some(mode) = classes.next() else {
        return Vec::new();
    };
    let indicator = |class: f64| {
        let codes = snp.iter().map(|code| code.unwrap_or(mode));
        codes.map(|code| f64::from(code == class)).collect()
    };
    classes.map(indicator).collect()
}

fn filled(row: &Row) -> Vec<f64> {
    let present: Vec<f64> = row.iter().flatten().copied().collect();
    let mean = present.iter().sum::<f64>() / present.len().max(1) as f64;
    row.iter().map(|value| value.unwrap_or(mean)).collect()
}

/// The lower triangle L with L L' = K.
fn cholesky(k: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let mut rows: Vec<Vec<f64>> = Vec::new();
    for (i, wanted) in k.iter().enumerate() {
        let mut row: Vec<f64> = Vec::new();
        for (j, above) in rows.iter().enumerate() {
            let known: f64 = row.iter().zip(above).map(|(x, y)| x * y).sum();
            row.push((wanted[j] - known) / above[j]);
        }
        let left = wanted[i] - row.iter().map(|x| x * x).sum::<f64>();
        assert!(left > 0.0, "the covariance is positive definite");
        row.push(left.sqrt());
        rows.push(row);
    }
    rows
}
