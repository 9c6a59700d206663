//! mpiqtl: eQTL mapping for clusters.
//!
//! An eQTL is a SNP whose genotype goes with the expression of a gene. mpiqtl tests every SNP against every gene (or only
//! the pairs that lie near each other) by the regression of Matrix eQTL, spread over MPI ranks, with genotypes
//! memory-mapped from HDF5, and writes the pairs below a p-value threshold with their false discovery rates, cis and
//! trans apart.
//!
//! # The one idea
//!
//! With s~ and g~ the residuals of a SNP and a gene after the intercept and the covariates are projected out of both, and
//! s* and g* the same scaled to norm 1,
//!
//! ```text
//! r = <s*, g*>     t = r·sqrt(df / (1 - r²))     beta = r·|g~| / |s~|     df = n - covariates - 2
//! ```
//!
//! so a block of tests is one matrix product, and a test against a p-value threshold is a comparison of |r| with one
//! number. A screen ([`kernel`]) finds the pairs that can reach it; each of them is decided, and its numbers reported,
//! from a dot product in a fixed order ([`linalg::dot`]). That is why the bytes of the result depend on nothing but the
//! data and the options: not on ranks, threads or blocks.
//!
//! # A run in ten lines
//!
//! ```text
//! open      root: import what is no store; open stores; match samples by ID; cis windows   run::study, genome
//! prepare   root: covariate basis, unit residuals of all genes, block pairs, costs, engine model, scan, plan
//!           root: what the journals of an earlier start hold is not scanned again            run::resume, run::journal
//! share     root to all: the gene side, the block pairs that are left                      comm, run::share
//! scan      every rank: the gene side as integers; then, for each of its block pairs,
//!             genotype rows, as they lie in the file, into tiles of small integers         store, scan, kernel
//!             products of tiles, compared with a bound: a few pairs are named              kernel
//!             a second look at each of them, and at each cis pair                          kernel
//!             residuals and one exact dot product for what is left: hits                   scan, linalg, stats
//!             each block pair that is done into the journal of the rank                    run::journal
//!             less than half of the block pairs at the start, more for those who ask       plan, run::sweep
//! gather    root: the journals of all ranks; made = planned in the ledger of tests         run::journal
//! write     root: |t| descending, FDR by class, tables, run.json last                      results, formats
//! ```
//!
//! # The rooms, from the ground up
//!
//! A room uses only rooms below it, and a foreign crate is named in one room only; `tests/floors.rs` holds the table.
//!
//! - [`disk`]: files that one program writes to at a time.
//! - [`genome`]: who and where: row indices, positions, chromosome order, cis windows.
//! - [`stats`]: tails of t and F in log space, thresholds, histogram bins, false discovery rates. The only user of
//!   statrs.
//! - [`linalg`]: dot products in a fixed order, covariate bases, whitening, OpenBLAS and LAPACK.
//! - [`kernel`]: screens over blocks; bins of screened strengths.
//! - [`plan`]: blocks, block pairs, costs, who scans what and when, simulated too; integers, no MPI.
//! - [`store`]: the HDF5 store and its mapped rows. The only user of hdf5.
//! - [`formats`]: Matrix eQTL text, VCF, PLINK bed, phenotype BED, covariates, error covariances in; tables out.
//! - [`comm`]: the world of ranks and its collectives. The only user of mpi.
//! - [`model`]: designs, unit residuals, estimates, hits.
//! - [`scan`]: block pairs to hits and tallies.
//! - [`results`]: hits to tables, in order, in bounded memory.
//! - [`plot`]: axes, ticks and marks to SVG text, and markup that escapes; knows of no genetics.
//! - [`report`]: the page about a finished run, from the files it left.
//! - [`run`]: the phases of `map`, its journal and its dry run; `merge`, `plan`, `extract`, `import`, `inspect`, `simulate`.
//! - [`cli`]: flags and configuration files, completions and manual pages. The only user of clap and toml.
//!
//! # Words
//!
//! - *block*: a run of SNP rows or gene rows; *block pair*: one of each.
//! - *unit residual*: a row after the intercept and covariates are projected out, scaled to norm 1.
//! - *named*: a pair whose screened strength may reach the threshold; *second look*: a closer bound on it, by 16-bit
//!   weights; *candidate*: a named pair that passes it and is decided; *hit*: a candidate that reaches the threshold; in
//!   output, an *eQTL*.
//! - *tile*: the few SNPs by few genes whose products stay in registers; *lane*: the place of one SNP in it; *leader*: the
//!   SNP that is multiplied for all whose genotypes are the same or mirrored.
//! - *hard call*: a genotype stored as a small whole number, multiplied as it lies; *left out*: a SNP or gene too coarse
//!   as integers, whose products are made in f32.
//! - *class*: cis, trans, or all where the two are not told apart.
//! - *constant row*: a SNP or gene of which nothing remains after projection; its r is 0 and its tests count.
//! - *journal*: what ranks have done, on the disk; *record*: some block pairs of it with all that was found; *start*: one of
//!   several of one run; *shard*: a part of the block pairs that is scanned without the others and merged.
//! - *rank*, *root* (rank 0), *world*, *scatter*, *gather*, *reduce*: as in MPI.
//!
//! # Citation
//!
//! The statistics are those of Shabalin AA, Matrix eQTL: ultra fast eQTL analysis via large matrix operations,
//! Bioinformatics 28 (2012) 1353-1358, doi 10.1093/bioinformatics/bts163.

extern crate blas_src;

pub mod cli;
pub mod comm;
pub mod disk;
pub mod formats;
pub mod genome;
pub mod kernel;
pub mod linalg;
pub mod model;
pub mod plan;
pub mod plot;
pub mod report;
pub mod results;
pub mod run;
pub mod scan;
pub mod stats;
pub mod store;
