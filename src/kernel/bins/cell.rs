//! Cells of strength: intervals that a few operations on the bits of a number tell, in the order of the numbers.

/// Mantissa bits of a cell number: cells are 1/1024 to 1/2048 of the strength wide.
pub(super) const CELL_BITS: u32 = 10;
/// Cells from 1 to 2^16 on the scale of [`cell_of`]. They take 32 KiB, of which null data touch half.
pub(super) const CELLS: usize = 1 << (CELL_BITS + 4);

/// The cell of a strength: the leading bits of `1 + strength·scale`.
///
/// Cells are even below `1/scale` and grow with the strength above it. Each step, the rounding of the sum and of
/// the product too, keeps the order of strengths, so the whole does; NaN is beyond everything.
#[inline(always)]
pub(super) fn cell_of(strength: f64, scale: f64) -> u16 {
    const SHIFT: u32 = f64::MANTISSA_DIGITS - 1 - CELL_BITS;
    const ORIGIN: u32 = (1.0f64.to_bits() >> SHIFT) as u32;
    let leading = ((1.0 + strength * scale).to_bits() >> SHIFT) as u32;
    (leading - ORIGIN).min(CELLS as u32 - 1) as u16
}

/// The scale at which the even cells end at the smallest threshold, unless the largest would then lie beyond all cells.
pub(super) fn scale_for(thresholds: &[f64]) -> f64 {
    const SPAN: f64 = (1u64 << (CELLS >> CELL_BITS)) as f64;
    let Some(smallest) = thresholds.iter().rev().find(|&&t| t > 0.0) else {
        return 1.0;
    };
    let largest = thresholds[0];
    // Finite for subnormal thresholds too.
    (1.0 / smallest).min(0.5 * SPAN / largest).min(1e300)
}
