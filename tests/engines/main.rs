//! Every engine, with every set of instructions of this CPU, gives the bytes of the double precision one.

mod golden;
mod real;
mod scan;
mod simulated;
mod way;

#[path = "../support/mod.rs"]
mod support;
