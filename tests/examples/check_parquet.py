"""What docs/examples/parquet.py made of tables in Parquet against the tables of the same run as text, by the standard library.

check_parquet.py TEXT_FOLDER PARQUET_FOLDER P JOINED.tsv SAID.txt
"""

import csv
import os
import sys

import pandas as pd
import pyarrow.parquet as pq

text, parquet, p, joined, said = sys.argv[1:]
p = float(p)


def table(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


cis, trans = (table(os.path.join(text, name)) for name in ["cis.tsv", "trans.tsv"])
wanted = {}
for row in cis:
    if float(row["p"]) <= p:
        best = wanted.setdefault(row["gene"], row)
        if float(row["neg_log10_p"]) > float(best["neg_log10_p"]):
            wanted[row["gene"]] = row
in_trans = {}
for row in trans:
    if float(row["p"]) <= p:
        in_trans.setdefault(row["snp"], []).append(row)

expected = set()
for lead in wanted.values():
    own = tuple([lead["snp"], lead["chrom"], lead["pos"], lead["gene"]] + [float(lead[name]) for name in ["beta", "p"]])
    for other in in_trans.get(lead["snp"], [None]):
        rest = ("NA", None, None) if other is None else (other["gene"], float(other["beta"]), float(other["p"]))
        expected.add(own + rest)
found = set()
for row in table(joined):
    own = tuple([row["snp"], row["chrom"], row["pos"], row["gene"]] + [float(row[name]) for name in ["beta", "p"]])
    rest = (row["gene_trans"], *(None if row[name] == "NA" else float(row[name]) for name in ["beta_trans", "p_trans"]))
    found.add(own + rest)
assert found == expected and len(found) == len(table(joined)), (len(found), len(expected))
assert any(row[6] != "NA" for row in found) and any(row[6] == "NA" for row in found), "both kinds of leads are there"

# Types: text, whole numbers, double precision; all bits of every number of the text.
types = {"snp": "string", "chrom": "string", "ref": "string", "alt": "string", "gene": "string", "pos": "int64",
         "distance": "int64", "n": "int64"}
lines = open(said).read().splitlines()
for name, rows in [("cis.parquet", cis), ("trans.parquet", trans)]:
    path = os.path.join(parquet, name)
    assert any(line.startswith(f"{path}: {len(rows)} rows in ") for line in lines), lines
    start = next(i for i, line in enumerate(lines) if line.startswith(f"{path}: "))
    shown = dict(line.strip().split(": ") for line in lines[start + 1:start + 1 + len(rows[0])])
    assert list(shown) == list(rows[0])
    for column, kind in shown.items():
        assert kind == types.get(column, "double"), (column, kind)
    whole = pd.read_parquet(path, engine="pyarrow")
    assert [float(row["p"]) for row in rows] == list(whole["p"])
    # Sorted by p, a table tells by its statistics that most row groups need not be read.
    file = pq.ParquetFile(path)
    left = int(next(line for line in lines[start:] if "row groups can hold" in line).split()[0])
    n_rows = sum(float(row["p"]) <= p for row in rows)
    sizes = [file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)]
    assert sum(sizes[:left]) >= n_rows > sum(sizes[:max(left - 1, 0)]), (sizes, left, n_rows)
assert pq.ParquetFile(os.path.join(parquet, "trans.parquet")).num_row_groups > 1
assert "1 row groups can hold" in lines[-1], lines[-1]
print("checked")
