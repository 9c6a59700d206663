//! Where the SNPs of a store lie.

use std::collections::HashSet;

/// Chromosome and position of every SNP row, in genome order; SNPs without a location come last.
#[derive(Clone, Debug, Default)]
pub struct SnpPlaces {
    /// Chromosome names, in genome order.
    pub chrom_names: Vec<String>,
    /// The chromosome of each located SNP `[n_located]`, an index into the names.
    pub chrom: Vec<u32>,
    /// The position of each located SNP `[n_located]`, 1-based.
    pub pos: Vec<i64>,
}

impl SnpPlaces {
    /// Takes the columns of a store, or says on which row (from 1) they break genome order. A chromosome that has two
    /// names alike breaks it from the first row.
    ///
    /// # Errors
    /// The offending row.
    pub fn from_columns(
        chrom_names: Vec<String>,
        chrom: Vec<i32>,
        mut pos: Vec<i64>,
    ) -> Result<Self, usize> {
        let located = chrom.iter().position(|&c| c < 0).unwrap_or(chrom.len());
        if let Some(extra) = chrom[located..].iter().position(|&c| c >= 0) {
            return Err(located + extra + 1);
        }
        let ordered = |i: usize| {
            let known = (chrom[i] as usize) < chrom_names.len();
            known && (i == 0 || (chrom[i - 1], pos[i - 1]) <= (chrom[i], pos[i]))
        };
        let mut seen = HashSet::new();
        if !chrom_names.iter().all(|name| seen.insert(name)) {
            return Err(1);
        }
        if let Some(row) = (0..located).find(|&i| !ordered(i)) {
            return Err(row + 1);
        }
        pos.truncate(located);
        let chrom = chrom[..located].iter().map(|&c| c as u32).collect();
        Ok(Self {
            chrom_names,
            chrom,
            pos,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(chrom: &[i32], pos: &[i64]) -> Result<SnpPlaces, usize> {
        SnpPlaces::from_columns(vec!["1".into(), "2".into()], chrom.to_vec(), pos.to_vec())
    }

    #[test]
    fn genome_order_is_checked() {
        assert_eq!(
            places(&[0, 0, 1, -1], &[5, 5, 1, 0]).unwrap().pos,
            [5, 5, 1]
        );
        assert_eq!(places(&[0, 0], &[5, 4]).unwrap_err(), 2);
        assert_eq!(places(&[1, 0], &[5, 6]).unwrap_err(), 2);
        assert_eq!(places(&[-1, 0], &[0, 6]).unwrap_err(), 2);
        assert_eq!(places(&[2], &[1]).unwrap_err(), 1);
        let twice = vec!["1".to_string(), "1".to_string()];
        assert!(SnpPlaces::from_columns(twice, vec![0, 1], vec![1, 1]).is_err());
    }
}
