#!/usr/bin/env python3
"""The strongest SNP of every gene, with pandas.

    leads.py TABLE.tsv LEADS.tsv

TABLE.tsv is a table of 'mpiqtl extract', or one that 'mpiqtl map --columns full' writes. A gene's p-value is multiplied by
the number of its SNPs in the table (Bonferroni), which is the number tested if the table is of 'extract': 'map' leaves out
what misses its threshold.
"""

import sys

import pandas as pd


def leads(table):
    # Of equal |t| the first row stands: rows are in genome order.
    strength = "t" if "t" in table else "F"
    order = table[strength].abs().sort_values(ascending=False, kind="stable").index
    first = table.loc[order].drop_duplicates("gene").set_index("gene")
    n_snps = table.groupby("gene").size()
    first["n_snps"] = n_snps
    first["p_bonferroni"] = (first["p"] * n_snps).clip(upper=1)
    wanted = ["snp", "chrom", "pos", "beta", "se", strength, "p", "n_snps", "p_bonferroni"]
    return first.sort_values("p_bonferroni", kind="stable")[wanted]


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    # IDs and chromosomes are text, whatever they look like; a gene may be called NA only by mistake.
    text = {name: str for name in ["snp", "chrom", "ref", "alt", "gene"]}
    # round_trip: pandas' own parser is off in the last bit.
    pairs = pd.read_csv(sys.argv[1], sep="\t", dtype=text, float_precision="round_trip")
    leads(pairs).to_csv(sys.argv[2], sep="\t", na_rep="NA")
