//! PLINK sets and filters at import: what comes into a store is what plink2 would take, and what the same VCF gives.

mod filters;
mod inspect;
mod peer;
mod set;

#[path = "../support/mod.rs"]
mod support;

use std::fs;

use set::{Content, N_SNPS, Set};
use support::{fail, stderr, succeed};

#[test]
fn a_set_and_the_same_vcf_are_the_same_store() {
    for n_samples in [1, 2, 3, 4, 5, 23] {
        let set = Set::new(n_samples);
        succeed(&mut set.command("import genotypes set.bed --out bed.h5"));
        succeed(&mut set.command("import genotypes set --out prefix.h5"));
        succeed(&mut set.command("import genotypes set.vcf --out vcf.h5"));
        let from_vcf = Content::read(&set.path("vcf.h5"));
        assert_eq!(from_vcf.samples.len(), n_samples);
        assert_eq!(Content::read(&set.path("bed.h5")), from_vcf);
        assert_eq!(Content::read(&set.path("prefix.h5")), from_vcf);
    }
}

#[test]
fn what_a_set_does_not_say_is_said_on_the_screen() {
    let set = Set::new(9);
    let bim = fs::read_to_string(set.path("set.bim")).unwrap();
    let chroms = [(0, "0"), (2, "0"), (4, "23")];
    let moved = bim.lines().enumerate().map(|(i, line)| {
        let chrom = chroms.iter().find(|(of, _)| *of == i);
        chrom.map_or(line.into(), |(_, chrom)| line.replacen('2', chrom, 1)) + "\n"
    });
    fs::write(set.path("set.bim"), moved.collect::<String>()).unwrap();
    let fam = fs::read_to_string(set.path("set.fam")).unwrap();
    fs::write(set.path("set.fam"), fam.replacen(" s2 ", " s1 ", 1)).unwrap();
    let said = stderr(&succeed(
        &mut set.command("import genotypes set --out g.h5"),
    ));
    for part in [
        "counts copies of A1 (column 5 of the .bim)",
        "samples are called FID_IID",
        "PLINK's codes too: 23 (X)",
        "warning: 2 SNPs are on chromosome 0",
        ", 2 without a location",
    ] {
        assert!(said.contains(part), "no '{part}' in: {said}");
    }
    let content = Content::read(&set.path("g.h5"));
    assert_eq!(content.samples[..2], ["f0_s0", "f1_s1"]);
    assert_eq!(content.rows.len(), N_SNPS);
    let unplaced = content.rows.iter().rev().take(2);
    assert!(unplaced.clone().all(|row| row.place.is_none()));
    let ids = bim
        .lines()
        .map(|line| line.split_whitespace().nth(1).unwrap());
    let ids: Vec<&str> = ids.collect();
    let wanted = format!(
        "kind\tid\tfinding\nsnp\t{}\tno location\nsnp\t{}\tno location\n",
        ids[0], ids[2]
    );
    let report = fs::read_to_string(set.path("g.id_report.tsv")).unwrap();
    assert_eq!(report, wanted);
    assert_eq!(content.provenance.get("sample_ids"), Some("FID_IID"));
}

#[test]
fn map_takes_a_set_as_it_takes_a_vcf() {
    let set = Set::new(23);
    let map = |genotypes: &str| {
        let words = format!(
            "map --genotypes {genotypes} --expression expression.tsv --gene-locations genes.tsv --p-cis 1 --p-trans 1 \
             --columns full --out out_{genotypes}"
        );
        succeed(&mut set.command(&words));
        let table = |name: &str| fs::read(set.path(&format!("out_{genotypes}/{name}"))).unwrap();
        [table("cis.tsv"), table("trans.tsv")]
    };
    let wanted = map("set.vcf");
    assert!(wanted.iter().all(|table| table.len() > 500));
    assert_eq!(map("set.bed"), wanted);
    assert_eq!(map("set"), wanted);
}

#[test]
fn a_set_that_was_imported_is_imported_again_when_any_of_its_files_changes() {
    let set = Set::new(23);
    let map = || {
        let words =
            "map --genotypes set --expression expression.tsv --p-all 1 --overwrite --out out";
        stderr(&succeed(&mut set.command(words)))
    };
    let reused = "genotypes.h5: taken as it is";
    assert!(!map().contains(reused));
    assert!(map().contains(reused));
    let bim = fs::read_to_string(set.path("set.bim")).unwrap();
    fs::write(set.path("set.bim"), bim.replacen("snp0", "snp_0", 1)).unwrap();
    assert!(!map().contains(reused));
}

#[test]
fn an_id_that_stands_there_twice_is_named_with_its_lines() {
    let set = Set::new(5);
    let bim = fs::read_to_string(set.path("set.bim")).unwrap();
    fs::write(set.path("set.bim"), bim.replacen("snp8\t", "snp4\t", 1)).unwrap();
    let said = fail(&mut set.command("import genotypes set --out g.h5"), 1);
    let wanted = "set.bim: SNP ID 'snp4' stands on rows 5 and 9";
    assert!(said.contains(wanted), "{said}");
    assert!(!set.path("g.h5").exists());
}

#[test]
fn a_second_import_of_a_set_to_the_same_store_is_refused_at_once() {
    let set = Set::new(5);
    let other = fs::File::create(set.path("g.h5.values.part")).unwrap();
    other.lock().unwrap();
    fs::write(set.path("g.h5.part"), "half a store").unwrap();
    let import = || set.command("import genotypes set --out g.h5");
    let said = fail(&mut import(), 1);
    assert!(
        said.contains("g.h5.values.part: another process is importing to the same store"),
        "{said}"
    );
    assert!(!said.contains("counts copies"), "looked at first: {said}");
    assert_eq!(
        fs::read(set.path("g.h5.part")).unwrap(),
        b"half a store",
        "the other's"
    );
    drop(other);
    succeed(&mut import());
    assert!(!set.path("g.h5.values.part").exists());
}

#[test]
fn a_set_is_not_replaced_by_a_store_of_it() {
    let set = Set::new(5);
    let said = fail(
        &mut set.command("import genotypes set --overwrite --out set.bed"),
        1,
    );
    assert!(said.contains("set.bed: is there and is no store"), "{said}");
    succeed(&mut set.command("import genotypes set --out g.h5"));
}

#[test]
fn a_prefix_whose_bed_is_damaged_says_what_is_wrong_with_it() {
    let set = Set::new(5);
    let import = |input: &str| {
        let map = format!("map --genotypes {input} --expression expression.tsv --p-all 1");
        let by_map = fail(&mut set.command(&format!("{map} --out out")), 1);
        let import = format!("import genotypes {input} --out g.h5");
        [by_map, fail(&mut set.command(&import), 1)]
    };
    let damages: [(&[u8], &str); 4] = [
        (b"", "set.bed: has 0 bytes; wanted 3"),
        (b"\x6c", "set.bed: has 1 bytes; wanted 3"),
        (&[0; 43], "set.bed: is not a PLINK bed file"),
        (
            b"version of a large file\n",
            "set.bed: is not a PLINK bed file",
        ),
    ];
    for (bytes, found) in damages {
        fs::write(set.path("set.bed"), bytes).unwrap();
        for said in import("set").into_iter().chain(import("set.bed")) {
            assert!(said.contains(found), "no '{found}' in: {said}");
        }
    }
    fs::remove_file(set.path("set.bed")).unwrap();
    for said in import("set") {
        assert!(said.contains("set: cannot open: No such file"), "{said}");
    }
    fs::write(set.path("set.pgen"), b"\x6c\x1b\x10\0\0").unwrap();
    for said in import("set") {
        let found = "set.pgen: this is a PLINK 2 pgen file; make PLINK bed of its hard calls with 'plink2 --pfile set ";
        assert!(said.contains(found), "{said}");
    }
}

#[test]
fn a_bim_or_fam_is_no_text_of_genotypes() {
    let set = Set::new(5);
    for name in ["set.bim", "set.fam"] {
        let said = fail(
            &mut set.command(&format!("import genotypes {name} --out g.h5")),
            1,
        );
        let found =
            format!("{name}: this is a part of a PLINK set; give its .bed, or the prefix set");
        assert!(said.contains(&found), "{said}");
    }
}

#[test]
fn locations_are_not_taken_with_a_set() {
    let set = Set::new(5);
    let words = "import genotypes set --snp-locations set.bim --out g.h5";
    let said = fail(&mut set.command(words), 1);
    assert!(
        said.contains("a PLINK bed file has its own locations"),
        "{said}"
    );
}

#[test]
fn a_store_says_what_it_was_made_from() {
    let set = Set::new(5);
    succeed(&mut set.command("import genotypes set.bed --out bed.h5"));
    let provenance = Content::read(&set.path("bed.h5")).provenance;
    let bytes = fs::read(set.path("set.bed")).unwrap();
    let fact = |name: &str| {
        provenance
            .get(name)
            .unwrap_or_else(|| panic!("{name} is noted"))
    };
    assert_eq!(fact("source"), "set.bed");
    assert_eq!(fact("source_bytes"), bytes.len().to_string());
    assert_eq!(
        fact("source_crc32"),
        format!("{:08x}", crc32fast::hash(&bytes))
    );
    assert_eq!(fact("bim"), "set.bim");
    let bim = fs::read(set.path("set.bim")).unwrap();
    assert_eq!(fact("bim_crc32"), format!("{:08x}", crc32fast::hash(&bim)));
    assert!(fact("source_modified").ends_with('Z') && fact("source_modified").starts_with("20"));
    assert_eq!(fact("counted_allele"), "A1 (column 5 of the .bim)");
    assert!(fact("program").starts_with("mpiqtl "));

    succeed(&mut set.command("import genotypes set.vcf --out vcf.h5"));
    let provenance = Content::read(&set.path("vcf.h5")).provenance;
    let vcf = fs::read(set.path("set.vcf")).unwrap();
    let crc = format!("{:08x}", crc32fast::hash(&vcf));
    assert_eq!(provenance.get("source_crc32"), Some(crc.as_str()));
    assert_eq!(provenance.get("counted_allele"), Some("ALT of the VCF"));
    assert_eq!(provenance.get("genotype_field"), Some("GT"));
}
