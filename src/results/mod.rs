//! From hits to tables: their order, their false discovery rates, the text that is written.

mod full;
mod histogram;
mod min_p;
mod pairs;
mod ranked;
mod table;

pub use full::{Facts, FullTable, GeneFacts, SnpFacts};
pub use histogram::write_histogram;
pub use min_p::MinPTable;
pub use pairs::PairTable;
pub use ranked::{HitSource, RankedHit, Ranking, RankingError, TakeHits};
pub use table::{EqtlTable, Names};
