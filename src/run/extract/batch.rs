//! Pairs some at a time: facts about SNPs are looked up for many pairs together, and never for all.

/// SNPs whose facts are held at a time.
const MOST_SNPS: usize = 1 << 15;

/// Pairs that wait at a time.
const MOST_PAIRS: usize = 1 << 20;

/// Some pairs, by gene.
#[derive(Debug, Default)]
pub struct Batch {
    /// Places of genes, ascending, each with some of its SNP rows, ascending; a gene of very many SNPs comes in parts.
    pub parts: Vec<(usize, Vec<u32>)>,
    /// The SNP rows of all parts, ascending, each once.
    pub snps: Vec<u32>,
    n_pairs: usize,
}

/// Passes the pairs of `n_genes` genes on in batches, in their order; a gene without SNPs comes with none.
///
/// # Errors
/// As `take`.
pub fn for_each_batch<E>(
    n_genes: usize,
    snps_of: impl Fn(usize) -> Vec<u32>,
    mut take: impl FnMut(&Batch) -> Result<(), E>,
) -> Result<(), E> {
    let mut batch = Batch::default();
    for place in 0..n_genes {
        let snps = snps_of(place);
        let mut parts: Vec<&[u32]> = snps.chunks(MOST_SNPS).collect();
        if parts.is_empty() {
            parts.push(&[]);
        }
        for part in parts {
            let mut union = merged(&batch.snps, part);
            let is_full = union.len() > MOST_SNPS || batch.n_pairs + part.len() > MOST_PAIRS;
            if is_full && !batch.parts.is_empty() {
                take(&batch)?;
                batch = Batch::default();
                union = part.to_vec();
            }
            batch.snps = union;
            batch.n_pairs += part.len();
            batch.parts.push((place, part.to_vec()));
        }
    }
    if batch.parts.is_empty() {
        return Ok(());
    }
    take(&batch)
}

/// Two ascending lists as one, without repeats.
fn merged(a: &[u32], b: &[u32]) -> Vec<u32> {
    let news = b.iter().filter(|row| a.binary_search(row).is_err());
    let mut all: Vec<u32> = a.iter().chain(news).copied().collect();
    all.sort_unstable();
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn batches(snps: &[Vec<u32>]) -> Vec<Batch> {
        let mut found = Vec::new();
        for_each_batch::<()>(
            snps.len(),
            |place| snps[place].clone(),
            |batch| {
                found.push(Batch {
                    parts: batch.parts.clone(),
                    snps: batch.snps.clone(),
                    n_pairs: batch.n_pairs,
                });
                Ok(())
            },
        )
        .unwrap();
        found
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn every_pair_comes_once_and_in_order(
            windows in prop::collection::vec((0u32..200_000, 0u32..90_000), 1..12),
        ) {
            let snps: Vec<Vec<u32>> = windows.iter().map(|(first, n)| (*first..first + n).collect()).collect();
            let found = batches(&snps);
            let mut again: Vec<Vec<u32>> = vec![Vec::new(); snps.len()];
            let mut last = 0;
            for batch in &found {
                prop_assert!(batch.snps.len() <= MOST_SNPS);
                prop_assert!(batch.snps.is_sorted_by(|a, b| a < b));
                for (place, part) in &batch.parts {
                    prop_assert!(*place >= last);
                    last = *place;
                    prop_assert!(part.iter().all(|row| batch.snps.binary_search(row).is_ok()));
                    again[*place].extend(part);
                }
            }
            prop_assert_eq!(again, snps);
        }
    }

    #[test]
    fn a_gene_without_snps_is_not_forgotten() {
        let found = batches(&[vec![], vec![3], vec![]]);
        assert_eq!(found[0].parts, [(0, vec![]), (1, vec![3]), (2, vec![])]);
    }
}
