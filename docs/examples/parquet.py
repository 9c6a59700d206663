#!/usr/bin/env python3
"""Tables in Parquet with pandas and pyarrow: what is in them, a part of their rows, and a join.

    mpiqtl map --config study.toml --columns full --table-format parquet --p-cis 1e-3 --p-trans 1e-5 --out results
    parquet.py results 1e-4 joined.tsv

The class of a pair is its file, cis.parquet or trans.parquet; nothing is read of the class that is not asked for.
joined.tsv has the strongest cis SNP of every gene whose p is at most 1e-4, with the genes on which the same SNP acts in
trans; there the p is at most 1e-4 too. What a table is and which options made it is printed, also from its own file.
"""

import json
import os
import sys

import pandas as pd
import pyarrow.parquet as pq


def describe(path):
    """Columns with their types, and what the file says of itself. Reads no row."""
    file = pq.ParquetFile(path)
    about = json.loads(file.schema_arrow.metadata[b"mpiqtl.run"])
    print(f"{path}: {file.metadata.num_rows} rows in {file.num_row_groups} row groups, class {about['class']}, "
          f"{about['n_tests']} tests, df {about['df']}")
    for field in file.schema_arrow:
        print(f"    {field.name}: {field.type}")


def groups_with(path, p):
    """How many row groups can hold a p of at most this, by the smallest p that each states."""
    metadata = pq.ParquetFile(path).metadata
    column = metadata.schema.names.index("p")
    groups = [metadata.row_group(i).column(column).statistics for i in range(metadata.num_row_groups)]
    return sum(not group.has_min_max or group.min <= p for group in groups)


def pairs(path, p, columns):
    """Rows with a p of at most this. The other row groups and columns stay on the disk."""
    return pd.read_parquet(path, engine="pyarrow", columns=columns, filters=[("p", "<=", p)])


def leads(cis):
    """The strongest pair of every gene; of equal ones the first, as the table is sorted."""
    return cis.sort_values("neg_log10_p", ascending=False, kind="stable").drop_duplicates("gene")


def join(folder, p):
    columns = ["snp", "chrom", "pos", "gene", "beta", "p", "neg_log10_p"]
    cis = pairs(os.path.join(folder, "cis.parquet"), p, columns)
    # Not more columns than are wanted: place and alleles of a SNP are those of the cis table.
    trans = pairs(os.path.join(folder, "trans.parquet"), p, ["snp", "gene", "beta", "p"])
    # One row a pair of genes; a lead without a trans gene keeps its row, with nothing in the columns of trans.
    return leads(cis).merge(trans, on="snp", how="left", suffixes=("", "_trans"))


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    folder, p, out = sys.argv[1], float(sys.argv[2]), sys.argv[3]
    for name in ["cis.parquet", "trans.parquet"]:
        path = os.path.join(folder, name)
        describe(path)
        print(f"    {groups_with(path, p)} row groups can hold p <= {p}")
    join(folder, p).to_csv(out, sep="\t", index=False, na_rep="NA")
