//! Which engine a run has, and which instructions a rank.

use super::config::{EngineName, MapConfig, SimdName};
use super::error::RunError;
use crate::kernel::{Simd, largest_code};
use crate::model::Model;
use crate::plan::Classes;
use crate::scan::{Engine, GeneSide, Limits};
use crate::store::CodeType;

/// The engine a configuration asks for. Histograms and smallest p-values need the strength of every test, which integers
/// do not give: `f32` takes their place there.
pub fn engine_of(
    config: &MapConfig,
    model: &Model,
    genes: &GeneSide,
    limits: &Limits,
    code_type: CodeType,
) -> Engine {
    let needs_all = config.min_p || !limits.edges.is_empty();
    let thresholds = match config.classes() {
        Classes::All => &limits.all,
        Classes::CisTrans => &limits.trans,
        Classes::CisOnly => &limits.cis,
    };
    let simd = simd_of(config.simd).unwrap_or(Simd::Portable);
    // Sums over tens of millions of samples are beyond 32 bits.
    let takes_integers = !needs_all && largest_code(simd, genes.n) > 0;
    match config.engine {
        EngineName::F64 => Engine::F64,
        EngineName::F32 => Engine::F32,
        EngineName::I8 if takes_integers => Engine::I8,
        EngineName::Auto if takes_integers => {
            Engine::fastest(model, genes, thresholds, simd, code_type)
        }
        EngineName::Auto => Engine::fastest_for_all(model, genes, &limits.edges),
        EngineName::I8 => Engine::F32,
    }
}

/// The instructions a configuration asks for on this machine.
///
/// # Errors
/// If this CPU does not have them.
pub fn simd_of(name: SimdName) -> Result<Simd, RunError> {
    let (simd, word) = match name {
        SimdName::Auto => return Ok(Simd::best()),
        SimdName::Avx512 => (Simd::Avx512, "avx512 (with VNNI)"),
        SimdName::Avx2 => (Simd::Avx2, "avx2"),
        SimdName::Portable => (Simd::Portable, "portable"),
    };
    if simd.is_here() {
        return Ok(simd);
    }
    Err(RunError::Input(format!(
        "--simd asks for {word}, which the CPU of this rank does not have; leave it out, or give another"
    )))
}
