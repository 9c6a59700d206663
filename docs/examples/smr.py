#!/usr/bin/env python3
"""Input of SMR: a list of genes and a table of SNPs for each.

    mpiqtl extract --config study.toml --genes genes.txt --per-gene --out loci
    smr.py loci smr_input
    smr --eqtl-flist smr_input/genes.flist --make-besd --out study

Each gene becomes GENE.esd: Chr SNP Bp A1 A2 Freq Beta se p, where A1 is the counted allele (alt) and Freq its frequency
(ac / an). genes.flist names them: Chr ProbeID GeneticDistance ProbeBp Gene Orientation PathOfEsd. The strand is not known
to mpiqtl (Orientation is NA), and ProbeBp is the left end of the gene.

SMR also reads the default tables of 'mpiqtl map' as they are, for those are Matrix eQTL's; alleles, places and frequencies
are then missing and have to be added by --update-esi and --update-epi:

    smr --eqtl-summary results/cis.tsv --matrix-eqtl-format --make-besd --out study
"""

import csv
import os
import sys


def rows(path):
    with open(path, newline="") as file:
        yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


def chromosome(name):
    """SMR wants 22, not chr22."""
    return name[3:] if name.lower().startswith("chr") else name


def esd_of(pair):
    """A row of an .esd file; nothing for a SNP that SMR cannot use."""
    if "NA" in (pair["chrom"], pair["ref"], pair["alt"], pair["ac"], pair["se"]):
        return None
    frequency = float(pair["ac"]) / float(pair["an"])
    return [chromosome(pair["chrom"]), pair["snp"], pair["pos"], pair["alt"], pair["ref"], repr(frequency),
            pair["beta"], pair["se"], pair["p"]]


def convert(folder, out):
    os.makedirs(out, exist_ok=True)
    left_out = 0
    with open(os.path.join(out, "genes.flist"), "w") as flist:
        print("Chr", "ProbeID", "GeneticDistance", "ProbeBp", "Gene", "Orientation", "PathOfEsd", file=flist, sep="\t")
        for gene in rows(os.path.join(folder, "genes.tsv")):
            if gene["chrom"] == "NA":
                left_out += 1
                continue
            path = os.path.join(out, gene["table"].replace(".pairs.tsv", ".esd"))
            with open(path, "w") as esd:
                print("Chr", "SNP", "Bp", "A1", "A2", "Freq", "Beta", "se", "p", file=esd, sep="\t")
                for pair in rows(os.path.join(folder, gene["table"])):
                    row = esd_of(pair)
                    if row is None:
                        left_out += 1
                    else:
                        print(*row, file=esd, sep="\t")
            print(chromosome(gene["chrom"]), gene["gene"], 0, gene["left"], gene["gene"], "NA", path, file=flist, sep="\t")
    if left_out:
        print(f"left out: {left_out} genes or SNPs without a place, alleles or anything to test", file=sys.stderr)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    convert(sys.argv[1], sys.argv[2])
