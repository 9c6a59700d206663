//! The scaling scripts: a row for each number of ranks.

use crate::cluster::Cluster;
use crate::jobs::submit;
use crate::slurm::TWO_NODES;
use crate::study::{CONFIG, Study};
use crate::support::Table;

/// Both scripts, on one, two and four ranks.
pub fn tables(cluster: &Cluster) {
    let study = Study::small();
    let out = "scaled $(touch harm)";
    for (script, words) in [
        ("strong-scaling", &[CONFIG, out][..]),
        ("weak-scaling", &["500", "50", "60", out]),
    ] {
        let name = format!("{script}.sbatch");
        submit(cluster, &study, &[], &TWO_NODES, &name, words).succeeds(&study);
        let table = Table::read(&study.file(out).join(format!("{script}.tsv")));
        let ranks: Vec<&str> = table.rows.iter().map(|row| row[0].as_str()).collect();
        assert_eq!(ranks, ["1", "2", "4"], "{script}");
        for row in &table.rows {
            let numbers = row.iter().map(|field| field.parse::<f64>());
            assert!(numbers.flatten().count() == table.header.len(), "{row:?}");
        }
        assert_eq!(table.header.last().map(String::as_str), Some("efficiency"));
        assert_eq!(table.rows[0].last().map(String::as_str), Some("1.000"));
    }
    study.is_unharmed();
}
