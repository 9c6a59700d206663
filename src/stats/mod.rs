//! Scalar statistics: tails of the t distribution, the thresholds they give, and the false discovery rate.
//!
//! Everything here is a function of a few numbers; nothing knows of matrices, genes or files.

mod fdr;
mod tail;
mod threshold;

pub use fdr::false_discovery_rates;
pub use tail::{P_VALUE_FLOOR, ln_two_sided_t, neg_log10_p, p_value};
pub use threshold::{correlation_threshold, t_from_correlation};
