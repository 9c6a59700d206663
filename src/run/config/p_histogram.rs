//! Which histogram of p-values is made: none, equal bins, bins with given edges, or the bins of a QQ plot.

use std::fmt;
use std::str::FromStr;

use crate::stats::HistogramBins;
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// More bins than a plot can show, as a bound against mistakes.
const MAX_BINS: u32 = 65_000;

const WANTED: &str =
    "a number of bins, edges such as 0.01,0.05,1, 'qqplot' (fine bins for a QQ plot) or false";

/// The histogram of the p-values of all tests. In options and `run.json` it is `false`, a number of bins, a list of
/// edges, or `"qqplot"`.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum PHistogram {
    /// None.
    #[default]
    Off,
    /// So many bins of equal width, 1 to 65,000.
    Bins(u32),
    /// Bins between these edges: at least two, from 0 to 1, ascending.
    Edges(Vec<f64>),
    /// Bins of equal width in log p, fine enough for a QQ plot.
    QqPlot,
}

impl PHistogram {
    /// Bins of equal width.
    ///
    /// # Errors
    /// A number that is not whole, or not from 1 to 65,000.
    pub fn bins(count: f64) -> Result<Self, String> {
        let is_count = count.fract() == 0.0 && (1.0..=f64::from(MAX_BINS)).contains(&count);
        if is_count {
            return Ok(Self::Bins(count as u32));
        }
        Err(format!(
            "{count} is no number of bins; a whole number from 1 to {MAX_BINS}, or at least two edges, is wanted"
        ))
    }

    /// Bins between edges, given in any order.
    ///
    /// # Errors
    /// Fewer than two edges, one that is not from 0 to 1, or one that is there twice.
    pub fn edges(mut edges: Vec<f64>) -> Result<Self, String> {
        if edges.len() < 2 || edges.len() > MAX_BINS as usize + 1 {
            return Err(format!(
                "a histogram with {} edges cannot be made; 2 to {} edges, or a number of bins, are wanted",
                edges.len(),
                MAX_BINS + 1
            ));
        }
        if let Some(edge) = edges.iter().find(|edge| !(0.0..=1.0).contains(*edge)) {
            return Err(format!(
                "the edge {edge} is no p-value; edges from 0 to 1 are wanted"
            ));
        }
        edges.sort_by(f64::total_cmp);
        if let Some(pair) = edges.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(format!(
                "the edge {} is there twice; distinct edges are wanted",
                pair[0]
            ));
        }
        Ok(Self::Edges(edges))
    }

    /// The edges of the bins, ascending; none where there is no histogram.
    pub fn p_edges(&self) -> Vec<f64> {
        match self {
            Self::Off => Vec::new(),
            Self::Bins(k) => HistogramBins::Equal(*k).edges(),
            Self::Edges(edges) => edges.clone(),
            Self::QqPlot => HistogramBins::QqPlot.edges(),
        }
    }

    fn of_bool(given: bool) -> Result<Self, String> {
        match given {
            false => Ok(Self::Off),
            true => Err(format!("'true' says not which histogram; give {WANTED}")),
        }
    }

    fn of_word(word: &str) -> Result<Self, String> {
        match word {
            "qqplot" => Ok(Self::QqPlot),
            other => Err(format!("'{other}' is no histogram; give {WANTED}")),
        }
    }
}

impl FromStr for PHistogram {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.contains(',') {
            let edge = |part: &str| {
                let edge = part.trim().parse::<f64>();
                edge.map_err(|_| format!("'{part}' in '{text}' is no edge; give {WANTED}"))
            };
            return Self::edges(text.split(',').map(edge).collect::<Result<_, _>>()?);
        }
        if let Ok(given) = text.parse() {
            return Self::of_bool(given);
        }
        match text.parse() {
            Ok(count) => Self::bins(count),
            Err(_) => Self::of_word(text),
        }
    }
}

impl Serialize for PHistogram {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Off => to.serialize_bool(false),
            Self::Bins(count) => to.serialize_u32(*count),
            Self::Edges(edges) => edges.serialize(to),
            Self::QqPlot => to.serialize_str("qqplot"),
        }
    }
}

impl<'de> Deserialize<'de> for PHistogram {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(OfFile)
    }
}

/// Reads what a configuration file gives.
struct OfFile;

impl<'de> Visitor<'de> for OfFile {
    type Value = PHistogram;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(WANTED)
    }

    fn visit_bool<E: Error>(self, given: bool) -> Result<PHistogram, E> {
        PHistogram::of_bool(given).map_err(E::custom)
    }

    fn visit_i64<E: Error>(self, count: i64) -> Result<PHistogram, E> {
        PHistogram::bins(count as f64).map_err(E::custom)
    }

    fn visit_u64<E: Error>(self, count: u64) -> Result<PHistogram, E> {
        PHistogram::bins(count as f64).map_err(E::custom)
    }

    fn visit_f64<E: Error>(self, count: f64) -> Result<PHistogram, E> {
        PHistogram::bins(count).map_err(E::custom)
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<PHistogram, E> {
        PHistogram::of_word(word).map_err(E::custom)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<PHistogram, A::Error> {
        let mut edges = Vec::new();
        while let Some(edge) = list.next_element::<f64>()? {
            edges.push(edge);
        }
        PHistogram::edges(edges).map_err(A::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, from_value, json, to_value};

    fn of_file(value: Value) -> Result<PHistogram, String> {
        from_value(value).map_err(|error| error.to_string())
    }

    #[test]
    fn every_form_is_read_alike_from_flag_and_file() {
        for (flag, file, wanted) in [
            ("false", json!(false), PHistogram::Off),
            ("100", json!(100), PHistogram::Bins(100)),
            ("1e2", json!(1e2), PHistogram::Bins(100)),
            ("65000", json!(65_000), PHistogram::Bins(65_000)),
            ("qqplot", json!("qqplot"), PHistogram::QqPlot),
            (
                "1,0.01, 0.05",
                json!([1, 0.01, 0.05]),
                PHistogram::Edges(vec![0.01, 0.05, 1.0]),
            ),
        ] {
            assert_eq!(flag.parse(), Ok(wanted.clone()));
            assert_eq!(of_file(file), Ok(wanted.clone()));
            assert_eq!(of_file(to_value(&wanted).unwrap()), Ok(wanted));
        }
    }

    #[test]
    fn what_is_no_histogram_is_refused_alike() {
        for (flag, file, wanted) in [
            ("true", json!(true), "give a number of bins"),
            ("0", json!(0), "0 is no number of bins"),
            ("-3", json!(-3), "-3 is no number of bins"),
            ("65001", json!(65_001), "from 1 to 65000"),
            ("0.05", json!(0.05), "at least two edges"),
            ("nan", json!("qq"), "is no"),
            ("0.1,1.5", json!([0.1, 1.5]), "the edge 1.5 is no p-value"),
            ("0.1,nan", json!([-0.1, 1]), "is no p-value"),
            ("0.1,1,0.1", json!([0.1, 1, 0.1]), "0.1 is there twice"),
            ("qqplots", json!("qqplots"), "'qqplots' is no histogram"),
        ] {
            for error in [flag.parse::<PHistogram>(), of_file(file)] {
                let error = error.unwrap_err();
                assert!(error.contains(wanted), "{flag}: {error}");
            }
        }
        assert!(of_file(json!([0.1])).unwrap_err().contains("1 edges"));
        assert!(of_file(json!([])).unwrap_err().contains("0 edges"));
        let error = "0.1,,1".parse::<PHistogram>().unwrap_err();
        assert!(error.contains("'' in '0.1,,1' is no edge"), "{error}");
        assert!("".parse::<PHistogram>().is_err());
    }

    proptest! {
        #[test]
        fn edges_ascend_and_come_back(mut edges in prop::collection::hash_set(0u32..1_000_000, 2..30)) {
            let given: Vec<f64> = edges.drain().map(|edge| f64::from(edge) / 999_999.0).collect();
            let text: Vec<String> = given.iter().map(f64::to_string).collect();
            let histogram = PHistogram::edges(given).unwrap();
            let PHistogram::Edges(sorted) = &histogram else {
                panic!("edges make edges");
            };
            prop_assert!(sorted.windows(2).all(|pair| pair[0] < pair[1]));
            prop_assert_eq!(&text.join(",").parse::<PHistogram>().unwrap(), &histogram);
            prop_assert_eq!(of_file(to_value(&histogram).unwrap()).unwrap(), histogram);
        }
    }
}
