#!/usr/bin/env python3
"""Input of eigenMT, a chromosome at a time.

    mpiqtl extract --config study.toml --genes genes.txt --per-gene --out loci
    eigenmt.py loci genotypes.tsv chr22 eigenmt_input
    python eigenMT.py --CHROM chr22 --QTL eigenmt_input/qtl.tsv --GEN eigenmt_input/genotypes.tsv \\
        --GENPOS eigenmt_input/snps.tsv --PHEPOS eigenmt_input/genes.tsv --OUT chr22.tsv

genotypes.tsv is Matrix eQTL's text, rows of which are taken as they are: eigenMT wants every SNP of its matrix in its table
of places. eigenMT counts SNPs of one position as one, and splits at spaces: neither IDs nor chromosomes may hold any.

qtl.tsv has the first columns of Matrix eQTL's tables, SNP gene beta t-stat p-value. The tables that 'mpiqtl map' writes by
default can be given to --QTL as they are, if --p-cis is 1: eigenMT counts the SNPs it finds there.
"""

import csv
import os
import sys


def rows(path):
    with open(path, newline="") as file:
        yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


def convert(folder, genotypes, chromosome, out):
    os.makedirs(out, exist_ok=True)
    places = {}
    with open(os.path.join(out, "qtl.tsv"), "w") as qtl, open(os.path.join(out, "genes.tsv"), "w") as genes:
        print("SNP", "gene", "beta", "t-stat", "p-value", file=qtl, sep="\t")
        print("geneid", "chr", "left", "right", file=genes, sep="\t")
        for gene in rows(os.path.join(folder, "genes.tsv")):
            if gene["chrom"] != chromosome:
                continue
            print(gene["gene"], gene["chrom"], gene["left"], gene["right"], file=genes, sep="\t")
            for pair in rows(os.path.join(folder, gene["table"])):
                if pair["chrom"] == chromosome:
                    places[pair["snp"]] = pair["pos"]
                    print(pair["snp"], pair["gene"], pair["beta"], pair["t"], pair["p"], file=qtl, sep="\t")
    with open(os.path.join(out, "snps.tsv"), "w") as snps:
        print("snp", "chr", "pos", file=snps, sep="\t")
        for snp, pos in places.items():
            print(snp, chromosome, pos, file=snps, sep="\t")
    with open(genotypes) as source, open(os.path.join(out, "genotypes.tsv"), "w") as chosen:
        chosen.write(source.readline())
        for line in source:
            if line.split("\t", 1)[0] in places:
                chosen.write(line)


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    convert(*sys.argv[1:])
