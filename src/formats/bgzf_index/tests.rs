//! Bins are those of the specification, and no bytes of an index do harm.

use super::scheme::TABIX;
use super::*;
use proptest::prelude::*;

fn region(from: i64, to: i64) -> Region {
    let chrom = "1".into();
    Region { chrom, from, to }
}

/// A chromosome whose bins each begin where they are told.
fn index(scheme: Scheme, bins: &[(u64, u64, u64)]) -> BgzfIndex {
    let bin = |&(number, floor, start): &(u64, u64, u64)| Bin {
        number,
        floor: VirtualOffset(floor),
        chunks: vec![(VirtualOffset(start), VirtualOffset(start + 50))],
    };
    BgzfIndex {
        names: Vec::new(),
        scheme,
        chromosomes: vec![Chromosome {
            bins: bins.iter().map(bin).collect(),
            floors: Vec::new(),
            n_records: None,
        }],
    }
}

#[test]
fn bins_are_numbered_as_the_specification_has_them() {
    assert_eq!(TABIX.counts_bin(), 37450);
    assert_eq!(TABIX.range(0), Some((0, 1 << 29)));
    assert_eq!(TABIX.range(1), Some((0, 1 << 26)));
    assert_eq!(TABIX.range(4681), Some((0, 1 << 14)));
    assert_eq!(TABIX.range(4682), Some((1 << 14, 2 << 14)));
    assert_eq!(TABIX.range(37449), None);
}

#[test]
fn reading_starts_at_the_first_stretch_of_a_bin_that_meets_the_region() {
    let index = index(
        TABIX,
        &[(4681, 100, 100), (4682, 300, 300), (0, 0, 250), (9, 0, 20)],
    );
    assert_eq!(index.start(0, &region(1, 5)), Some(VirtualOffset(100)));
    // The floor of the second window spares what lies before it: 250 to 300 is over, 300 begins.
    assert_eq!(
        index.start(0, &region(16_385, 16_385)),
        Some(VirtualOffset(300))
    );
    assert_eq!(
        index.start(0, &region(16_384, 16_385)),
        Some(VirtualOffset(100))
    );
    assert_eq!(index.start(1, &region(1, 5)), None);
    // Beyond every bin but that of the whole chromosome.
    assert_eq!(
        index.start(0, &region(400_000_000, i64::MAX)),
        Some(VirtualOffset(250))
    );
    assert_eq!(index.start(0, &region(1 << 40, i64::MAX)), None);
}

proptest! {
    #[test]
    fn a_base_is_in_one_bin_of_every_level(shift in 4u32..20, depth in 0u32..7, base in 0i64..1 << 30) {
        let scheme = Scheme { shift, depth };
        let base = base % (1 << (shift + 3 * depth));
        for level in 0..=depth {
            let bins = Scheme::first_bin(level)..Scheme::first_bin(level + 1);
            let bits = shift + 3 * (depth - level);
            let bin = bins.start + (base as u64 >> bits);
            prop_assert!(bins.contains(&bin));
            let (from, end) = scheme.range(bin).unwrap();
            prop_assert!(from <= base && base < end);
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200), tabix: bool) {
        let magic: &[u8] = if tabix { b"TBI\x01" } else { b"CSI\x01" };
        let whole = [magic, &bytes].concat();
        if let Ok(index) = Fields(&whole[..]).index() {
            for chromosome in 0..index.chromosomes.len() {
                index.start(chromosome, &region(1, i64::MAX));
                index.start(chromosome, &region(0, 0));
            }
            index.n_records();
        }
    }
}
