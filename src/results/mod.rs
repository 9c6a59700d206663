//! From hits to tables: their order, their false discovery rates, the text that is written.

mod full;
mod histogram;
mod min_p;
mod table;

pub use full::{Facts, GeneFacts, SnpFacts, write_full};
pub use histogram::write_histogram;
pub use min_p::MinPTable;
pub use table::{Names, write_matrix_eqtl};
