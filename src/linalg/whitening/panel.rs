//! The product of W with rows, a panel of outputs after the other.
//!
//! W lies in panels of outputs, each `[depth x 32]`: as deep as its last output needs, the outputs of one k side by
//! side. Outputs are counted into panels from the last one down, so that it is the shallowest panel that is not full;
//! the deepest panel comes first.

/// Outputs in a panel.
pub(super) const PANEL: usize = 32;

/// Steps of the sum for which a panel stays in the second-level cache: 256 KiB.
pub(super) const DEPTH: usize = 1024;

/// The weights of one input for the outputs of a panel. Registers are filled from whole cache lines.
#[derive(Clone, Copy, Debug, PartialEq, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C, align(64))]
pub(super) struct Weights(pub(super) [f64; PANEL]);

/// The depth of every panel for `n` samples: that of the last outputs comes first.
pub(super) fn depths(n: usize) -> impl Iterator<Item = usize> {
    (1..=n).rev().step_by(PANEL)
}

pub(super) fn total_depth(n: usize) -> usize {
    depths(n).sum()
}

/// The outputs of a panel for one row.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub(super) struct Sums(pub(super) [f64; PANEL]);

impl Sums {
    pub(super) const ZERO: Self = Self([0.0; PANEL]);
}

/// The outputs of one panel for all `rows` `[m x n]`, into `sums` `[m]`. Registers hold tiles of four rows and all
/// outputs of the panel (`full_tiles`, 16 registers of 8), or some outputs after the other.
#[inline(always)]
pub(super) fn multiply_panel(
    panel: &[Weights],
    rows: &[f64],
    n: usize,
    sums: &mut [Sums],
    full_tiles: bool,
) {
    sums.fill(Sums::ZERO);
    // The last inputs have no weight in the first half of the outputs: W is lower triangular.
    let (body, corner) = panel.split_at(panel.len().saturating_sub(PANEL / 2));
    for (i, part) in body.chunks(DEPTH).enumerate() {
        add_part::<PANEL>((part, i * DEPTH), rows, n, sums, full_tiles);
    }
    add_part::<{ PANEL / 2 }>((corner, body.len()), rows, n, sums, full_tiles);
}

/// Adds a part of the sums, over the inputs from `from` on, of the last `OUTPUTS` outputs of a panel.
#[inline(always)]
fn add_part<const OUTPUTS: usize>(
    (part, from): (&[Weights], usize),
    rows: &[f64],
    n: usize,
    sums: &mut [Sums],
    full_tiles: bool,
) {
    /// Outputs whose sums for four rows fit the sixteen registers of a CPU without AVX-512.
    const NARROW: usize = 8;
    let inputs = |row: usize| &rows[row * n + from..][..part.len()];
    let (fours, rest) = sums.as_chunks_mut::<4>();
    let n_in_fours = 4 * fours.len();
    for (i, sums) in fours.iter_mut().enumerate() {
        let x = [0, 1, 2, 3].map(|row| inputs(4 * i + row));
        if full_tiles {
            add_to_four::<OUTPUTS>(part, PANEL - OUTPUTS, x, sums);
        } else {
            for first in (PANEL - OUTPUTS..PANEL).step_by(NARROW) {
                add_to_four::<NARROW>(part, first, x, sums);
            }
        }
    }
    for (i, sums) in rest.iter_mut().enumerate() {
        add_to_one::<OUTPUTS>(part, PANEL - OUTPUTS, inputs(n_in_fours + i), sums);
    }
}

/// Adds `sum_k w_k·x_k` to the sums of four rows, for the outputs from `first` on.
///
/// The rows are written out one by one: sums in an array of rows would be kept in memory and not in registers.
#[inline(always)]
fn add_to_four<const OUTPUTS: usize>(
    weights: &[Weights],
    first: usize,
    x: [&[f64]; 4],
    sums: &mut [Sums; 4],
) {
    let [mut a, mut b, mut c, mut d] = sums.each_ref().map(|sums| *outputs(&sums.0, first));
    // Slices of one known length let the loop run without looking at their ends.
    let x = x.map(|x| &x[..weights.len()]);
    for (k, Weights(w)) in weights.iter().enumerate() {
        let w = outputs(w, first);
        add_products::<OUTPUTS>(&mut a, w, x[0][k]);
        add_products::<OUTPUTS>(&mut b, w, x[1][k]);
        add_products::<OUTPUTS>(&mut c, w, x[2][k]);
        add_products::<OUTPUTS>(&mut d, w, x[3][k]);
    }
    for (sums, tile) in sums.iter_mut().zip([a, b, c, d]) {
        sums.0[first..first + OUTPUTS].copy_from_slice(&tile);
    }
}

/// Adds `sum_k w_k·x_k` to the sums of one row, for the outputs from `first` on.
#[inline(always)]
fn add_to_one<const OUTPUTS: usize>(weights: &[Weights], first: usize, x: &[f64], sums: &mut Sums) {
    let mut tile = *outputs(&sums.0, first);
    for (Weights(w), &x) in weights.iter().zip(x) {
        add_products::<OUTPUTS>(&mut tile, outputs(w, first), x);
    }
    sums.0[first..first + OUTPUTS].copy_from_slice(&tile);
}

#[inline(always)]
fn add_products<const OUTPUTS: usize>(sums: &mut [f64; OUTPUTS], w: &[f64; OUTPUTS], x: f64) {
    for i in 0..OUTPUTS {
        sums[i] += w[i] * x;
    }
}

/// The outputs of a panel from `first` on.
#[inline(always)]
fn outputs<const OUTPUTS: usize>(panel: &[f64; PANEL], first: usize) -> &[f64; OUTPUTS] {
    panel[first..]
        .first_chunk()
        .expect("outputs that are in the panel")
}

/// Puts the outputs of a panel `depth` deep into their places of `rows` `[m x n]`.
pub(super) fn write_outputs(sums: &[Sums], rows: &mut [f64], n: usize, depth: usize) {
    let n_outputs = PANEL.min(depth);
    for (Sums(outputs), row) in sums.iter().zip(rows.chunks_exact_mut(n)) {
        row[depth - n_outputs..depth].copy_from_slice(&outputs[PANEL - n_outputs..]);
    }
}
