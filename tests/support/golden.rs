//! The golden cases: their options, and which of the expected files have been read.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::least_squares::{LeastSquares, Model, Row};
use super::{Table, mpiqtl, number};

/// A golden case and the table its options say.
pub struct Case {
    folder: PathBuf,
    options: toml::Table,
    read: RefCell<BTreeSet<String>>,
}

/// The folder of all cases.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

impl Case {
    /// The case of this name.
    pub fn open(name: &str) -> Self {
        let folder = root().join(name);
        let text = std::fs::read_to_string(folder.join("case.toml")).expect("the case has options");
        Self {
            folder,
            options: text.parse().expect("the options are TOML"),
            read: RefCell::default(),
        }
    }

    /// A threshold.
    pub fn p(&self, class: &str) -> f64 {
        let value = &self.options[&format!("p_{class}")];
        let whole = value.as_integer().map(|i| i as f64);
        value.as_float().or(whole).expect("a number")
    }

    /// The model's word.
    pub fn model(&self) -> &str {
        self.options["model"].as_str().expect("a word")
    }

    /// Whether smallest p-values are asked for.
    pub fn min_p(&self) -> bool {
        self.is("min_p")
    }

    fn is(&self, key: &str) -> bool {
        self.options[key].as_bool().expect("true or false")
    }

    /// The histogram that is asked for, in the words of the flag.
    pub fn p_histogram(&self) -> Option<String> {
        match &self.options["p_histogram"] {
            toml::Value::Boolean(false) => None,
            toml::Value::String(word) => Some(word.clone()),
            toml::Value::Array(edges) => {
                let edges: Vec<String> = edges.iter().map(toml::Value::to_string).collect();
                Some(edges.join(","))
            }
            bins => Some(bins.to_string()),
        }
    }

    /// Whether a class is tested and reported by itself.
    pub fn reports(&self, class: &str) -> bool {
        self.p(class) > 0.0
    }

    /// The classes a histogram is made of: with cis and trans, of all tests too.
    pub fn histogram_classes(&self) -> Vec<&'static str> {
        let with_all = self.reports("trans");
        ["all", "cis", "trans"]
            .into_iter()
            .filter(|class| self.reports(class) || with_all)
            .collect()
    }

    /// An input or expected file, which counts as read.
    pub fn file(&self, name: &str) -> PathBuf {
        self.read.borrow_mut().insert(name.to_string());
        self.folder.join(name)
    }

    /// An input table, or nothing if the case has none of the name.
    pub fn input(&self, name: &str) -> Option<PathBuf> {
        Some(self.folder.join(format!("{name}.tsv"))).filter(|path| path.exists())
    }

    /// The rows of an input table by name; NA is missing.
    pub fn rows(&self, name: &str) -> Vec<(String, Row)> {
        let Some(path) = self.input(name) else {
            return Vec::new();
        };
        let value = |field: &String| (field != "NA").then(|| number(field));
        let rows = Table::read(&path).rows.into_iter();
        rows.map(|row| (row[0].clone(), row[1..].iter().map(value).collect()))
            .collect()
    }

    /// The case's least squares, with its SNPs and genes by name.
    pub fn least_squares(&self) -> (LeastSquares, HashMap<String, Row>, HashMap<String, Row>) {
        let rows = |name: &str| self.rows(name).into_iter().map(|(_, row)| row);
        let covariates: Vec<Row> = rows("covariates").collect();
        let covariance: Vec<Vec<f64>> = rows("error_covariance")
            .map(|row| row.into_iter().flatten().collect())
            .collect();
        let model = match self.model() {
            "linear" => Model::Linear,
            "linear_cross" => Model::LinearCross {
                interaction: covariates.len() - 1,
            },
            "anova" => Model::Anova {
                groups: 3,
                observed: false,
            },
            other => panic!("{other} is no model"),
        };
        let snps: HashMap<String, Row> = self.rows("genotypes").into_iter().collect();
        let n = snps.values().next().expect("a SNP").len();
        let covariance = (!covariance.is_empty()).then_some(covariance.as_slice());
        let fit = LeastSquares::new(model, n, &covariates, covariance);
        (fit, snps, self.rows("expression").into_iter().collect())
    }

    /// `map` with the case's options, ready to run.
    pub fn map(&self, out: &Path) -> Command {
        let mut command = self.map_for_hits(out);
        if let Some(histogram) = self.p_histogram() {
            command.args(["--p-histogram", &histogram]);
        }
        if self.min_p() {
            command.arg("--min-p");
        }
        command
    }

    /// `map` with the case's options but for histograms and smallest p-values, which not every engine makes.
    pub fn map_for_hits(&self, out: &Path) -> Command {
        let mut command = mpiqtl();
        command.arg("map").arg("--out").arg(out);
        self.add_inputs(&mut command);
        for class in ["all", "cis", "trans"] {
            command.args([format!("--p-{class}"), self.p(class).to_string()]);
        }
        command
    }

    /// Adds the case's inputs, model and cis distance to a command.
    pub fn add_inputs(&self, command: &mut Command) {
        for key in [
            "genotypes",
            "expression",
            "covariates",
            "error_covariance",
            "snp_locations",
            "gene_locations",
        ] {
            let asked_for = key != "error_covariance" || self.is(key);
            if let Some(path) = self.input(key).filter(|_| asked_for) {
                let flag = format!("--{}", key.replace('_', "-"));
                command.arg(flag).arg(path);
            }
        }
        command.args(["--model", self.model()]);
        command.args(["--cis-dist-bp", &self.options["cis_dist_bp"].to_string()]);
    }

    /// Fails if a file of expected results was not read, or an input that is there was not asked for.
    pub fn all_is_read(&self) {
        let there = std::fs::read_dir(&self.folder).expect("a folder");
        let names: BTreeSet<String> = there
            .map(|entry| entry.expect("an entry").file_name().into_string())
            .map(|name| name.expect("a plain name"))
            .filter(|name| name.starts_with("expected"))
            .collect();
        assert_eq!(
            *self.read.borrow(),
            names,
            "the expected files, and those that a check has read"
        );
        assert_eq!(
            self.input("error_covariance").is_some(),
            self.is("error_covariance")
        );
    }
}
