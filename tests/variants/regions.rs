//! Regions: the records that bcftools takes by position, through any index and without one.

use std::fs;

use crate::support::{fail, mpiqtl, real_data, succeed};
use crate::{Folder, make_old};

const REGIONS: [&str; 9] = [
    "1",
    "1:16384",
    "1:16391-16395",
    "1:200-16,390",
    "1:101-",
    "1:100-300,X:60-70",
    "X,2,1:1-1000000",
    "2:500,000,000-500,000,000",
    "1:100,1:100-200,1:201-300",
];

/// What bcftools takes of the study, one row an allele.
fn wanted_of(folder: &Folder, regions: &str) -> Vec<(String, i64)> {
    let regions = regions.replace(",0", "0").replace(",390", "390");
    let words = "bcftools query --regions-overlap pos -f %ID\\t%POS\\t%CHROM\\t%REF\\t%ALT\\n study.bcf -r ";
    let said = folder
        .tool(&format!("{words}{regions}"))
        .expect("bcftools is there");
    let mut wanted = Vec::new();
    for line in said.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let [id, pos, chrom, reference, alternates] = fields[..] else {
            panic!("{line}");
        };
        let several = alternates.contains(',');
        for alternate in alternates.split(',') {
            let id = match id {
                "." => format!("{chrom}_{pos}_{reference}_{alternate}"),
                id if several => format!("{id}_{alternate}"),
                id => id.into(),
            };
            wanted.push((id, pos.parse().expect("a position")));
        }
    }
    // bcftools gives a record once for each region that it is named in.
    wanted.sort();
    wanted.dedup();
    wanted
}

#[test]
fn regions_are_those_of_bcftools_by_position_with_any_index_and_without() {
    let Some(folder) = Folder::with_study() else {
        return;
    };
    folder.tool("bcftools index study.bcf");
    fs::copy(folder.path("study.bcf"), folder.path("bare.bcf")).unwrap();
    fs::copy(folder.path("study.vcf.gz"), folder.path("bare.vcf.gz")).unwrap();
    fs::copy(folder.path("study.vcf.gz"), folder.path("tabix.vcf.gz")).unwrap();
    fs::copy(folder.path("study.vcf.gz"), folder.path("fine.vcf.gz")).unwrap();
    folder.tool("bcftools index study.vcf.gz");
    folder.tool("bcftools index -t tabix.vcf.gz");
    folder.tool("bcftools index -m 10 fine.vcf.gz");
    for regions in REGIONS {
        let wanted = wanted_of(&folder, regions);
        let mut stores = Vec::new();
        for (file, index) in [
            ("study.vcf", None),
            ("bare.vcf.gz", None),
            ("bare.bcf", None),
            ("study.vcf.gz", Some("csi")),
            ("fine.vcf.gz", Some("csi")),
            ("tabix.vcf.gz", Some("tbi")),
            ("study.bcf", Some("csi")),
        ] {
            let (store, said) = folder.import(&format!("{file} --region {regions}"));
            let way = match index {
                None => "read from its beginning to its end".to_string(),
                Some(ending) => format!("read through {file}.{ending}"),
            };
            assert!(said.contains(&way), "{regions}: {said}");
            let n_sites = wanted.iter().map(|(id, pos)| (id.split('_').next(), pos));
            let n_sites = n_sites.collect::<std::collections::BTreeSet<_>>().len();
            let plural = if n_sites == 1 { "" } else { "s" };
            let counts = format!(": {n_sites} record{plural} in ");
            assert!(said.contains(&counts), "{regions}: {said}");
            assert!(
                said.contains(&format!(", {} others left out; ", 12 - n_sites)),
                "{said}"
            );
            assert_eq!(store.rows(), wanted, "{file} {regions}");
            stores.push(store);
        }
        assert!(
            stores.windows(2).all(|pair| pair[0] == pair[1]),
            "{regions}"
        );
    }
}

#[test]
fn regions_of_chromosome_22_are_those_of_bcftools() {
    let Some(study) = real_data("geuvadis_qtltools") else {
        return;
    };
    let folder = Folder::new();
    let vcf = study.join("original/genotypes.chr22.vcf.gz");
    let vcf = vcf.display();
    for region in [
        "chr22:1-20000000",
        "chr22:30,000,000-30,100,000",
        "chr22:51000000-",
    ] {
        let plain = region.replace(",0", "0").replace(",1", "1");
        let query = format!("bcftools query --regions-overlap pos -r {plain} -f %POS\\n {vcf}");
        let Some(said) = folder.tool(&query) else {
            return;
        };
        let wanted: Vec<i64> = said
            .lines()
            .map(|line| line.parse().expect("a position"))
            .collect();
        let (store, _) = folder.import(&format!("{vcf} --region {region}"));
        assert!(wanted.len() > 100 && store.positions == wanted, "{region}");
    }
}

#[test]
fn an_index_that_does_not_fit_is_not_followed() {
    let Some(folder) = Folder::with_study() else {
        return;
    };
    folder.tool("bcftools index -t study.vcf.gz");
    folder.tool("bcftools index study.bcf");
    // Older than the file: it may lead anywhere.
    make_old(&folder.path("study.bcf.csi"));
    let (_, said) = folder.import("study.bcf --region 2");
    assert!(
        said.contains("read from its beginning to its end, for study.bcf.csi is older"),
        "{said}"
    );
    // Of another file.
    folder.tool("bcftools view -Oz -o other.vcf.gz -r X:70 study.bcf");
    fs::copy(
        folder.path("study.vcf.gz.tbi"),
        folder.path("other.vcf.gz.tbi"),
    )
    .unwrap();
    let said = fail(&mut folder.importing("other.vcf.gz --region X"), 1);
    assert!(
        said.contains("bcftools index -f") || said.contains("truncated or damaged"),
        "{said}"
    );
    // No index at all.
    fs::write(folder.path("study.vcf.gz.tbi"), "no index").unwrap();
    let said = fail(&mut folder.importing("study.vcf.gz --region X"), 1);
    assert!(
        said.contains("study.vcf.gz.tbi: this is no whole index"),
        "{said}"
    );
    assert!(
        said.contains("make it again with 'bcftools index -f'"),
        "{said}"
    );
    assert!(!folder.path("other.h5").exists());
}

#[test]
fn a_region_that_names_nothing_is_refused() {
    let Some(folder) = Folder::with_study() else {
        return;
    };
    fs::copy(folder.path("study.vcf.gz"), folder.path("tabix.vcf.gz")).unwrap();
    folder.tool("bcftools index -t tabix.vcf.gz");
    for file in ["study.vcf", "tabix.vcf.gz", "study.bcf"] {
        let refuse = |region: &str, parts: &[&str]| {
            let said = fail(
                &mut folder.importing(&format!("{file} --region {region}")),
                1,
            );
            for part in parts {
                assert!(said.contains(part), "{said}");
            }
            assert!(
                said.contains(file) && !folder.path("store.h5").exists(),
                "{said}"
            );
        };
        refuse(
            "chr1:5-9",
            &["chromosome 'chr1'; the file says '1': ask for --region 1:5-9"],
        );
        refuse(
            "7",
            &["chromosome '7'; the first chromosomes of the file are '1', '2'"],
        );
        refuse(
            "1:5-9",
            &["no record lies in 1:5-9; a record lies where its position does"],
        );
    }
    let (_, said) = folder.import("study.vcf --region 1:5-9,X");
    assert!(
        said.contains("warning: study.vcf: no record lies in 1:5-9"),
        "{said}"
    );
    let said = fail(&mut folder.importing("study.vcf --region 1:9-5"), 2);
    assert!(
        said.contains("'1:9-5' is no region: it ends before it begins; wanted CHR"),
        "{said}"
    );
}

#[test]
fn rows_of_text_and_bed_lie_in_regions_too() {
    let folder = Folder::new();
    let tabs = |text: &str| text.replace(' ', "\t");
    fs::write(
        folder.path("g.tsv"),
        tabs("id s1 s2\na 0 1\nb 1 1\nc 2 0\n"),
    )
    .unwrap();
    fs::write(folder.path("l.tsv"), tabs("snp chr pos\na 1 10\nb 1 20\n")).unwrap();
    fs::write(
        folder.path("e.bed"),
        tabs("#chr start end id s1 s2\n1 9 30 a 0 1\n1 10 30 b 1 1\n"),
    )
    .unwrap();
    let (store, said) = folder.import("g.tsv --snp-locations l.tsv --region 1:11-20");
    assert!(
        said.contains("1 record in 1:11-20, 2 others left out; read from its beginning"),
        "{said}"
    );
    assert_eq!(store.rows(), [("b".into(), 20)]);
    let said = fail(&mut folder.importing("g.tsv --region 1:11-20"), 1);
    assert!(said.contains("g.tsv: text has no places"), "{said}");
    let (store, _) = folder.import("e.bed --region 1:11");
    assert_eq!(store.rows(), [("b".into(), 11)]);
}

#[test]
fn the_help_says_how_regions_differ_from_those_of_bcftools() {
    let help = succeed(mpiqtl().args(["import", "genotypes", "--help"])).stdout;
    let help = String::from_utf8(help).expect("help is text");
    assert!(
        help.split_whitespace()
            .any(|word| word == "--regions-overlap"),
        "{help}"
    );
}
