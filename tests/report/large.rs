//! A table as large as tables get: one pass, little memory, a small page.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::process::Command;
use std::time::Instant;

use crate::Study;
use crate::support::{Lcg, record, succeed};

const ROWS: u64 = 10_000_000;

/// Virtual memory of the program in KiB, its code and libraries among it.
const MEMORY: u64 = 1 << 20;

#[test]
#[ignore = "writes a table of a gigabyte"]
fn ten_million_eqtls_make_a_small_page_in_little_memory() {
    let study = Study::simulated();
    succeed(&mut study.map("--p-all 0.5 --report false"));
    let path = study.path("out/all.tsv");
    let mut table = BufWriter::new(File::create(path).expect("the table can be written"));
    writeln!(table, "SNP\tgene\tbeta\tt-stat\tp-value\tFDR").expect("the disk has room");
    let mut lcg = Lcg(7);
    for row in 0..ROWS {
        let (snp, gene) = (lcg.below(300) + 1, lcg.below(60) + 1);
        // The first thousand at the floor of p, the rest evenly spread.
        let p = (row as f64 / ROWS as f64).max(f64::MIN_POSITIVE);
        let t = 80.0 / (1.0 + row as f64 / 1e3);
        let p = if row < 1000 { f64::MIN_POSITIVE } else { p };
        writeln!(
            table,
            "snp{snp:07}\tgene{gene:06}\t-0.123456789012345\t{t}\t{p:e}\t{p}"
        )
        .expect("the disk has room");
    }
    table.flush().expect("the disk has room");
    let mut run = record(&study.path("out"));
    run["n_eqtls_all"] = ROWS.into();
    run["n_tests_all"] = (100 * ROWS).into();
    std::fs::write(study.path("out/run.json"), run.to_string()).expect("the record can be written");

    let started = Instant::now();
    let words = format!("ulimit -v {MEMORY}; exec \"$0\" report out");
    let mut command = Command::new("bash");
    command
        .current_dir(study.path(""))
        .env("OPENBLAS_NUM_THREADS", "1");
    succeed(command.args(["-c", &words, env!("CARGO_BIN_EXE_mpiqtl")]));
    let secs = started.elapsed().as_secs_f64();
    let html = study.html();
    println!("{ROWS} rows in {secs:.1} s, a page of {} bytes", html.len());
    assert!(html.len() < 5_000_000, "{} bytes", html.len());
    assert!(html.contains("<data value=\"10000000\">10,000,000</data>"));
}
