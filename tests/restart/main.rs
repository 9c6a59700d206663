//! A run that ends early for whatever reason goes on where it was, and ends with the bytes of one that was left in peace.

#[path = "../support/mod.rs"]
mod support;

mod hostile;
mod journal;
mod kill;
mod schedule;
mod shards;
mod study;
