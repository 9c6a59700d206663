//! Who and where: indices of SNPs and genes, positions, genome order and cis windows.
//!
//! Pure integers and names. Knows nothing of genotypes, expression values, files or ranks.

mod chromosome;
mod index;
mod place;
mod region;
mod synonym;
mod window;

pub use chromosome::{bare as bare_chromosome, chromosome_cmp};
pub use index::{GeneIx, SnpIx};
pub use place::{Site, Span};
pub use region::{BadRegion, Region, Regions};
pub use synonym::{OneChromosome, PLINK_NUMBERS, are_synonyms, rename, synonyms};
pub use window::{CisWindow, cis_windows};
