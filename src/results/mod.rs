//! From hits to tables: their order, their false discovery rates, the text that is written.

mod buckets;
mod catalogue;
mod full;
mod gwas_ssf;
mod histogram;
mod min_p;
mod pairs;
mod ranked;
mod table;

pub use full::{Facts, FullColumns, FullTable, GeneFacts, SnpFacts};
pub use gwas_ssf::{GwasSsf, METADATA_ENDING, SsfRows, SsfStudy, utc_date};
pub use histogram::write_histogram;
pub use min_p::MinPTable;
pub use pairs::PairTable;
pub use ranked::{HitSource, RankedHit, Ranking, RankingError, RowOrder, TakeHits};
pub use table::{EqtlTable, Names};
