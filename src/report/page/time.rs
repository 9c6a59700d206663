//! Where the time went: phases, and how long each rank scanned.

use super::Page;
use super::beginning::duration;
use super::parts::{Cell, facts, folded_table, paragraph, table};
use crate::plot::significant;
use crate::report::figures::ranks;

/// Ranks that are in the table.
const MOST_RANKS: usize = 512;

impl Page<'_> {
    pub(super) fn time(&mut self) {
        let record = &self.content.record;
        self.section("time", "Time");
        let mut list = vec![("run", Cell::words(duration(record.total_secs)))];
        if record.merit.tests_per_sec > 0.0 {
            let rate = format!("{} tests a second", significant(record.merit.tests_per_sec));
            list.push(("scan", Cell::words(rate)));
        }
        if record.merit.peak_rss_bytes > 0 {
            let mebibytes = record.merit.peak_rss_bytes as f64 / f64::from(1u32 << 20);
            list.push((
                "memory",
                Cell::words(format!("{mebibytes:.0} MiB at most in a rank")),
            ));
        }
        facts(&mut self.body, "facts", &list);
        let phases = record.phases.iter().map(|phase| {
            let part = 100.0 * phase.secs / record.total_secs.max(f64::MIN_POSITIVE);
            vec![
                Cell::words(&phase.phase),
                Cell::Number(phase.secs),
                Cell::words(format!("{part:.1} %")),
            ]
        });
        table(
            &mut self.body,
            "Phases of the run on the root",
            &["phase", "seconds", "part"],
            &phases.collect::<Vec<_>>(),
        );
        if record.ranks.is_empty() {
            paragraph(
                &mut self.body,
                "Shards were merged: there are no times of ranks.",
            );
        } else {
            self.ranks();
        }
        self.body.close();
    }

    fn ranks(&mut self) {
        let all = &self.content.record.ranks;
        let rows: Vec<Vec<Cell>> = all
            .iter()
            .take(MOST_RANKS)
            .map(|rank| {
                vec![
                    Cell::Count(rank.rank),
                    Cell::words(&rank.host),
                    Cell::Count(rank.threads),
                    Cell::Count(rank.block_pairs),
                    Cell::Count(rank.tests),
                    Cell::Count(rank.eqtls),
                    Cell::Number(rank.scan_secs),
                    Cell::words(format!(
                        "{:.0}",
                        rank.peak_rss_bytes as f64 / f64::from(1u32 << 20)
                    )),
                ]
            })
            .collect();
        let caption = match all.len() {
            n if n > MOST_RANKS => format!("The first {MOST_RANKS} of {n} ranks; run.json has all"),
            _ => "Ranks of the last start".into(),
        };
        self.body.open("div", &[("class", &"figures")]);
        self.figure(ranks(all), "Seconds of the scan by rank.", |to| {
            let header = [
                "rank",
                "host",
                "threads",
                "block pairs",
                "tests",
                "eQTLs",
                "scan, seconds",
                "memory, MiB",
            ];
            folded_table(to, &caption, &header, &rows);
        });
        self.body.close();
    }
}
