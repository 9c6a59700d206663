//! Importers on hostile ground: whatever the bytes of an input, reading it ends well or with one clear error, never
//! with a panic, a hang or a full memory, and what was imported reads back.

mod bombs;
mod campaign;
mod inputs;
mod judge;
mod memory;
mod mutation;
mod names;
mod options;
mod plink;
mod same_content;
mod stores;
mod tables;
mod truncation;
mod variants;

#[path = "../support/mod.rs"]
mod support;
