#!/bin/bash
# Submits the shards of a sweep that are not there: all at first, later what was lost.
# Usage: submit.sh SWEEP DIR SHARDS [OPTION OF SBATCH…]
#   submit.sh sweep.toml results/sweep 200 --time=10 --partition=short
# PILOTWIRE names the program, if it is not `pilotwire`. Nothing missing: says so, submits nothing.
# A shard that is running counts as missing: call this when no task is left in squeue.
set -euo pipefail
if [ $# -lt 3 ]; then
    sed -n '2,/^set/s/^# \?//p' "$0" >&2
    exit 2
fi
sweep=$(realpath "$1")
out=$(realpath -m "$2")
shards=$3
shift 3
here=$(dirname "$(realpath "$0")")

missing=$("${PILOTWIRE:-pilotwire}" missing "$sweep" --out "$out" --shards "$shards")
if [ -z "$missing" ]; then
    echo "nothing is missing: ${PILOTWIRE:-pilotwire} merge $sweep --out $out" >&2
    exit 0
fi
# 0 1 2 5 7 8 → 0-2,5,7-8
array=$(awk '
    function put() { printf "%s%s", comma, first == last ? first : first "-" last; comma = "," }
    NR > 1 && $1 == last + 1 { last = $1; next }
    NR > 1 { put() }
    { first = last = $1 }
    END { put() }' <<<"$missing")
echo "$(wc -l <<<"$missing") of $shards shards are missing: $array" >&2
exec sbatch --array="$array" --export="ALL,PILOTWIRE_SHARDS=$shards" "$@" \
    "$here/array.sh" "$sweep" "$out"
