//! Options that are one of a few words: help and completions list the words, the type says what is wrong with another.

use std::error::Error;
use std::ffi::OsStr;
use std::marker::PhantomData;
use std::str::FromStr;

use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::{Arg, Command};

/// A parser of values of type `T`, which are written as one of some words.
#[derive(Debug)]
pub struct Words<T> {
    words: &'static [&'static str],
    parses: PhantomData<fn() -> T>,
}

impl<T> Words<T> {
    /// A parser of these words.
    pub fn new(words: &'static [&'static str]) -> Self {
        Self {
            words,
            parses: PhantomData,
        }
    }
}

impl<T> Clone for Words<T> {
    fn clone(&self) -> Self {
        Self::new(self.words)
    }
}

impl<T> TypedValueParser for Words<T>
where
    T: FromStr + Clone + Send + Sync + 'static,
    T::Err: Into<Box<dyn Error + Send + Sync>>,
{
    type Value = T;

    fn parse_ref(
        &self,
        command: &Command,
        argument: Option<&Arg>,
        value: &OsStr,
    ) -> Result<T, clap::Error> {
        let words = self.words;
        let parse =
            move |word: String| word.parse().map_err(|wrong| with_hint(words, &word, wrong));
        StringValueParser::new()
            .try_map(parse)
            .parse_ref(command, argument, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(self.words.iter().map(PossibleValue::new)))
    }
}

/// What is wrong with a word, and the one that may be meant.
fn with_hint<E: Into<Box<dyn Error + Send + Sync>>>(
    words: &[&str],
    word: &str,
    wrong: E,
) -> Box<dyn Error + Send + Sync> {
    let wrong = wrong.into();
    let text = wrong.to_string();
    match nearest(words.iter().copied(), word) {
        Some(near) if !text.contains("did you mean") => {
            format!("{text}; did you mean '{near}'?").into()
        }
        _ => wrong,
    }
}

/// The word that is most like another, if one is like it at all, in letters of any size.
pub fn nearest<'w>(words: impl IntoIterator<Item = &'w str>, other: &str) -> Option<&'w str> {
    /// How alike two words must be, from 0 to 1.
    const LIKE: f64 = 0.7;
    let other = other.to_ascii_lowercase();
    let likeness = |word: &str| strsim::jaro(&word.to_ascii_lowercase(), &other);
    let likest = words
        .into_iter()
        .max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
    likest.filter(|word| likeness(word) > LIKE)
}

#[cfg(test)]
mod tests {
    use crate::cli::MapInput;
    use clap::{Args, Command};

    #[test]
    fn every_word_that_is_listed_is_taken() {
        let command = MapInput::augment_args(Command::new("map"));
        let mut n_words = 0;
        for argument in command.get_arguments() {
            let Some(flag) = argument.get_long() else {
                continue;
            };
            for word in argument.get_possible_values() {
                let words = ["map", &format!("--{flag}"), word.get_name()];
                let taken = command.clone().try_get_matches_from(words);
                assert!(taken.is_ok(), "{words:?}");
                n_words += 1;
            }
        }
        assert!(n_words > 15, "{n_words}");
    }
}
