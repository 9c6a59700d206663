//! Campaigns of the configuration file and of the command line's values.

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::path::Path;

use clap::{Args, Command, FromArgMatches};
use mpiqtl::cli::MapInput;
use rand::Rng;

use crate::campaign::{Outcome, Verdict, run};
use crate::inputs::{CONFIG, CONFIG_OF_ANOVA};
use crate::mutation::spoil;

/// Resolves options, with the configuration file of the folder if they name it.
fn resolve(input: MapInput) -> Verdict {
    match input.with_file().and_then(MapInput::resolve) {
        Err(message) if message.len() < 10 => Err(format!("no sentence: {message}")),
        // A key or a word that is as long as that stands in the message; the log escapes what is in it.
        Err(_) => Ok(Outcome::Refused),
        Ok(config) => {
            let sound = |p: f64| (0.0..=1.0).contains(&p);
            if !(sound(config.p_all) && sound(config.p_cis) && sound(config.p_trans)) {
                return Err("a threshold is no p-value".into());
            }
            if config.cis_dist_bp < 0 || config.threads == Some(0) || config.block_snps == Some(0) {
                return Err("a number is out of range".into());
            }
            let shown = serde_json::to_string(&config).map_err(|error| error.to_string())?;
            if shown.is_empty() {
                Err("nothing to show".into())
            } else {
                Ok(Outcome::Accepted)
            }
        }
    }
}

fn read_file(folder: &Path, bytes: &[u8]) -> Verdict {
    let config = folder.join("input");
    fs::write(&config, bytes).expect("the input can be written");
    resolve(MapInput {
        config: Some(config),
        ..MapInput::default()
    })
}

#[test]
fn configuration_file() {
    let seeds = [CONFIG, CONFIG_OF_ANOVA].map(|text| text.as_bytes().to_vec());
    run("configuration_file", 1500, |random, folder| {
        let mut bytes = seeds[random.random_range(0..2)].clone();
        spoil(random, &mut bytes, &seeds);
        read_file(folder, &bytes)
    });
}

#[test]
fn a_configuration_that_is_nested_too_deeply_or_has_no_end_is_refused() {
    let deep = [
        format!("p_histogram = {}", "[".repeat(100_000)),
        format!("p_histogram = {}1", "{a=".repeat(50_000)),
        format!("{}a = 1", "a.".repeat(50_000)),
        "[[a]]\n".repeat(10_000),
        "[a.".repeat(20_000),
    ];
    for text in deep {
        let outcome = crate::campaign::single("deep configuration", |folder| {
            read_file(folder, text.as_bytes())
        });
        assert_eq!(outcome, Outcome::Refused);
    }
    let endless = MapInput {
        config: Some("/dev/zero".into()),
        ..MapInput::default()
    };
    let message = endless.with_file().unwrap_err();
    assert!(
        message.contains("/dev/zero: is longer than 256 KiB"),
        "{message}"
    );
}

/// Words of a command line, one flag and its value a line, told by a blank.
const COMMAND_LINE: &str = "\
--genotypes g.h5
--expression e.tsv
--out o
--p-cis 1e-3
--p-trans 1e-5
--cis-dist-bp 1000000
--p-histogram 0.01,0.05,1
--model anova
--anova-groups 4
--anova-df observed
--threads 2
--block-snps 100
--block-genes 100
--audit 3
--min-samples 5
--engine i8
--simd avx512
--columns full
--min-p
--genotype-field DS
";

fn read_words(bytes: &[u8]) -> Verdict {
    let words = bytes
        .split(|byte| matches!(byte, b' ' | b'\n'))
        .filter(|word| !word.is_empty());
    let words = words.map(|word| OsString::from_vec(word.to_vec()));
    let command = MapInput::augment_args(Command::new("map")).no_binary_name(true);
    let input = command
        .try_get_matches_from(words)
        .and_then(|words| MapInput::from_arg_matches(&words));
    match input {
        // A file that is named by chance is none of ours.
        Ok(input) if input.config.is_none() => resolve(input),
        Ok(_) => Ok(Outcome::Refused),
        Err(error) if error.to_string().is_empty() => Err("an error without words".into()),
        Err(_) => Ok(Outcome::Refused),
    }
}

#[test]
fn a_path_that_is_not_utf8_is_refused() {
    let words = b"--genotypes g\xff.h5 --expression e.h5 --out o";
    assert_eq!(read_words(words), Ok(Outcome::Refused));
    let words = b"--genotypes g.h5 --expression e.h5 --out o";
    assert_eq!(read_words(words), Ok(Outcome::Accepted));
}

#[test]
fn command_line() {
    let seeds = [COMMAND_LINE.as_bytes().to_vec()];
    run("command_line", 1000, |random, _| {
        let mut bytes = seeds[0].clone();
        spoil(random, &mut bytes, &seeds);
        read_words(&bytes)
    });
}
