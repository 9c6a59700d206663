"""Fits by numpy from the text tables of a study against what the examples made of the tables of mpiqtl.

check.py STUDY_FOLDER LOCI_FOLDER LEADS.tsv SMR_FOLDER EIGENMT_FOLDER CHROMOSOME
"""

import math
import os
import sys

import numpy as np

study, loci, leads, smr, eigenmt, chromosome = sys.argv[1:]


def table(path):
    with open(path) as file:
        header = file.readline().rstrip("\n").split("\t")
        return [dict(zip(header, line.rstrip("\n").split("\t"))) for line in file]


def matrix(name):
    with open(os.path.join(study, name)) as file:
        samples = file.readline().rstrip("\n").split("\t")[1:]
        rows = {}
        for line in file:
            name, *fields = line.rstrip("\n").split("\t")
            row = np.array([float("nan") if field == "NA" else float(field) for field in fields])
            rows[name] = row
        return samples, rows


samples, genotypes = matrix("genotypes.tsv")
assert matrix("expression.tsv")[0] == samples and matrix("covariates.tsv")[0] == samples
expression, covariates = matrix("expression.tsv")[1], matrix("covariates.tsv")[1]
places = {row["snp"]: (row["chr"], row["pos"]) for row in table(os.path.join(study, "snp_locations.tsv"))}
n = len(samples)
df = n - len(covariates) - 2


def fit(snp, gene):
    """beta, its standard error and t, by least squares of the whole design."""
    calls = genotypes[snp]
    filled = np.where(np.isnan(calls), np.nanmean(calls), calls)
    design = np.column_stack([np.ones(n), *covariates.values(), filled])
    y = expression[gene]
    beta, *_ = np.linalg.lstsq(design, y, rcond=None)
    rest = y - design @ beta
    variance = rest @ rest / df * np.linalg.inv(design.T @ design)[-1, -1]
    return beta[-1], math.sqrt(variance), beta[-1] / math.sqrt(variance)


def close(found, wanted, what):
    assert abs(float(found) - wanted) <= 1e-8 * abs(wanted) + 1e-13, (what, found, wanted)


genes = table(os.path.join(loci, "genes.tsv"))
tested = {gene["gene"]: [row["snp"] for row in table(os.path.join(loci, gene["table"]))] for gene in genes}
assert len(genes) > 1 and all(len(snps) > 10 for snps in tested.values())
fits = {(snp, gene): fit(snp, gene) for gene, snps in tested.items() for snp in snps}

found = table(leads)
assert {row["gene"] for row in found} == set(tested)
for row in found:
    gene = row["gene"]
    best = max(tested[gene], key=lambda snp: abs(fits[snp, gene][2]))
    assert row["snp"] == best, row
    assert int(row["n_snps"]) == len(tested[gene])
    close(row["p_bonferroni"], min(1, float(row["p"]) * len(tested[gene])), "p_bonferroni")

flist = table(os.path.join(smr, "genes.flist"))
assert [row["ProbeID"] for row in flist] == [gene["gene"] for gene in genes]
for probe in flist:
    esd = table(probe["PathOfEsd"])
    assert list(esd[0]) == ["Chr", "SNP", "Bp", "A1", "A2", "Freq", "Beta", "se", "p"]
    assert [row["SNP"] for row in esd] == tested[probe["ProbeID"]]
    for row in esd:
        beta, se, _ = fits[row["SNP"], probe["ProbeID"]]
        close(row["Beta"], beta, "esd Beta")
        close(row["se"], se, "esd se")
        # A1 is counted: its frequency is half the mean of the calls.
        close(row["Freq"], np.nanmean(genotypes[row["SNP"]]) / 2, "esd Freq")
        assert ("chr" + row["Chr"], row["Bp"]) == places[row["SNP"]]
        assert row["A1"] != row["A2"] and probe["Chr"] == row["Chr"]

# As eigenMT reads: split at spaces, SNP and gene first, the p-value under its name, every SNP of the matrix placed.
with open(os.path.join(eigenmt, "snps.tsv")) as file:
    file.readline()
    placed = {name: float(pos) for name, chrom, pos in map(str.split, file) if chrom == chromosome}
with open(os.path.join(eigenmt, "genes.tsv")) as file:
    file.readline()
    spans = {name: (float(left), float(right)) for name, chrom, left, right in map(str.split, file) if chrom == chromosome}
with open(os.path.join(eigenmt, "genotypes.tsv")) as file:
    assert file.readline().split()[1:] == samples
    columns = {placed[fields[0]]: len(fields) - 1 for fields in map(str.split, file)}
assert set(columns.values()) == {n} and set(columns) == set(placed.values())
with open(os.path.join(eigenmt, "qtl.tsv")) as file:
    at = file.readline().split().index("p-value")
    n_tests = 0
    for fields in map(str.split, file):
        snp, gene = fields[0], fields[1]
        assert placed[snp] in columns and gene in spans
        close(fields[2], fits[snp, gene][0], "eigenMT beta")
        close(fields[3], fits[snp, gene][2], "eigenMT t")
        assert 0 < float(fields[at]) <= 1
        n_tests += 1
wanted = sum(len(tested[gene["gene"]]) for gene in genes if gene["chrom"] == chromosome)
assert n_tests == wanted and n_tests > 10
print("checked")
