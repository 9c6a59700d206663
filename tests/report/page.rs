//! What a page may not hold.

use std::fs;

use crate::{Study, names};

const HOSTILE_GENE: &str = "</title><script>alert(1)</script>";
const HOSTILE_SNP: &str = "\"><img src=x onerror='alert(2)'>&amp;";

#[test]
fn hostile_names_are_text() {
    let study = Study::simulated();
    let plain = study.mapped("--p-cis 1 --p-trans 1");
    let table = fs::read_to_string(study.path("out/cis.tsv")).unwrap();
    let strongest: Vec<&str> = table.lines().nth(1).unwrap().split('\t').collect();
    for file in ["genotypes", "snp_locations"] {
        study.edit(&format!("study/{file}.tsv"), strongest[0], HOSTILE_SNP);
    }
    for file in ["expression", "gene_locations"] {
        study.edit(&format!("study/{file}.tsv"), strongest[1], HOSTILE_GENE);
    }
    // A sample that is left out is named too.
    let header = fs::read_to_string(study.path("study/covariates.tsv")).unwrap();
    let sample = header
        .lines()
        .next()
        .unwrap()
        .split('\t')
        .nth(1)
        .unwrap()
        .to_string();
    study.edit("study/covariates.tsv", &sample, "<b>S</b>");
    let html = study.mapped("--p-cis 1 --p-trans 1 --overwrite");
    assert!(html.contains("&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert!(html.contains("&quot;&gt;&lt;img src=x onerror=&#39;alert(2)&#39;&gt;&amp;amp;"));
    assert!(html.contains("&lt;b&gt;S&lt;/b&gt;"));
    for page in [plain, html].into_iter().chain(pictures(&study)) {
        for mark in [
            "<script",
            "<img",
            "<b>",
            "onload=\"",
            " style=\"",
            "url(",
            "@import",
        ] {
            assert!(!page.contains(mark), "{mark}");
        }
        let links = page.matches("http").count();
        let allowed = page.matches("http-equiv").count()
            + page.matches("xmlns=\"http://www.w3.org/2000/svg\"").count();
        assert_eq!(links, allowed, "a page names another place");
    }
}

fn pictures(study: &Study) -> Vec<String> {
    let folder = study.path("out/plots");
    let names = names(&folder);
    assert!(names.len() > 40, "{names:?}");
    names
        .iter()
        .map(|name| fs::read_to_string(folder.join(name)).unwrap())
        .collect()
}

#[test]
fn a_page_is_small() {
    let study = Study::simulated();
    let html = study.mapped("--p-cis 1 --p-trans 1 --p-histogram qqplot --min-p");
    assert!(html.len() < 2_000_000, "{} bytes", html.len());
    assert!(html.starts_with("<!DOCTYPE html>\n<html lang=\"en\">"));
}
