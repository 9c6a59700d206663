//! A small PLINK set, the VCF of the same genotypes, and what a store holds.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use mpiqtl::store::{GenotypeStore, Provenance};

use crate::support::{Lcg, mpiqtl};

pub const N_SNPS: usize = 40;

/// SNPs of the first chromosome; the others are on the second, which stands first in the files.
const ON_FIRST: usize = 15;

const ALLELES: [[&str; 2]; 4] = [["A", "G"], ["C", "T"], ["T", "AT"], ["G", "C"]];

/// A folder with `set.bed`, `set.bim`, `set.fam`, `set.vcf` of the same, `expression.tsv` and `genes.tsv`.
pub struct Set(tempfile::TempDir);

impl Set {
    pub fn new(n_samples: usize) -> Self {
        let set = Self(tempfile::tempdir().unwrap());
        let mut random = Lcg(n_samples as u64);
        // Of each SNP the alleles are more or less rare, and more or less is missing.
        let calls: Vec<Vec<Option<u8>>> = (0..N_SNPS)
            .map(|snp| (0..n_samples).map(|_| call(snp, &mut random)).collect())
            .collect();
        set.write_bed(&calls, n_samples);
        set.write_vcf(&calls, n_samples);
        set.write_expression(n_samples, &mut random);
        set
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn command(&self, words: &str) -> Command {
        let mut command = mpiqtl();
        command
            .current_dir(self.0.path())
            .args(words.split_whitespace());
        command
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.path(name), bytes).unwrap();
    }

    fn write_bed(&self, calls: &[Vec<Option<u8>>], n_samples: usize) {
        let mut bed = vec![0x6c, 0x1b, 1];
        let mut bim = String::new();
        for (snp, calls) in calls.iter().enumerate() {
            let bits = |call: &Option<u8>| match call {
                Some(2) => 0b00,
                Some(1) => 0b10,
                Some(_) => 0b11,
                None => 0b01,
            };
            for four in calls.chunks(4) {
                let byte = four.iter().enumerate();
                bed.push(byte.fold(0, |byte, (i, call)| byte | bits(call) << (2 * i)));
            }
            let (chrom, pos, [reference, alternate]) = place(snp);
            let id = format!("snp{snp}");
            // Tabs as plink2 writes them, blanks as others do.
            let gap = if snp % 2 == 0 { "\t" } else { "  " };
            let fields = [chrom, &id, "0.5", &pos.to_string(), alternate, reference];
            writeln!(bim, "{}", fields.join(gap)).unwrap();
        }
        self.write("set.bed", bed);
        self.write("set.bim", bim);
        let fam = (0..n_samples).map(|i| format!("f{i} s{i} 0 0 {} -9\n", i % 3));
        self.write("set.fam", fam.collect::<String>());
    }

    fn write_vcf(&self, calls: &[Vec<Option<u8>>], n_samples: usize) {
        let samples: Vec<String> = (0..n_samples).map(|i| format!("s{i}")).collect();
        let mut vcf = format!(
            "##fileformat=VCFv4.2\n##contig=<ID=2>\n##contig=<ID=1>\n\
             ##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n\
             #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t{}\n",
            samples.join("\t")
        );
        for (snp, calls) in calls.iter().enumerate() {
            let (chrom, pos, [reference, alternate]) = place(snp);
            write!(
                vcf,
                "{chrom}\t{pos}\tsnp{snp}\t{reference}\t{alternate}\t.\t.\t.\tGT"
            )
            .unwrap();
            for call in calls {
                vcf.push_str(match call {
                    Some(2) => "\t1/1",
                    Some(1) => "\t0/1",
                    Some(_) => "\t0/0",
                    None => "\t./.",
                });
            }
            vcf.push('\n');
        }
        self.write("set.vcf", vcf);
    }

    fn write_expression(&self, n_samples: usize, random: &mut Lcg) {
        let mut text = String::from("geneid");
        (0..n_samples).for_each(|i| write!(text, "\ts{i}").unwrap());
        for gene in 0..6 {
            write!(text, "\ng{gene}").unwrap();
            (0..n_samples).for_each(|_| write!(text, "\t{}", random.noise()).unwrap());
        }
        self.write("expression.tsv", text + "\n");
        let genes = (0..6).map(|gene| format!("g{gene}\t{}\t{}\t{}\n", 1 + gene % 2, 900, 1900));
        self.write(
            "genes.tsv",
            "geneid\tchr\tleft\tright\n".to_string() + &genes.collect::<String>(),
        );
    }
}

fn call(snp: usize, random: &mut Lcg) -> Option<u8> {
    let percent = (snp * 7 % 60) as u64;
    let is_missing = random.below(100) < (snp as u64 * 3) % 17;
    let mut copy = || u8::from(random.below(100) < percent);
    let call = copy() + copy();
    (!is_missing).then_some(call)
}

fn place(snp: usize) -> (&'static str, usize, [&'static str; 2]) {
    let chrom = if snp < N_SNPS - ON_FIRST { "2" } else { "1" };
    (chrom, 1000 + 10 * snp, ALLELES[snp % ALLELES.len()])
}

/// A row of a store.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub id: String,
    pub place: Option<(String, i64)>,
    pub alleles: [String; 2],
    pub codes: Vec<u8>,
}

/// All that a store of hard calls holds. Equality does not ask for where it comes from.
#[derive(Debug)]
pub struct Content {
    pub samples: Vec<String>,
    pub rows: Vec<Row>,
    pub provenance: Provenance,
}

impl PartialEq for Content {
    fn eq(&self, other: &Self) -> bool {
        (&self.samples, &self.rows) == (&other.samples, &other.rows)
    }
}

impl Content {
    pub fn read(path: &Path) -> Self {
        let store = GenotypeStore::open(path).unwrap();
        let places = store.places().unwrap();
        let samples = store.samples().to_vec();
        let columns: Vec<u32> = (0..samples.len() as u32).collect();
        let all: Vec<u32> = (0..store.n_snps() as u32).collect();
        let (mut ids, mut references, mut alternates) = (Vec::new(), Vec::new(), Vec::new());
        store.ids_of(&all, |_, id| ids.push(id)).unwrap();
        store
            .references_of(&all, |_, a| references.push(a))
            .unwrap();
        store
            .alternates_of(&all, |_, a| alternates.push(a))
            .unwrap();
        let row = |row: usize| {
            let mut codes = Vec::new();
            store
                .read_codes(row..row + 1, &columns, &mut codes)
                .unwrap();
            let chrom = places.chrom.get(row);
            Row {
                id: ids[row].clone(),
                place: chrom.map(|&chrom| {
                    let name = places.chrom_names[chrom as usize].clone();
                    (name, places.pos[row])
                }),
                alleles: [references[row].clone(), alternates[row].clone()],
                codes,
            }
        };
        Self {
            rows: (0..store.n_snps()).map(row).collect(),
            provenance: store.provenance().unwrap(),
            samples,
        }
    }

    /// The IDs of the rows, in the order of the store.
    pub fn ids(&self) -> Vec<&str> {
        self.rows.iter().map(|row| row.id.as_str()).collect()
    }
}
