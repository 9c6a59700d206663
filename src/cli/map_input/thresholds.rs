//! The thresholds of p-values: one for all pairs, or one for cis and one for trans.

/// The thresholds of all, cis and trans pairs; 0 where a class is not told apart or not tested.
///
/// # Errors
/// A threshold that is no p-value, both ways at once, or nothing to report.
pub fn thresholds(
    all: Option<f64>,
    cis: Option<f64>,
    trans: Option<f64>,
) -> Result<(f64, f64, f64), String> {
    for (key, p) in [("p_all", all), ("p_cis", cis), ("p_trans", trans)] {
        if p.is_some_and(|p| !(0.0..=1.0).contains(&p)) {
            return Err(format!(
                "{key} is {}; a p-value from 0 to 1 is wanted",
                p.unwrap_or(0.0)
            ));
        }
    }
    let split = cis.is_some_and(|p| p > 0.0) || trans.is_some_and(|p| p > 0.0);
    let all = all.unwrap_or(if cis.is_none() && trans.is_none() {
        1e-5
    } else {
        0.0
    });
    let (cis, trans) = (cis.unwrap_or(0.0), trans.unwrap_or(0.0));
    if all > 0.0 && split {
        return Err("p_all is given with p_cis or p_trans: give either the one or the two".into());
    }
    if trans > cis {
        if cis == 0.0 {
            return Err(format!(
                "p_trans ({}) is given without p_cis; give both, or p_all for all pairs in one class",
                short(trans)
            ));
        }
        return Err(format!(
            "p_trans ({}) is above p_cis ({}); raise p_cis, or use p_all for all pairs in one class",
            short(trans),
            short(cis)
        ));
    }
    if all == 0.0 && !split {
        return Err("every p-value threshold is 0: there is nothing to report".into());
    }
    Ok((all, cis, trans))
}

/// A p-value as people write it: 0.01, but 1e-6.
fn short(p: f64) -> String {
    if p < 1e-3 {
        format!("{p:e}")
    } else {
        p.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_are_one_or_two() {
        assert_eq!(thresholds(None, None, None), Ok((1e-5, 0.0, 0.0)));
        assert_eq!(thresholds(None, Some(0.1), None), Ok((0.0, 0.1, 0.0)));
        assert_eq!(
            thresholds(Some(0.0), Some(0.1), Some(0.1)),
            Ok((0.0, 0.1, 0.1))
        );
        assert_eq!(
            thresholds(Some(0.2), Some(0.0), Some(0.0)),
            Ok((0.2, 0.0, 0.0))
        );
        assert!(thresholds(Some(0.1), Some(0.1), None).is_err());
        assert!(
            thresholds(None, Some(0.1), Some(0.2))
                .unwrap_err()
                .contains("above p_cis")
        );
        assert!(
            thresholds(None, None, Some(0.2))
                .unwrap_err()
                .contains("without p_cis")
        );
        assert!(thresholds(Some(0.0), None, None).is_err());
        assert!(thresholds(Some(1.5), None, None).is_err());
    }
}
