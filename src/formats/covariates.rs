//! Covariate tables, a row a covariate (Matrix eQTL, QTLtools) or a row a sample (tensorQTL): the IDs tell which.
//!
//! Fields are separated by tabs, or by blanks if the header has no tab. The header may or may not have a field above
//! the row names. Missing values are NaN; the model fills them.

use std::collections::HashSet;
use std::path::Path;

use super::FormatError;
use super::columns::{Separator, distinct_ids};
use super::input::{self, LineReader, quoted};
use super::number::{BadNumber, parse_value};

/// A table of covariates, whichever way it lay in the file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Covariates {
    /// The covariates' names, in the file's order.
    pub names: Vec<String>,
    /// The sample IDs, in the file's order.
    pub samples: Vec<String>,
    /// `[n_covariates][n_samples]`; NaN is missing.
    pub values: Vec<Vec<f64>>,
}

impl Covariates {
    /// Reads a table. The side of it on which more of `known_samples` stand holds the samples; rows are covariates if
    /// both sides have as many.
    ///
    /// # Errors
    /// If no known sample is found, a name or sample ID stands there twice, a row is ragged or a field is no number.
    pub fn read(path: &Path, known_samples: &[String]) -> Result<Self, FormatError> {
        let Table {
            reader,
            header_line,
            separator,
            columns,
            rows,
        } = Table::read(path)?;
        let samples_down = samples_are_down(&reader, &columns, &rows, known_samples)?;
        let (across, down) = if samples_down {
            ("covariate", "sample")
        } else {
            ("sample", "covariate")
        };
        let fields: Vec<&[u8]> = columns.iter().map(String::as_bytes).collect();
        distinct_ids(&reader, header_line, &fields, across)?;
        let row_ids = row_ids(&reader, &rows, down)?;
        let values = parse_rows(&reader, &columns, (&rows, separator), samples_down)?;
        Ok(if samples_down {
            Self {
                values: transposed(&values, columns.len()),
                names: columns,
                samples: row_ids,
            }
        } else {
            Self {
                names: row_ids,
                samples: columns,
                values,
            }
        })
    }
}

/// The file as text, up to a row whose ID has stood there before: covariate tables are small.
struct Table {
    reader: LineReader,
    header_line: u64,
    separator: Separator,
    /// The header without the field above the row IDs.
    columns: Vec<String>,
    rows: Vec<Row>,
}

struct Row {
    line: u64,
    id: String,
    /// The whole line: strings of one character each would take many times its memory.
    text: Vec<u8>,
}

impl Table {
    fn read(path: &Path) -> Result<Self, FormatError> {
        const WANTED: &str = "wanted a header line and one row a covariate, or one row a sample";
        let mut reader = input::open(path)?;
        if !reader.advance_to_text()? {
            return Err(reader.file_error("the file is empty", WANTED));
        }
        let separator = Separator::of(reader.line());
        let header_line = reader.number();
        let mut columns = names(&reader, separator)?;
        let (mut rows, mut seen) = (Vec::new(), HashSet::new());
        while reader.advance_to_text()? {
            let mut fields = separator.split(reader.line());
            let n_fields = fields.clone().count();
            if rows.is_empty() && !columns.is_empty() && n_fields == columns.len() {
                columns.remove(0);
            }
            if n_fields != columns.len() + 1 {
                return Err(reader.line_error(
                    format!("the row has {n_fields} fields"),
                    format!("wanted {}, as in the header", columns.len() + 1),
                ));
            }
            let id = reader.name(fields.next().unwrap_or_default())?.to_string();
            let is_first = seen.insert(id.clone());
            rows.push(Row {
                line: reader.number(),
                id,
                text: reader.line().to_vec(),
            });
            if !is_first {
                break;
            }
        }
        if rows.is_empty() {
            return Err(reader.file_error("the file has a header only", WANTED));
        }
        if columns.is_empty() {
            let found = "the header has one field and no tab or blank";
            return Err(reader.error_at(header_line, found, "separate the columns by tabs"));
        }
        Ok(Self {
            reader,
            header_line,
            separator,
            columns,
            rows,
        })
    }
}

/// The names of the header, where the reader is.
fn names(reader: &LineReader, separator: Separator) -> Result<Vec<String>, FormatError> {
    let fields = separator.split_header(reader, reader.line())?;
    let name = |field: &&[u8]| reader.name(field).map(str::to_string);
    fields.iter().map(name).collect()
}

/// Whether the rows are samples, by where the known IDs stand.
fn samples_are_down(
    reader: &LineReader,
    columns: &[String],
    rows: &[Row],
    known_samples: &[String],
) -> Result<bool, FormatError> {
    let known: HashSet<&str> = known_samples.iter().map(String::as_str).collect();
    let n_across = columns
        .iter()
        .filter(|id| known.contains(id.as_str()))
        .count();
    let n_down = rows
        .iter()
        .filter(|row| known.contains(row.id.as_str()))
        .count();
    if n_across == 0 && n_down == 0 {
        let example = |ids: &mut dyn Iterator<Item = &String>| {
            let shown: Vec<_> = ids.take(2).map(|id| quoted(id.as_bytes())).collect();
            shown.join(", ")
        };
        return Err(reader.file_error(
            format!(
                "no sample ID of the genotypes found: the header has {}, the first column has {}",
                example(&mut columns.iter()),
                example(&mut rows.iter().map(|row| &row.id)),
            ),
            format!(
                "wanted sample IDs such as {}",
                example(&mut known_samples.iter())
            ),
        ));
    }
    Ok(n_down > n_across)
}

fn row_ids(reader: &LineReader, rows: &[Row], what: &str) -> Result<Vec<String>, FormatError> {
    let mut seen = HashSet::new();
    for row in rows {
        let found = if row.id.is_empty() {
            format!("the {what} has no name")
        } else if !seen.insert(&row.id) {
            format!("{what} {} stands there twice", quoted(row.id.as_bytes()))
        } else {
            continue;
        };
        let wanted = format!("give every {what} a name of its own in the first column");
        return Err(reader.error_at(row.line, found, wanted));
    }
    Ok(rows.iter().map(|row| row.id.clone()).collect())
}

/// The values as they lie in the file, `[n_rows][n_columns]`.
fn parse_rows(
    reader: &LineReader,
    columns: &[String],
    (rows, separator): (&[Row], Separator),
    samples_down: bool,
) -> Result<Vec<Vec<f64>>, FormatError> {
    let refusal = |row: &Row, column: &String, field: &[u8], bad: BadNumber| {
        let (covariate, sample) = if samples_down {
            (column, &row.id)
        } else {
            (&row.id, column)
        };
        let found = format!(
            "covariate {}, sample {}: {} {}",
            quoted(covariate.as_bytes()),
            quoted(sample.as_bytes()),
            quoted(field),
            bad.problem()
        );
        let wanted = match bad {
            BadNumber::Text => "wanted a number or NA; code categories as columns of 0 and 1",
            BadNumber::Infinite => "wanted a finite number or NA",
            BadNumber::Empty => bad.advice(),
        };
        reader.error_at(row.line, found, wanted)
    };
    let parse_row = |row: &Row| {
        let fields = separator.split(&row.text).skip(1).zip(columns);
        fields
            .map(|(field, column)| {
                parse_value(field).map_err(|bad| refusal(row, column, field, bad))
            })
            .collect()
    };
    rows.iter().map(parse_row).collect()
}

fn transposed(values: &[Vec<f64>], n_columns: usize) -> Vec<Vec<f64>> {
    (0..n_columns)
        .map(|column| values.iter().map(|row| row[column]).collect())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use tempfile::NamedTempFile;

    fn read(text: &str) -> Result<Covariates, FormatError> {
        let mut file = NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        let known = ["s1", "s2", "s3"].map(String::from);
        Covariates::read(file.path(), &known)
    }

    fn refusal(text: &str) -> String {
        read(text).unwrap_err().to_string()
    }

    #[test]
    fn both_orientations_give_the_same_table() {
        let across = read("id\ts1\ts2\nage\t30\t41.5\nsex\t0\t1\n").unwrap();
        assert_eq!(across.names, ["age", "sex"]);
        assert_eq!(across.samples, ["s1", "s2"]);
        assert_eq!(across.values, [[30.0, 41.5], [0.0, 1.0]]);
        assert_eq!(
            read("\tage\tsex\ns1\t30\t0\ns2\t41.5\t1\n").unwrap(),
            across
        );
        assert_eq!(read("age sex\ns1 30 0\ns2 41.5 1\n").unwrap(), across);
        assert_eq!(read("s1 s2\nage  30 41.5\nsex 0 1 \n").unwrap(), across);
    }

    #[test]
    fn rows_are_covariates_when_both_sides_hold_as_many_samples() {
        assert_eq!(read("id\ts1\ns2\t5\n").unwrap().names, ["s2"]);
    }

    #[test]
    fn a_missing_value_is_nan() {
        assert!(read("id\ts1\nage\tNA\n").unwrap().values[0][0].is_nan());
    }

    #[test]
    fn a_table_of_other_samples_shows_examples() {
        let message = refusal("id\tx\ty\tz\na\t1\t2\t3\nb\t1\t2\t3\n");
        assert!(message.contains("no sample ID of the genotypes found"));
        assert!(message.contains("the header has 'x', 'y', the first column has 'a', 'b'"));
        assert!(message.contains("such as 's1', 's2'"));
    }

    #[test]
    fn names_and_samples_stand_there_once() {
        let covariate = refusal("id\ts1\nage\t1\nsex\t0\nage\t2\n");
        assert!(covariate.contains("line 4: covariate 'age' stands there twice"));
        let sample = refusal("id\ts1\ts1\nage\t1\t2\n");
        assert!(sample.contains("line 1: sample ID 's1' stands there twice"));
        assert!(refusal("id\tage\ns1\t1\ns1\t2\n").contains("sample 's1' stands there twice"));
        assert!(refusal("id\ts1\n\t1\n").contains("the covariate has no name"));
    }

    #[test]
    fn a_category_is_refused_with_a_way_out() {
        let message = refusal("id\ts1\ts2\nsex\tmale\tfemale\n");
        assert!(message.contains("line 2: covariate 'sex', sample 's1': 'male' is not a number"));
        assert!(message.contains("code categories as columns of 0 and 1"));
        let down = refusal("id\tsex\ns2\tmale\n");
        assert!(down.contains("covariate 'sex', sample 's2'"));
        assert!(
            refusal("id\ts1\nage\tInf\n").contains("'Inf' is infinite; wanted a finite number")
        );
    }

    #[test]
    fn a_table_that_is_none_is_refused() {
        assert!(
            refusal("id\ts1\ts2\nage\t1\t2\nsex\t1\n")
                .contains("line 3: the row has 2 fields; wanted 3")
        );
        assert!(refusal("").contains("the file is empty"));
        assert!(refusal("id\ts1\n \n").contains("a header only"));
        assert!(refusal(" \n").contains("the file is empty"));
        assert!(refusal("id,s1\nage,1\n").contains("separate the columns by tabs"));
    }
}
