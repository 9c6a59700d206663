//! The histogram of the p-values of all tests of a class, and what it says of them as a whole.

use std::path::Path;

use super::strengths::QqPoint;
use crate::formats::{FormatError, open};
use crate::stats::genomic_inflation;

/// The widest bin that tells where the median is, as a difference of p.
const WIDEST_OF_MEDIAN: f64 = 0.12;

/// A histogram of p-values. A p-value is in the bin above whose lower edge, and up to whose upper edge, it lies; the lowest edge
/// counts as 0.
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram {
    /// Edges `[n_bins + 1]`, ascending.
    pub edges: Vec<f64>,
    /// Counts `[n_bins]`.
    pub counts: Vec<u64>,
    /// All tests of the class, also those above the highest edge.
    pub n_tests: u64,
}

/// A bar of a density: from, to, and how many times as many p-values as chance alone would put there.
pub type Density = (f64, f64, f64);

impl Histogram {
    /// Reads the histogram of a class; `None` if there is none.
    ///
    /// # Errors
    /// If it is there and cannot be read.
    pub fn read(path: &Path, n_tests: u64) -> Result<Option<Self>, FormatError> {
        if !path.exists() {
            return Ok(None);
        }
        let mut reader = open(path)?;
        let (mut edges, mut counts) = (Vec::new(), Vec::new());
        reader.advance()?;
        while reader.advance()? {
            let line = reader.text(reader.line())?;
            let fields: Vec<&str> = line.split('\t').collect();
            let row = match fields[..] {
                [low, high, count] => low
                    .parse()
                    .ok()
                    .zip(high.parse().ok())
                    .zip(count.parse().ok()),
                _ => None,
            };
            let Some(((low, high), count)) = row else {
                return Err(reader.line_error(
                    "no bin stands here",
                    "wanted p_low, p_high and count; map again",
                ));
            };
            if edges.is_empty() {
                edges.push(low);
            }
            edges.push(high);
            counts.push(count);
        }
        Ok(Some(Self {
            edges,
            counts,
            n_tests,
        }))
    }

    /// The median of the p-values, in proportion within its bin; `None` where no bin tells.
    pub fn median(&self) -> Option<f64> {
        let half = 0.5 * self.n_tests as f64;
        let mut below = 0.0;
        for (edges, &count) in self.edges.windows(2).zip(&self.counts) {
            let count = count as f64;
            if below + count >= half && count > 0.0 {
                let (low, high) = (edges[0], edges[1]);
                let is_narrow = high - low <= WIDEST_OF_MEDIAN;
                return is_narrow.then(|| low + (high - low) * (half - below) / count);
            }
            below += count;
        }
        None
    }

    /// The genomic inflation factor: the median of the p-values as a chi-square of one degree of freedom, over the one
    /// that chance makes (Devlin and Roeder 1999). `None` where no bin tells the median.
    pub fn inflation(&self) -> Option<f64> {
        self.median()
            .map(genomic_inflation)
            .filter(|lambda| lambda.is_finite())
    }

    /// Points of a QQ plot at the edges whose -log10 is below `limit`: so many p-values are at most the edge.
    pub fn qq(&self, limit: f64) -> Vec<QqPoint> {
        let mut points = Vec::new();
        let mut n = 0;
        for (&edge, &count) in self.edges[1.min(self.edges.len())..]
            .iter()
            .zip(&self.counts)
        {
            n += count;
            let observed = 0.0 - edge.log10();
            if n > 0 && observed < limit {
                points.push((-(n as f64 / self.n_tests as f64).log10(), observed));
            }
        }
        points
    }

    /// How many times as many p-values as by chance are in each bin, narrow bins joined until they are `narrowest` wide.
    pub fn densities(&self, narrowest: f64) -> Vec<Density> {
        let mut bars = Vec::new();
        let Some((&lowest, highest)) = self.edges.split_first() else {
            return bars;
        };
        let (mut from, mut count, last) = (lowest, 0, highest.last().copied().unwrap_or(lowest));
        for (&edge, &in_bin) in highest.iter().zip(&self.counts) {
            count += in_bin;
            if edge - from >= narrowest * (1.0 - 1e-9) || edge == last {
                let by_chance = (edge - from) * self.n_tests as f64;
                bars.push((
                    from,
                    edge,
                    if by_chance > 0.0 {
                        count as f64 / by_chance
                    } else {
                        0.0
                    },
                ));
                (from, count) = (edge, 0);
            }
        }
        bars
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::HistogramBins;
    use std::fs;

    /// The histogram of so many p-values spread evenly, raised to a power.
    fn of_even(edges: Vec<f64>, n: u32, power: f64) -> Histogram {
        let mut counts = vec![0; edges.len() - 1];
        for i in 0..n {
            let p = ((f64::from(i) + 0.5) / f64::from(n)).powf(power);
            let bin = edges.partition_point(|&edge| edge < p).max(1) - 1;
            counts[bin] += 1;
        }
        Histogram {
            edges,
            counts,
            n_tests: u64::from(n),
        }
    }

    #[test]
    fn even_p_values_are_not_inflated() {
        for bins in [
            HistogramBins::Equal(100),
            HistogramBins::Equal(9),
            HistogramBins::QqPlot,
        ] {
            let histogram = of_even(bins.edges(), 100_000, 1.0);
            let lambda = histogram.inflation().unwrap();
            assert!((lambda - 1.0).abs() < 1e-3, "{lambda}");
            let points = histogram.qq(4.0);
            assert!(
                points
                    .iter()
                    .all(|(expected, observed)| (expected - observed).abs() < 0.05),
                "{points:?}"
            );
            assert!(
                histogram
                    .densities(0.05)
                    .iter()
                    .all(|bar| (bar.2 - 1.0).abs() < 0.01)
            );
        }
    }

    #[test]
    fn smaller_p_values_are_inflated() {
        // The median of the squares of even p-values is 1/4: a chi-square of 1.3233 over 0.4549.
        let histogram = of_even(HistogramBins::Equal(100).edges(), 100_000, 2.0);
        assert!((histogram.median().unwrap() - 0.25).abs() < 1e-3);
        assert!((histogram.inflation().unwrap() - 1.3233 / 0.4549).abs() < 1e-2);
    }

    #[test]
    fn wide_bins_do_not_tell_the_median() {
        assert_eq!(
            of_even(vec![0.0, 0.01, 0.05, 1.0], 1000, 1.0).inflation(),
            None
        );
        // Most p-values are above the highest edge.
        let cut = Histogram {
            edges: vec![0.0, 0.05],
            counts: vec![5],
            n_tests: 100,
        };
        assert_eq!(cut.inflation(), None);
        assert_eq!(cut.densities(0.01), [(0.0, 0.05, 1.0)]);
    }

    #[test]
    fn a_table_is_read_and_a_missing_one_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("histogram_cis.tsv");
        assert_eq!(Histogram::read(&path, 3).unwrap(), None);
        fs::write(&path, "p_low\tp_high\tcount\n0\t0.5\t2\n0.5\t1\t1\n").unwrap();
        let found = Histogram::read(&path, 3).unwrap().unwrap();
        assert_eq!(
            (found.edges, found.counts),
            (vec![0.0, 0.5, 1.0], vec![2, 1])
        );
        fs::write(&path, "p_low\tp_high\tcount\n0\t0.5\tx\n").unwrap();
        let message = Histogram::read(&path, 3).unwrap_err().to_string();
        assert!(message.contains("line 2: no bin"), "{message}");
    }
}
