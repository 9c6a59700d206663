//! Some rows on their way into a store, as small as they can be kept from the start.
//!
//! Hard calls are nearly all there is: as long as every value has a code of a byte, a row is kept as bytes while it is
//! in the processor's nearest cache.

use super::code::{CodeNeeds, CodeType, append_bytes};

/// Rows that will be written as one, all in the smallest type that holds every value of them.
#[derive(Default)]
pub struct Slab {
    /// All values as bytes, unless there are others.
    bytes: Vec<u8>,
    /// All values, if they are not in `bytes`; NaN is missing.
    values: Vec<f64>,
    needs: CodeNeeds,
}

impl Slab {
    /// Adds a row; NaN is missing.
    pub fn push(&mut self, row: &[f64]) {
        if self.values.is_empty()
            && let Some(largest) = append_bytes(row, &mut self.bytes)
        {
            self.needs.see(&[largest]);
            return;
        }
        self.widen();
        self.needs.see(row);
        self.values.extend_from_slice(row);
    }

    /// Turns bytes into values.
    fn widen(&mut self) {
        let columns: Vec<u32> = (0..self.bytes.len() as u32).collect();
        let start = self.values.len();
        self.values.resize(start + columns.len(), 0.0);
        CodeType::U8.decode(&self.bytes, &columns, &mut self.values[start..]);
        self.bytes.clear();
    }

    /// The number of values.
    pub fn len(&self) -> usize {
        self.bytes.len() + self.values.len()
    }

    /// What the values need, and their codes; the slab is empty then.
    pub fn take(&mut self) -> (CodeNeeds, Vec<u8>) {
        let needs = std::mem::take(&mut self.needs);
        let mut codes = std::mem::take(&mut self.bytes);
        needs.code_type().encode(&self.values, &mut codes);
        self.values.clear();
        (needs, codes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn codes_are_those_of_all_values_at_once(
            rows in prop::collection::vec(
                prop::collection::vec(
                    prop_oneof![
                        20 => (0u32..3).prop_map(f64::from),
                        3 => Just(f64::NAN),
                        1 => prop_oneof![Just(254.0), Just(255.0), Just(0.25), Just(-1.0), Just(1e300)],
                    ],
                    11,
                ),
                0..12,
            ),
            cut in 0usize..12,
        ) {
            let mut slab = Slab::default();
            for rows in [&rows[..cut.min(rows.len())], &rows[cut.min(rows.len())..]] {
                rows.iter().for_each(|row| slab.push(row));
                let all = rows.concat();
                prop_assert_eq!(slab.len(), all.len());
                let mut wanted = CodeNeeds::default();
                wanted.see(&all);
                let mut codes = Vec::new();
                wanted.code_type().encode(&all, &mut codes);
                prop_assert_eq!(slab.take(), (wanted, codes));
                prop_assert_eq!(slab.len(), 0);
            }
        }
    }
}
