//! Seconds since 1970 as a date.

use std::time::{Duration, UNIX_EPOCH};

/// "2026-11-21 17:15 UTC".
pub fn utc(unix_secs: u64) -> String {
    let moment = UNIX_EPOCH + Duration::from_secs(unix_secs);
    // 2026-11-21T17:15:00Z
    let text = humantime::format_rfc3339_seconds(moment).to_string();
    format!("{} {} UTC", &text[..10], &text[11..16])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        for (secs, wanted) in [
            (0, "1970-01-01 00:00 UTC"),
            (951_782_400, "2000-02-29 00:00 UTC"),
            (1_735_689_599, "2024-12-31 23:59 UTC"),
            (1_795_273_725, "2026-11-21 15:08 UTC"),
        ] {
            assert_eq!(utc(secs), wanted);
        }
    }
}
