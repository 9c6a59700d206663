//! Scalar statistics: tails of t and F, the thresholds they give, the bins of a p-value histogram, and the false
//! discovery rate.
//!
//! Everything here is a function of a few numbers; nothing knows of matrices, genes or files.

mod beta;
mod fdr;
mod histogram;
mod inflation;
mod tail;
mod threshold;
mod variance_ratio;

pub use fdr::{false_discovery_rate, false_discovery_rates};
pub use histogram::{HistogramBins, HistogramError};
pub use inflation::genomic_inflation;
pub use tail::{P_VALUE_FLOOR, ln_two_sided_t, neg_log10_p, p_value};
pub use threshold::{correlation_threshold, r_squared_threshold, t_from_correlation};
pub use variance_ratio::{Degrees, f_from_r_squared, ln_p_of_r_squared};
