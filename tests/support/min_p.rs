//! Tables of the smallest p-value of each SNP and each gene: against reference values, against the eQTLs, and against each
//! other.

use std::collections::HashMap;
use std::path::Path;

use super::{Table, close, number};

/// A row: the best pair of a SNP or gene.
#[derive(Clone, Debug)]
struct Best {
    p: f64,
    partner: String,
    n_tests: f64,
}

/// The two tables of a class.
pub struct MinP {
    snps: HashMap<String, Best>,
    genes: HashMap<String, Best>,
    /// What is compared, for messages.
    what: String,
}

/// A pair that is in the table of eQTLs, with its p-value.
pub struct Hit<'a> {
    /// SNP.
    pub snp: &'a str,
    /// Gene.
    pub gene: &'a str,
    /// p-value.
    pub p: f64,
}

impl MinP {
    /// Reads both tables of a class; checks what must be true of every row by itself.
    pub fn read(out: &Path, class: &str) -> Self {
        let read = |side: &str, partner: &str| {
            let what = format!("min_p_{side}_{class}");
            let table = Table::read(&out.join(format!("{what}.tsv")));
            let header = ["id", "min_p", "neg_log10_p", partner, "n_tests"];
            assert_eq!(table.header, header, "{what}");
            let n_rows = table.rows.len();
            let rows: HashMap<String, Best> = table.rows.into_iter().map(best).collect();
            assert_eq!(rows.len(), n_rows, "{what}: no id stands twice");
            rows
        };
        Self {
            snps: read("snps", "gene"),
            genes: read("genes", "snp"),
            what: format!("smallest p of {class}"),
        }
    }

    /// Every test is counted once on each side, and a partner's best is at least as good.
    pub fn check_sides(&self, n_tests: f64) {
        for (rows, others) in [(&self.snps, &self.genes), (&self.genes, &self.snps)] {
            let sum: f64 = rows.values().map(|best| best.n_tests).sum();
            assert_eq!(sum, n_tests, "{}: tests", self.what);
            for (id, best) in rows {
                assert!(best.n_tests <= others.len() as f64, "{id}: {best:?}");
                if best.partner == "NA" {
                    continue;
                }
                let partner = others
                    .get(&best.partner)
                    .unwrap_or_else(|| panic!("{}: {id} has no such partner: {best:?}", self.what));
                assert!(
                    partner.n_tests > 0.0 && partner.p <= best.p * (1.0 + 1e-12),
                    "{}: {id}: {best:?}, its partner: {partner:?}",
                    self.what
                );
            }
        }
    }

    /// The eQTLs are all pairs up to `threshold`: they say the best pair of every id that is among them, and no other id
    /// is as good.
    pub fn check_hits<'a>(&self, hits: impl Iterator<Item = Hit<'a>>, threshold: f64) {
        let hits: Vec<Hit> = hits.collect();
        let pairs: HashMap<(&str, &str), f64> = hits
            .iter()
            .map(|hit| ((hit.snp, hit.gene), hit.p))
            .collect();
        let snp: fn(&Hit<'a>) -> &'a str = |hit| hit.snp;
        let gene: fn(&Hit<'a>) -> &'a str = |hit| hit.gene;
        for (rows, id_of, of_snps) in [(&self.snps, snp, true), (&self.genes, gene, false)] {
            let mut smallest: HashMap<&str, f64> = HashMap::new();
            for hit in &hits {
                let p = smallest.entry(id_of(hit)).or_insert(1.0);
                *p = p.min(hit.p);
            }
            for (id, best) in rows {
                let Some(&p) = smallest.get(id.as_str()) else {
                    let is_worse = best.p >= threshold * (1.0 - 1e-7);
                    assert!(is_worse, "{}: {id} has no eQTL: {best:?}", self.what);
                    continue;
                };
                let pair = match of_snps {
                    true => (id.as_str(), best.partner.as_str()),
                    false => (best.partner.as_str(), id.as_str()),
                };
                let is_tie = p == 1.0 || pairs.get(&pair).is_some_and(|&q| close(q, p, 1e-7));
                assert!(
                    close(best.p, p, 1e-7) && is_tie,
                    "{}: {id}: {best:?}, the eQTLs say {p}",
                    self.what
                );
            }
            let unknown = smallest.keys().find(|&&id| !rows.contains_key(id));
            assert_eq!(unknown, None, "{}: an id is missing", self.what);
        }
    }

    /// The reference's value for every SNP.
    pub fn check_snps(&self, wanted: &HashMap<String, f64>) {
        self.check_values(&self.snps, wanted);
    }

    /// The reference's value for every gene.
    pub fn check_genes(&self, wanted: &HashMap<String, f64>) {
        self.check_values(&self.genes, wanted);
    }

    fn check_values(&self, rows: &HashMap<String, Best>, wanted: &HashMap<String, f64>) {
        assert_eq!(rows.len(), wanted.len(), "{}: rows", self.what);
        for (id, &wanted) in wanted {
            let best = rows
                .get(id)
                .unwrap_or_else(|| panic!("{}: {id} is missing", self.what));
            assert!(
                close(best.p, wanted, 1e-7),
                "{}: {id}: {best:?}, wanted {wanted}",
                self.what
            );
        }
    }
}

fn best(row: Vec<String>) -> (String, Best) {
    let best = Best {
        p: number(&row[1]),
        partner: row[3].clone(),
        n_tests: number(&row[4]),
    };
    let is_floor = best.p == f64::MIN_POSITIVE;
    let log = number(&row[2]);
    assert!(
        (0.0..=1.0).contains(&best.p)
            && ((log + best.p.log10()).abs() <= 1e-12 * (1.0 + log) || is_floor && log > 307.0),
        "{row:?}"
    );
    if best.n_tests == 0.0 {
        assert!(best.p == 1.0 && best.partner == "NA", "{row:?}");
    }
    // Of a row whose every p is 1 no pair is best.
    assert!(
        best.partner != "NA" || best.p == 1.0,
        "a test has a partner: {row:?}"
    );
    (row[0].clone(), best)
}
