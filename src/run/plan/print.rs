//! A plan as people read it.

use super::Forecast;
use crate::run::log::{duration, grouped, some_of};
use crate::run::space::readable;
use crate::scan::Engine;

/// The lines of a plan.
pub fn lines(plan: &Forecast) -> Vec<String> {
    let mut lines = vec![format!("samples   {} used", grouped(plan.n_used as u64))];
    let dropped = plan.samples.iter().filter(|file| !file.dropped.is_empty());
    lines.extend(dropped.map(|file| {
        let (n, of) = (file.dropped.len(), file.n_samples);
        let names = some_of(&file.dropped, n);
        format!(
            "          {n} of {of} in {} are left out: {names}",
            file.file
        )
    }));
    let df = plan.df.map_or(String::new(), |df| format!(", df {df}"));
    let (grid, tests) = (&plan.grid, &plan.tests);
    let genes = grouped(grid.n_genes as u64);
    lines.push(format!(
        "study     {} x {genes} genes{df}; constant rows: known in the scan",
        snps(plan)
    ));
    let at_least = at_least(plan);
    let classes = [
        ("all", tests.all),
        ("cis", tests.cis),
        ("trans", tests.trans),
    ];
    let made = classes.into_iter().zip(plan.expected_null_hits);
    lines.extend(made.filter(|((_, n), _)| *n > 0).map(|((class, n), hits)| {
        let n = grouped(n);
        format!(
            "tests     {at_least}{n} {class}: {at_least}{} of them pass the threshold by chance",
            about(hits)
        )
    }));
    lines.push(format!(
        "flops     {at_least}{:.3e} (2 x samples x tests)",
        plan.flops
    ));
    lines.push(format!(
        "blocks    {at_least}{} block pairs of {} SNPs x {} genes, engine {}",
        grouped(plan.block_pairs as u64),
        grid.block_snps,
        grid.block_genes,
        engine(plan)
    ));
    lines.push(format!(
        "ranks     {} x {} threads, {:.1} block pairs each, imbalance of the first runs {:.1} %",
        grouped(plan.ranks as u64),
        plan.threads,
        plan.pairs_per_rank,
        100.0 * plan.imbalance_up_front
    ));
    lines.push(format!(
        "memory    {} a rank, {} on rank 0",
        readable(plan.memory_bytes as f64),
        readable(plan.memory_bytes_root as f64)
    ));
    lines.push(format!(
        "disk      about {} of tables and {} of journal, for those by chance",
        readable(plan.table_bytes),
        readable(plan.journal_bytes)
    ));
    lines.push(format!(
        "time      about {} for the scan, at {:.1} GMAC/s a thread ({})",
        duration(plan.scan_secs),
        plan.gmac_per_sec,
        if plan.is_measured {
            "measured here"
        } else {
            "as given"
        }
    ));
    lines.extend(plan.efficiency.iter().map(|at| {
        let slow = if at.ranks > 1 {
            ", one at half speed"
        } else {
            ""
        };
        let (ranks, efficiency) = (grouped(at.ranks as u64), 100.0 * at.efficiency);
        format!("parallel  {efficiency:.1} % efficiency on {ranks} ranks{slow}")
    }));
    lines
}

/// The SNPs, and how they are known if that is not by looking at each.
fn snps(plan: &Forecast) -> String {
    let n = grouped(plan.grid.n_snps as u64);
    match plan.is_at_least {
        true => format!("{}{n} SNPs (records of the index)", at_least(plan)),
        false => format!("{n} SNPs"),
    }
}

/// What stands before a number of SNPs and before those that follow from it.
pub(super) fn at_least(plan: &Forecast) -> &'static str {
    if plan.is_at_least { "at least " } else { "" }
}

fn engine(plan: &Forecast) -> &'static str {
    match plan.engine {
        Engine::I8 => "i8 unless the expression is too coarse for it",
        other => other.name(),
    }
}

fn about(count: f64) -> String {
    if count < 1e15 {
        grouped(count.round() as u64)
    } else {
        format!("{count:.1e}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_counts_are_told_by_their_size() {
        assert_eq!([about(1234.4), about(2e18)], ["1,234", "2.0e18"]);
    }
}
