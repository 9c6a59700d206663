//! The hits of a class on their way into its table, and how far they are: read from the journals to be put in order, then
//! written.

use std::cell::RefCell;

use super::error::RunError;
use super::log::Log;
use super::meter::{Meter, rate};
use super::tables::TestClass;
use crate::results::{HitSource, TakeHits};

/// The hits of a class, counted as they are read and written.
pub struct Passage<'a> {
    class: &'a TestClass<'a>,
    log: Log,
    state: RefCell<State>,
}

struct State {
    meter: Meter,
    n_read: u64,
    n_written: u64,
}

impl<'a> Passage<'a> {
    /// The hits of a class, which are read so often before the first is written.
    pub fn new(class: &'a TestClass<'a>, n_passes: u64, log: Log) -> Self {
        let meter = Meter::new(log, "sort", n_passes * class.n_hits());
        Self {
            class,
            log,
            state: RefCell::new(State {
                meter,
                n_read: 0,
                n_written: 0,
            }),
        }
    }

    fn read(&self, n: usize) {
        let state = &mut *self.state.borrow_mut();
        state.n_read += n as u64;
        let n_read = state.n_read;
        let read = |secs| rate(n_read, "eQTLs read", secs);
        state.meter.show(n_read, read);
    }

    /// Counts hits that were written.
    pub fn write(&self, n: usize) {
        let state = &mut *self.state.borrow_mut();
        if state.n_written == 0 {
            // All are in order.
            state.meter = Meter::new(self.log, "write", self.class.n_hits());
        }
        state.n_written += n as u64;
        let n_written = state.n_written;
        let written = |secs| rate(n_written, "eQTLs", secs);
        state.meter.show(n_written, written);
    }
}

impl HitSource for Passage<'_> {
    type Error = RunError;

    fn n_hits(&self) -> u64 {
        self.class.n_hits()
    }

    fn for_each(&self, take: &mut TakeHits<'_, RunError>) -> Result<(), RunError> {
        self.class.for_each(&mut |hits| {
            self.read(hits.len());
            take(hits)
        })
    }
}
