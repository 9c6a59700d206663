//! The shape of a study, in place of its files.

use std::str::FromStr;

/// SNPs x genes x samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// SNPs.
    pub snps: usize,
    /// Genes.
    pub genes: usize,
    /// Samples.
    pub samples: usize,
}

impl FromStr for Shape {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers: Option<Vec<usize>> = text.split('x').map(|part| part.parse().ok()).collect();
        let rows = 1..=u32::MAX as usize;
        match numbers.as_deref() {
            Some(&[snps, genes, samples])
                if rows.contains(&snps)
                    && rows.contains(&genes)
                    && (3..1 << 31).contains(&samples) =>
            {
                Ok(Self {
                    snps,
                    genes,
                    samples,
                })
            }
            _ => Err(format!(
                "'{text}' is no shape of SNPs x genes x samples, such as 500000x20000x800"
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_is_three_numbers() {
        let shape = "16000000x3000x54000".parse::<Shape>().unwrap();
        assert_eq!(
            (shape.snps, shape.genes, shape.samples),
            (16_000_000, 3000, 54_000)
        );
        for wrong in [
            "",
            "1x2",
            "0x5x9",
            "5x5x2",
            "1x2x3x4",
            "axbxc",
            "9999999999x1x9",
        ] {
            assert!(wrong.parse::<Shape>().is_err(), "{wrong}");
        }
    }
}
