"""Reads the results of a sweep with DuckDB: python duckdb_example.py results/NAME

Prints the share of circuits that fail by the first two axes of the sweep, and the smallest margin
of every circuit with the case where it is. Needs: pip install duckdb
"""

import json
import sys
from pathlib import Path

import duckdb

folder = Path(sys.argv[1])
axes = [axis["name"] for axis in json.loads((folder / "summary.json").read_text())["axes"]][:2]
# Names of axes may hold anything a TOML key may: quote them.
by = ", ".join('"' + axis.replace('"', '""') + '"' for axis in axes)

results = duckdb.read_parquet(str(folder / "results.parquet"))

# A circuit fails in a case where any of its rows (directions, stages) says FAIL. `during` rows of a
# run have no verdict: a null, which bool_or leaves out.
print(f"Share of circuits that fail, by {' and '.join(axes) or 'nothing'}")
group = f"{by}, " if by else ""
end = f"GROUP BY {by} ORDER BY min(first_case)" if by else ""
duckdb.sql(f"""
    WITH circuits AS (
        SELECT {group} "case", circuit, bool_or(verdict = 'FAIL') AS fails,
               min("case") AS first_case
        FROM results GROUP BY {group} "case", circuit
    )
    SELECT {group} count(*) AS circuits, count(*) FILTER (fails) AS failing,
           round(100.0 * count(*) FILTER (fails) / count(*), 1) AS percent
    FROM circuits {end}
""").show(max_rows=100)

# Margins are whole picoseconds: 64 bits hold them exactly; divide only to show them.
print("Smallest margin of every circuit")
duckdb.sql("""
    SELECT circuit, min(margin_ps) / 1e9 AS margin_ms,
           arg_min("case", (margin_ps, "case")) AS in_case
    FROM results WHERE margin_ps IS NOT NULL
    GROUP BY circuit ORDER BY min(margin_ps), circuit
""").show(max_rows=100)
