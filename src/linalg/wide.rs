//! The widest registers of this CPU for plain code, without changing a bit of what it computes.
//!
//! Code that is inlined here is compiled once for each register width. Additions and multiplications stay in their
//! order and are never fused, so the results are the same on all of them.
#![allow(unsafe_code)]

/// Runs `work`, compiled for the widest registers at hand. What it calls must be inlined into it to gain from that.
#[inline(always)]
pub(crate) fn on_wide_registers<R>(work: impl FnOnce() -> R) -> R {
    #[cfg(target_arch = "x86_64")]
    {
        if std::arch::is_x86_feature_detected!("avx512f") {
            // SAFETY: the CPU has AVX-512F, as just asked.
            return unsafe { on_avx512(work) };
        }
        if std::arch::is_x86_feature_detected!("avx2") {
            // SAFETY: the CPU has AVX2, as just asked.
            return unsafe { on_avx2(work) };
        }
    }
    work()
}

/// Whether the widest registers are the 32 of 8 numbers that AVX-512 has, so that larger tiles fit them.
#[inline(always)]
pub(super) fn has_avx512() -> bool {
    #[cfg(target_arch = "x86_64")]
    return std::arch::is_x86_feature_detected!("avx512f");
    #[cfg(not(target_arch = "x86_64"))]
    false
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
fn on_avx512<R>(work: impl FnOnce() -> R) -> R {
    work()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn on_avx2<R>(work: impl FnOnce() -> R) -> R {
    work()
}
