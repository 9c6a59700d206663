//! A journal that was cut short or has changed gives whole records or none.

use std::path::Path;

use proptest::prelude::*;

use super::batch::{Batch, ClassBatch};
use super::outcome::Outcome;
use super::reader::JournalFile;
use super::writer::append;
use crate::model::Hit;
use crate::run::error::RunError;
use crate::scan::{Best, Tally};

const RUN: u64 = 7;

/// A batch that differs from others of another seed in all it holds.
fn batch(seed: u32, n_hits: [usize; 3], keeps_all: bool) -> Batch {
    let mut batch = Batch {
        pairs: vec![[seed, 0], [seed, 1]],
        tally: Tally {
            pairs: 2,
            cost: u64::from(seed),
            ..Tally::default()
        },
        ..Batch::default()
    };
    for (class, n_hits) in batch.classes.iter_mut().zip(n_hits) {
        class.hits = (0..n_hits as u32)
            .map(|gene| Hit {
                snp: seed,
                gene,
                beta: 0.5,
                statistic: f64::from(gene),
                ln_p: -1.0,
            })
            .collect();
        if keeps_all {
            let best = |partner| Best {
                strength: f64::from(seed),
                partner,
                df_class: 0,
            };
            class.add_histogram(&[u64::from(seed), 3]);
            class.add_snp_bests(5 * seed, &[best(1), best(2)]);
            class.add_snp_bests(5 * seed + 2, &[best(3)]);
            class.add_gene_bests(&[best(4); 4]);
        }
    }
    batch
}

fn write(path: &Path, batches: &[Batch]) -> Vec<u8> {
    let mut file = std::fs::File::create(path).unwrap();
    for batch in batches {
        append(&mut file, RUN, batch).unwrap();
    }
    std::fs::read(path).unwrap()
}

/// The batches a file holds, hits included, and where it is damaged; the error if hits turn out to be.
fn read(path: &Path) -> (Result<Vec<Batch>, RunError>, Option<u64>) {
    let mut batches = Vec::new();
    let file = JournalFile::open(path, RUN, |batch| {
        batches.push(batch);
        true
    });
    let file = file.unwrap();
    for class in 0..3 {
        let mut all = Vec::new();
        let read = file.for_each_hit(class, |hits| {
            all.extend_from_slice(hits);
            Ok(())
        });
        if let Err(error) = read {
            return (Err(error), file.damaged_at);
        }
        assert_eq!(all.len() as u64, file.n_hits(class));
        // Hits of a batch have its first SNP block as their row.
        for hit in all {
            let own = batches.iter_mut().find(|b| b.pairs[0][0] == hit.snp);
            own.unwrap().classes[class].hits.push(hit);
        }
    }
    (Ok(batches), file.damaged_at)
}

fn three() -> Vec<Batch> {
    vec![
        batch(1, [2, 0, 3], true),
        batch(2, [0, 0, 0], false),
        batch(3, [1, 4, 1], true),
    ]
}

#[test]
fn a_journal_that_was_cut_short_keeps_its_whole_records() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("0001-00000.journal");
    let batches = three();
    let bytes = write(&path, &batches);
    let mut seen = [false; 4];
    for len in 0..=bytes.len() {
        std::fs::write(&path, &bytes[..len]).unwrap();
        let (read, damaged_at) = read(&path);
        let read = read.unwrap();
        assert_eq!(read, batches[..read.len()]);
        assert_eq!(damaged_at, None, "{len}");
        seen[read.len()] = true;
    }
    assert_eq!(seen, [true; 4]);
}

#[test]
fn a_changed_bit_never_changes_what_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("0001-00000.journal");
    let batches = three();
    let bytes = write(&path, &batches);
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1 << (at % 8);
        std::fs::write(&path, &changed).unwrap();
        let (read, damaged_at) = read(&path);
        let read = read.unwrap();
        assert!(read.len() < 3, "byte {at} is in no record");
        assert!(read.iter().all(|batch| batches.contains(batch)), "{at}");
        assert!(damaged_at.is_some(), "{at}");
    }
}

#[test]
fn hits_that_change_after_a_journal_was_looked_through_are_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("0001-00000.journal");
    let mut bytes = write(&path, &[batch(1, [2, 0, 0], false)]);
    let file = JournalFile::open(&path, RUN, |_| true).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 4;
    std::fs::write(&path, &bytes).unwrap();
    let error = file.for_each_hit(0, |_| Ok(())).unwrap_err().to_string();
    assert!(error.contains("run the same command again"), "{error}");
}

#[test]
fn records_of_another_run_are_not_taken() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("0001-00000.journal");
    write(&path, &three());
    let file = JournalFile::open(&path, RUN + 1, |_| panic!("of another run")).unwrap();
    assert_eq!(file.damaged_at, Some(0));
}

proptest! {
    #[test]
    fn what_is_written_comes_back(
        shapes in prop::collection::vec((any::<[u8; 3]>(), any::<bool>()), 0..6),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("0001-00000.journal");
        let batches: Vec<Batch> = (1..).zip(&shapes)
            .map(|(seed, (hits, keeps_all))| batch(seed, hits.map(usize::from), *keeps_all))
            .collect();
        write(&path, &batches);
        prop_assert_eq!(read(&path).0.unwrap(), batches);
    }
}

#[test]
fn a_record_of_block_pairs_that_are_there_already_does_not_count() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("0001-00000.journal");
    let again = batch(1, [1, 1, 1], true);
    write(
        &path,
        &[batch(1, [2, 0, 3], true), again, batch(2, [1, 0, 0], false)],
    );
    let mut outcome = Outcome::default();
    let file = JournalFile::open(&path, RUN, |batch| outcome.take(batch)).unwrap();
    outcome.take_file(file);
    assert_eq!((outcome.n_done(), outcome.n_hits()), (4, [3, 0, 3]));
    assert_eq!(outcome.tally.cost, 1 + 2);
}

#[test]
fn a_record_holds_the_genes_whose_strongest_test_is_new() {
    let of = |strengths: [f64; 4]| {
        strengths.map(|strength| Best {
            strength,
            partner: 7,
            df_class: 0,
        })
    };
    let mut known = Vec::new();
    let genes_left = |known: &mut Vec<Best>, strengths| {
        let mut class = ClassBatch::default();
        class.add_gene_bests(&of(strengths));
        class.keep_stronger(known);
        assert_eq!(class.gene_bests.len(), 4);
        class.genes_with_best().collect::<Vec<u32>>()
    };
    assert_eq!(genes_left(&mut known, [0.1, 0.5, 0.0, 0.2]), [0, 1, 3]);
    assert_eq!(genes_left(&mut known, [0.1, 0.4, 0.3, 0.9]), [2, 3]);
    assert_eq!(genes_left(&mut known, [0.0; 4]), [0u32; 0]);
    assert_eq!(known, of([0.1, 0.5, 0.3, 0.9]));
}
