//! What other programs call our options: people type the names they know, and are told ours.

/// An option under the names of another program.
struct Foreign {
    /// The names, in small letters, with - for _ and for a full stop.
    names: &'static [&'static str],
    /// The program.
    program: &'static str,
    /// Our flags.
    ours: &'static [&'static str],
    /// What else there is to know; empty if nothing.
    note: &'static str,
}

const MATRIX_EQTL: &str = "Matrix eQTL";
const QTLTOOLS: &str = "QTLtools and FastQTL";
const PLINK: &str = "PLINK";
const TENSORQTL: &str = "tensorQTL";

const fn foreign(
    program: &'static str,
    names: &'static [&'static str],
    ours: &'static [&'static str],
) -> Foreign {
    Foreign {
        names,
        program,
        ours,
        note: "",
    }
}

/// The names by program. `sample` and the like, which say the same everywhere, are close enough to ours to be found.
const FOREIGN: [Foreign; 29] = [
    foreign(MATRIX_EQTL, &["snps", "snp-file-name"], &["--genotypes"]),
    foreign(
        MATRIX_EQTL,
        &["gene", "expression-file-name"],
        &["--expression"],
    ),
    foreign(
        MATRIX_EQTL,
        &["cvrt", "covariates-file-name"],
        &["--covariates"],
    ),
    foreign(MATRIX_EQTL, &["errorcovariance"], &["--error-covariance"]),
    foreign(
        MATRIX_EQTL,
        &["snpspos", "snps-location-file-name"],
        &["--snp-locations"],
    ),
    foreign(
        MATRIX_EQTL,
        &["genepos", "gene-location-file-name"],
        &["--gene-locations"],
    ),
    foreign(MATRIX_EQTL, &["usemodel"], &["--model"]),
    foreign(MATRIX_EQTL, &["pvoutputthreshold-cis"], &["--p-cis"]),
    Foreign {
        note: " (at most --p-cis)",
        ..foreign(MATRIX_EQTL, &["pvoutputthreshold-tra"], &["--p-trans"])
    },
    Foreign {
        note: " (of all pairs, or of trans pairs where --p-cis is given)",
        ..foreign(
            MATRIX_EQTL,
            &["pvoutputthreshold"],
            &["--p-all", "--p-trans"],
        )
    },
    foreign(MATRIX_EQTL, &["cisdist"], &["--cis-dist-bp"]),
    foreign(MATRIX_EQTL, &["pvalue-hist"], &["--p-histogram"]),
    foreign(MATRIX_EQTL, &["min-pv-by-genesnp"], &["--min-p"]),
    Foreign {
        note: ", a folder",
        ..foreign(
            MATRIX_EQTL,
            &[
                "output-file-name",
                "output-file-name-cis",
                "output-file-name-tra",
            ],
            &["--out"],
        )
    },
    Foreign {
        note: " (what does not fit goes to the disk, and the FDR is always there)",
        ..foreign(MATRIX_EQTL, &["nofdrsavememory"], &["--hit-memory"])
    },
    foreign(
        MATRIX_EQTL,
        &["slicesize", "fileslicesize"],
        &["--block-snps", "--block-genes"],
    ),
    foreign(
        MATRIX_EQTL,
        &["matrixeqtl-anova-categories", "anova-categories"],
        &["--anova-groups"],
    ),
    foreign(QTLTOOLS, &["vcf"], &["--genotypes"]),
    Foreign {
        note: " (phenotypes or PLINK's genotypes)",
        ..foreign(
            "QTLtools and PLINK",
            &["bed"],
            &["--expression", "--genotypes"],
        )
    },
    foreign(QTLTOOLS, &["cov"], &["--covariates"]),
    foreign(QTLTOOLS, &["window"], &["--cis-dist-bp"]),
    Foreign {
        note: " I/N",
        ..foreign(QTLTOOLS, &["chunk"], &["--shard"])
    },
    foreign(QTLTOOLS, &["nominal", "threshold"], &["--p-cis", "--p-all"]),
    foreign(PLINK, &["bfile", "pfile", "file"], &["--genotypes"]),
    foreign(PLINK, &["pheno"], &["--expression"]),
    foreign(PLINK, &["covar"], &["--covariates"]),
    foreign(PLINK, &["pfilter"], &["--p-all", "--p-cis"]),
    foreign(TENSORQTL, &["pval-threshold"], &["--p-all", "--p-trans"]),
    foreign(TENSORQTL, &["output-dir"], &["--out"]),
];

/// What a name of another program is called here, with a word of whose it is: "Matrix eQTL's --cvrt is --covariates
/// here". `name` may be a flag or a configuration key, and so is the answer.
pub fn translated(name: &str) -> Option<String> {
    let plain = name.trim_start_matches('-').to_ascii_lowercase();
    let plain = plain.replace(['_', '.'], "-");
    let is_it = |foreign: &&Foreign| foreign.names.contains(&plain.as_str());
    let found = FOREIGN.iter().find(is_it)?;
    let is_flag = name.starts_with('-');
    let ours = found.ours.iter().map(|flag| match is_flag {
        true => format!("'{flag}'"),
        false => format!("'{}'", flag[2..].replace('-', "_")),
    });
    let (ours, program) = (ours.collect::<Vec<_>>().join(" or "), found.program);
    Some(format!(
        "'{name}' of {program} is {ours}{} here",
        found.note
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::MapInput;
    use clap::{Args, Command};

    #[test]
    fn every_translation_is_a_flag_and_no_name_is_one_of_ours() {
        let command = MapInput::augment_args(Command::new("map"));
        let flags: Vec<&str> = command
            .get_arguments()
            .filter_map(|argument| argument.get_long())
            .collect();
        let mut names = Vec::new();
        for foreign in &FOREIGN {
            for ours in foreign.ours {
                assert!(flags.contains(&&ours[2..]), "{ours}");
            }
            names.extend(foreign.names);
        }
        assert!(names.iter().all(|name| !flags.contains(name)), "{names:?}");
        let n_names = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), n_names);
    }

    #[test]
    fn a_name_is_known_however_it_is_written() {
        for name in ["--pvOutputThreshold_cis", "--pvOutputThreshold.cis"] {
            let wanted = format!("'{name}' of Matrix eQTL is '--p-cis' here");
            assert_eq!(translated(name), Some(wanted));
        }
        let wanted = "'cisDist' of Matrix eQTL is 'cis_dist_bp' here";
        assert_eq!(translated("cisDist").as_deref(), Some(wanted));
        assert_eq!(translated("--zygosity"), None);
    }
}
