//! The p-values of a table in bounded memory: the smallest one by one, the others in bins of a hundredth of -log10 p.

/// Bins a unit of -log10 p.
const PER_UNIT: f64 = 100.0;

/// -log10 p from here on is in the last bin.
const LAST: usize = 1_000_000;

/// So many of the smallest are kept one by one.
const KEPT: usize = 400;

/// A point of a QQ plot: -log10 p expected and observed.
pub type QqPoint = (f64, f64);

/// The p-values of a table, as -log10 p.
#[derive(Clone, Debug, Default)]
pub struct Strengths {
    /// The largest, descending.
    largest: Vec<f64>,
    /// Counts by bin, the last of which is not empty.
    bins: Vec<u64>,
    n: u64,
}

impl Strengths {
    /// Takes in a p-value.
    pub fn add(&mut self, neg_log10_p: f64) {
        let bin = ((neg_log10_p * PER_UNIT) as usize).min(LAST);
        if bin >= self.bins.len() {
            self.bins.resize(bin + 1, 0);
        }
        self.bins[bin] += 1;
        self.n += 1;
        let smallest_kept = self.largest.last().copied().unwrap_or(f64::NEG_INFINITY);
        if self.largest.len() < KEPT || neg_log10_p > smallest_kept {
            let at = self.largest.partition_point(|&kept| kept >= neg_log10_p);
            self.largest.insert(at, neg_log10_p);
            self.largest.truncate(KEPT);
        }
    }

    /// The points of a QQ plot for the strongest of `n_tests`, from the strongest on. The i-th smallest p-value of N tests
    /// is expected at (i - 1/2) / N; of a bin the last one stands for all.
    pub fn qq(&self, n_tests: u64) -> Vec<QqPoint> {
        let expected = |place: f64| -(place / n_tests as f64).log10();
        let each = (0..).zip(&self.largest);
        let mut points: Vec<QqPoint> = each
            .map(|(i, &observed)| (expected(f64::from(i) + 0.5), observed))
            .collect();
        let mut n = 0;
        for (bin, &count) in self
            .bins
            .iter()
            .enumerate()
            .rev()
            .filter(|(_, count)| **count > 0)
        {
            n += count;
            if n as usize > self.largest.len() {
                points.push((expected(n as f64 - 0.5), bin as f64 / PER_UNIT));
            }
        }
        points
    }

    /// Edges and counts of a histogram of the p-values, for a table that has those of all tests.
    pub fn histogram(&self) -> (Vec<f64>, Vec<u64>) {
        let edges = (0..=self.bins.len()).rev();
        let edges = edges.map(|bin| 10f64.powf(-(bin as f64) / PER_UNIT));
        (edges.collect(), self.bins.iter().rev().copied().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_on_the_plot_are_those_of_sorted_p_values() {
        // A thousand p-values as expected of a thousand tests: all points on the diagonal.
        let mut strengths = Strengths::default();
        let n = 1000u32;
        // In no order.
        for i in (0..n).map(|i| i * 377 % n) {
            strengths.add(-((f64::from(i) + 0.5) / f64::from(n)).log10());
        }
        let points = strengths.qq(u64::from(n));
        assert!(points.len() > KEPT);
        assert!((points[0].0 - 2000f64.log10()).abs() < 1e-12);
        for (i, (expected, observed)) in points.into_iter().enumerate() {
            let within = if i < KEPT { 1e-9 } else { 0.011 };
            assert!(
                (expected - observed).abs() < within,
                "{i}: {expected} {observed}"
            );
        }
    }

    #[test]
    fn all_p_values_make_a_histogram() {
        let mut strengths = Strengths::default();
        [0.0, 0.004, 0.305, 5000.0, 1e9]
            .iter()
            .for_each(|&x| strengths.add(x));
        let (edges, counts) = strengths.histogram();
        assert_eq!(edges.len(), counts.len() + 1);
        assert_eq!(counts.iter().sum::<u64>(), 5);
        assert_eq!((counts[counts.len() - 1], edges[edges.len() - 1]), (2, 1.0));
        assert!(edges.windows(2).all(|pair| pair[0] <= pair[1]));
    }
}
