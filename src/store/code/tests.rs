use super::*;
use proptest::prelude::*;

fn needs(values: &[f64]) -> CodeType {
    let mut needs = CodeNeeds::default();
    needs.see(values);
    needs.code_type()
}

#[test]
fn the_smallest_type_without_loss_is_taken() {
    assert_eq!(needs(&[0.0, 1.0, 2.0, f64::NAN]), CodeType::U8);
    assert_eq!(needs(&[0.0, 255.0]), CodeType::U16 { decimals: 0 });
    assert_eq!(needs(&[0.05, 1.999]), CodeType::U16 { decimals: 3 });
    assert_eq!(needs(&[0.5, 40.1234]), CodeType::F64);
    assert_eq!(needs(&[-0.5, 1.25]), CodeType::F32);
    assert_eq!(needs(&[0.1234567]), CodeType::F64);
    assert_eq!(needs(&[f64::NAN]), CodeType::U8);
}

#[test]
fn needs_of_parts_join_to_the_needs_of_the_whole() {
    let parts = [vec![0.0, 254.0], vec![0.25], vec![1.5]];
    let (mut joined, mut whole) = (CodeNeeds::default(), CodeNeeds::default());
    for part in &parts {
        let mut one = CodeNeeds::default();
        one.see(part);
        joined.join(&one);
        whole.see(part);
    }
    assert_eq!(joined, whole);
    assert_eq!(whole.code_type(), CodeType::U16 { decimals: 2 });
}

/// What a single value needs, by the words of the code types.
fn fits(value: f64, code_type: CodeType) -> bool {
    match code_type {
        CodeType::U8 => (0..=254).any(|code| f64::from(code) == value),
        CodeType::U16 { decimals } => {
            let near = (value * power_of_ten(decimals)).min(1e6) as i64;
            (near - 1..=near + 1)
                .filter(|code| (0..=65534).contains(code))
                .any(|code| format!("{code}e-{decimals}").parse() == Ok(value))
        }
        CodeType::F32 => f64::from(value as f32) == value,
        CodeType::F64 => true,
    }
}

proptest! {
    #[test]
    fn the_type_of_any_values_is_the_first_that_all_fit(
        values in prop::collection::vec(
            prop_oneof![
                8 => (0u32..4).prop_map(f64::from),
                1 => Just(f64::NAN),
                1 => (0u32..70_000, 0u32..6).prop_map(|(n, d)| format!("{n}e-{d}").parse().unwrap()),
                1 => prop_oneof![Just(-1.0), Just(-0.0), Just(1e300), Just(254.5), Just(f64::from(0.1f32))],
            ],
            0..40,
        ),
    ) {
        let wanted = [CodeType::U8]
            .into_iter()
            .chain((0..=MAX_DECIMALS).map(|decimals| CodeType::U16 { decimals }))
            .chain([CodeType::F32, CodeType::F64])
            .find(|&code_type| values.iter().all(|&v| v.is_nan() || fits(v, code_type)));
        prop_assert_eq!(Some(needs(&values)), wanted);
    }

    #[test]
    fn what_is_encoded_comes_back_bit_for_bit(
        integers in prop::collection::vec(0u32..20_001, 1..40),
        decimals in 0u32..6,
        missing in 0usize..40,
    ) {
        let mut row: Vec<f64> = integers
            .iter()
            .map(|i| format!("{i}e-{decimals}").parse().unwrap())
            .collect();
        if let Some(value) = row.get_mut(missing) {
            *value = f64::NAN;
        }
        let code_type = needs(&row);
        let mut bytes = Vec::new();
        code_type.encode(&row, &mut bytes);
        prop_assert_eq!(bytes.len(), row.len() * code_type.size());
        let columns: Vec<u32> = (0..row.len() as u32).rev().collect();
        let mut back = vec![0.0; row.len()];
        code_type.decode(&bytes, &columns, &mut back);
        back.reverse();
        for (a, b) in back.iter().zip(&row) {
            prop_assert!(a == b || a.is_nan() && b.is_nan(), "{} {}", a, b);
        }
    }
}
