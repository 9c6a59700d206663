//! The order of chromosomes by name: numbers by value, then X, Y, XY, M, then everything else as text.
//!
//! The order decides only where rows stand in a store. Whether a pair is cis asks for equal names, nothing more.

use std::cmp::Ordering;

/// Orders chromosome names as people list them: chr2 before chr10 before chrX before scaffolds.
///
/// Names that differ only by a `chr` prefix stay distinct and stand side by side.
pub fn chromosome_cmp(a: &str, b: &str) -> Ordering {
    key(a).cmp(&key(b)).then_with(|| a.cmp(b))
}

/// A name without its `chr`, in letters of any size.
pub fn bare(name: &str) -> &str {
    match name.get(..3) {
        Some(prefix) if prefix.eq_ignore_ascii_case("chr") => &name[3..],
        _ => name,
    }
}

fn key(name: &str) -> (u32, u64, &str) {
    let bare = bare(name);
    if let Ok(number) = bare.parse::<u64>() {
        return (0, number, "");
    }
    match bare {
        "X" | "x" => (1, 0, ""),
        "Y" | "y" => (1, 1, ""),
        "XY" | "xy" => (1, 2, ""),
        "M" | "MT" | "m" | "mt" => (1, 3, ""),
        other => (2, 0, other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chromosomes_stand_in_the_order_people_list_them() {
        let mut names = [
            "scaffold_1",
            "chrX",
            "chr10",
            "chrM",
            "chr2",
            "2",
            "chrY",
            "1",
        ];
        names.sort_by(|a, b| chromosome_cmp(a, b));
        assert_eq!(
            names,
            [
                "1",
                "2",
                "chr2",
                "chr10",
                "chrX",
                "chrY",
                "chrM",
                "scaffold_1"
            ]
        );
    }
}
