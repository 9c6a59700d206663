//! From hits to tables: their order, their false discovery rates, the text that is written.

mod table;

pub use table::{Names, write_matrix_eqtl};
