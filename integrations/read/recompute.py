"""Recomputes the summary of a sweep from its Parquet: python recompute.py results/NAME

Compares results.parquet with results.csv cell by cell, then works out from results.parquet (and
cases.csv and lines.csv, for what stands there alone) every count of summary.json, and the result
hash from the files. Tells every difference; exits with 1 if there is one. Shares no code with the
program. Needs: pip install pandas pyarrow
"""

import hashlib
import json
import sys
from pathlib import Path

import pandas

differences = 0


def differ(what):
    global differences
    differences += 1
    if differences <= 20:
        print(f"DIFFERENT: {what}")


def compare(what, computed, told):
    if computed != told:
        differ(f"{what}: computed {computed}, told {told}")


def smallest(values):
    """The smallest value that is not null, exactly, or None."""
    values = values.dropna()
    return int(values.min()) if len(values) else None


def text_table(path):
    """A CSV as it stands: every cell a text, the empty one too."""
    return pandas.read_csv(path, dtype=str, keep_default_na=False)


def compare_with_csv(parquet, csv):
    """Every cell: a null is an empty cell, a flag a word, a number its digits."""
    compare("columns", list(parquet.columns), list(csv.columns))
    compare("rows", len(parquet), len(csv))
    if differences:
        return
    for name in csv.columns:
        own, written = parquet[name], csv[name]
        if own.dtype == "bool[pyarrow]":
            own = own.map({True: "yes", False: "no"})
            written = written.replace({"true": "yes", "false": "no"})
        own = own.astype("string").fillna("").astype(object)
        wrong = own != written.astype(object)
        for row in wrong[wrong].index[:3]:
            differ(f"{name} of row {row}: {own[row]!r} in Parquet, {written[row]!r} in CSV")


def of_cases(results, cases, lines):
    """One row per case: what cases.csv says, and what the tables say."""
    cases = cases.assign(case=cases["case"].astype("int64")).set_index("case")
    compare("cases in order", list(cases.index), list(range(len(cases))))
    rows = results.groupby("case")
    cases["ran"] = cases["status"] == "ok"
    failing = results[results["fails"]]
    circuits_failed = failing.groupby("case")["circuit"].nunique()
    cases["own_circuits_failed"] = circuits_failed.reindex(cases.index, fill_value=0)
    cases["own_rows"] = rows.size().reindex(cases.index, fill_value=0)
    cases["own_margin"] = rows["margin_ps"].min().reindex(cases.index)
    cases["fails"] = cases["own_circuits_failed"] > 0
    if lines is not None:
        cases["fails"] |= cases.index.isin(lines[lines["fails"]]["case"])
    for case, row in cases.iterrows():
        own = row["own_margin"]
        compare(f"smallest margin of case {case}", "" if pandas.isna(own) else str(own),
                row["margin_min_ps"])
        compare(f"rows of case {case}", int(row["own_rows"]), int(row["rows"] or 0))
        if row["ran"]:
            verdict = "FAIL" if row["fails"] else "PASS"
            compare(f"verdict of case {case}", verdict, row["verdict"])
            compare(f"failing circuits of case {case}", row["own_circuits_failed"],
                    int(row["circuits_failed"]))
    return cases


def at_level(cases, axis, level):
    """The cases at a value of an axis, or in a range of its values."""
    if "from" not in level:
        return cases[cases[axis] == level["label"]]
    # In base units the values stand in the column behind, where they are quantities.
    behind = cases.columns[cases.columns.get_loc(axis) + 1]
    column = behind if behind.startswith(axis + "_") else axis
    numbers = cases[column].map(int)
    return cases[(numbers >= level["from"]) & (numbers <= level["to"])]


def compare_axes(cases, summary):
    for axis in summary["axes"]:
        told = 0
        for level in axis["levels"]:
            own = at_level(cases, axis["name"], level)
            what = f"{axis['name']} = {level['label']}"
            compare(f"cases at {what}", len(own), level["cases"])
            compare(f"cases that ran at {what}", int(own["ran"].sum()), level["cases_ran"])
            compare(f"failing cases at {what}", int(own["fails"].sum()), level["cases_failed"])
            compare(f"margin at {what}", smallest(own["own_margin"]), level["margin_min_ps"])
            told += level["cases"]
        if axis["levels"]:
            compare(f"cases over all values of {axis['name']}", told, len(cases))


def compare_circuits(results, summary):
    compare("circuits", sorted(results["circuit"].unique()),
            sorted(circuit["name"] for circuit in summary["circuits"]))
    for circuit in summary["circuits"]:
        own = results[results["circuit"] == circuit["name"]]
        failing = own[own["fails"]]
        what = f"of circuit {circuit['name']}"
        compare(f"cases {what}", own["case"].nunique(), circuit["cases"])
        compare(f"failing cases {what}", failing["case"].nunique(), circuit["cases_failed"])
        least = smallest(own["margin_ps"])
        compare(f"margin {what}", least, circuit["margin_min_ps"])
        where = None if least is None else int(own[own["margin_ps"] == least]["case"].min())
        compare(f"case of the margin {what}", where, circuit["margin_min_case"])
        causes = failing.assign(cause=failing["cause"].fillna(""))
        causes = causes.groupby("cause")["case"].nunique().to_dict()
        told = {one["cause"]: one["cases"] for one in circuit["causes"]}
        compare(f"causes {what}", causes, told)


def compare_lines(lines, summary):
    if lines is None:
        compare("lines without lines.csv", [], summary["lines"])
        return
    compare("lines", sorted(lines["line"].unique()), sorted(one["name"] for one in summary["lines"]))
    for line in summary["lines"]:
        own = lines[lines["line"] == line["name"]]
        what = f"of line {line['name']}"
        compare(f"cases {what}", own["case"].nunique(), line["cases"])
        compare(f"failing cases {what}", own[own["fails"]]["case"].nunique(), line["cases_failed"])
        never = own[own["clearing"] == "never"]["case"].nunique()
        compare(f"cases never cleared {what}", never, line["cases_never_cleared"])
        ends = own[own["worst_ps"] != ""]
        longest = max((int(ps) for ps in ends["worst_ps"]), default=None)
        compare(f"longest clearing {what}", longest, line["clearing_max_ps"])
        where = ends[ends["worst_ps"] == str(longest)]["case"]
        compare(f"case of the longest clearing {what}", int(where.min()) if len(where) else None,
                line["clearing_max_case"])


def compare_worst(cases, summary):
    """Failing first, then the smallest margin (none at all before any), then the first case."""
    ran = cases[cases["ran"] & (cases["fails"] | cases["own_margin"].notna())]
    keys = [(not row["fails"], not pandas.isna(row["own_margin"]),
             0 if pandas.isna(row["own_margin"]) else int(row["own_margin"]), case)
            for case, row in ran.iterrows()]
    compare("worst cases", [key[-1] for key in sorted(keys)[:10]],
            [one["case"] for one in summary["worst"]])


def main():
    folder = Path(sys.argv[1])
    summary = json.loads((folder / "summary.json").read_text())
    results = pandas.read_parquet(folder / "results.parquet", dtype_backend="pyarrow")
    compare_with_csv(results, text_table(folder / "results.csv"))
    results["fails"] = (results["verdict"] == "FAIL").fillna(False).astype(bool)

    tables = [folder / name for name in ("results.csv", "cases.csv", "lines.csv")]
    tables = [path for path in tables if path.exists()]
    octets = b"".join(path.read_bytes() for path in tables)
    compare("result hash", hashlib.sha256(octets).hexdigest(), summary["result_hash"])

    lines = None
    if (folder / "lines.csv").exists():
        lines = text_table(folder / "lines.csv")
        lines["case"] = lines["case"].astype("int64")
        lines["fails"] = lines["ok"].isin(["no", "false"])
    cases = of_cases(results, text_table(folder / "cases.csv"), lines)
    compare("cases", len(cases), summary["cases"])
    counts = {"refused": "cases_refused", "failed": "cases_broken"}
    for status, key in counts.items():
        compare(key, int((cases["status"] == status).sum()), summary[key])
    compare("cases_failed", int(cases["fails"].sum()), summary["cases_failed"])
    compare("cases_passed", int((cases["ran"] & ~cases["fails"]).sum()), summary["cases_passed"])
    compare_axes(cases, summary)
    compare_circuits(results, summary)
    compare_lines(lines, summary)
    compare_worst(cases, summary)

    if differences:
        print(f"{differences} differences")
        sys.exit(1)
    print(f"{len(results)} rows of {len(cases)} cases: the Parquet is the CSV, "
          "and every figure of summary.json comes out of it")


if __name__ == "__main__":
    main()
