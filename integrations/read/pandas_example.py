"""Reads the results of a sweep with pandas: python pandas_example.py results/NAME

Prints the share of circuits that fail by the first two axes of the sweep, and the smallest margin
of every circuit with the case where it is. Needs: pip install pandas pyarrow
"""

import json
import sys
from pathlib import Path

import pandas

folder = Path(sys.argv[1])
axes = [axis["name"] for axis in json.loads((folder / "summary.json").read_text())["axes"]][:2]

# Without this backend a column of whole numbers with an empty cell becomes floating point, and
# picoseconds beyond 2^53 lose their last digits.
results = pandas.read_parquet(folder / "results.parquet", dtype_backend="pyarrow")

# A circuit fails in a case where any of its rows (directions, stages) says FAIL; `during` rows of a
# run have no verdict.
results["fails"] = (results["verdict"] == "FAIL").fillna(False)
circuits = results.groupby(["case", *axes, "circuit"], sort=False)["fails"].any().reset_index()
print(f"Share of circuits that fail in per cent, by {' and '.join(axes) or 'nothing'}")
circuits["percent"] = circuits["fails"].astype("int64") * 100
if len(axes) == 2:
    # The order of the values is that of their first case, not that of the alphabet.
    table = circuits.pivot_table("percent", *axes, aggfunc="mean", sort=False)
elif axes:
    table = circuits.groupby(axes, sort=False)["percent"].mean()
else:
    table = circuits["percent"].mean()
print(table.round(1), "\n")

print("Smallest margin of every circuit, ms")
margins = results.dropna(subset="margin_ps")
worst = margins.sort_values(["margin_ps", "case"]).drop_duplicates("circuit")
worst = worst.assign(margin_ms=worst["margin_ps"] / 1e9)
print(worst[["circuit", "margin_ms", "case", *axes]].to_string(index=False))
