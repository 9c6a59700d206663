//! An allocator that counts what is held, and ends the program when a case holds more than it may.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

/// What one case may hold, whatever its input.
pub const LIMIT_BYTES: usize = 512 << 20;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

static HELD: AtomicUsize = AtomicUsize::new(0);
static ALLOWED: AtomicUsize = AtomicUsize::new(usize::MAX);

/// From now on a case may hold the limit more than is held now.
pub fn watch() {
    ALLOWED.store(
        HELD.load(Ordering::Relaxed) + LIMIT_BYTES,
        Ordering::Relaxed,
    );
}

/// Ends the watch.
pub fn relax() {
    ALLOWED.store(usize::MAX, Ordering::Relaxed);
}

struct Counting;

impl Counting {
    fn take(bytes: usize) {
        let held = HELD.fetch_add(bytes, Ordering::Relaxed) + bytes;
        if held > ALLOWED.load(Ordering::Relaxed) {
            // What comes now allocates too.
            relax();
            crate::campaign::give_up("holds more memory than it may");
        }
    }

    fn give(bytes: usize) {
        HELD.fetch_sub(bytes, Ordering::Relaxed);
    }
}

// SAFETY: every call goes to the system's allocator with the same arguments; counting touches no memory of its own.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        Self::take(layout.size());
        // SAFETY: as the caller promised.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        Self::take(layout.size());
        // SAFETY: as the caller promised.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, old: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        Self::take(size.saturating_sub(layout.size()));
        Self::give(layout.size().saturating_sub(size));
        // SAFETY: as the caller promised.
        unsafe { System.realloc(old, layout, size) }
    }

    unsafe fn dealloc(&self, old: *mut u8, layout: Layout) {
        Self::give(layout.size());
        // SAFETY: as the caller promised.
        unsafe { System.dealloc(old, layout) }
    }
}
