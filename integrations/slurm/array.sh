#!/bin/bash
#SBATCH --job-name=pilotwire
#SBATCH --cpus-per-task=1
#SBATCH --requeue
# One shard of a sweep: a task of a job array. Submitted by submit.sh, or by hand:
#   sbatch --array=0-199 --export=ALL,PILOTWIRE_SHARDS=200 array.sh SWEEP DIR
# PILOTWIRE_SHARDS is how many shards the sweep is cut into. SLURM_ARRAY_TASK_COUNT is not that:
# it counts the tasks of one submission, so it is wrong as soon as some are submitted again.
# PILOTWIRE_FLAGS are further flags of `pilotwire sweep`, such as --yes.
set -u
: "${PILOTWIRE_SHARDS:?how many shards the sweep is cut into, the same in every submission}"
# shellcheck disable=SC2086 # words
exec "${PILOTWIRE:-pilotwire}" sweep "$1" --out "$2" --quiet ${PILOTWIRE_FLAGS:-} \
    --shard "$SLURM_ARRAY_TASK_ID/$PILOTWIRE_SHARDS" --jobs "${SLURM_CPUS_PER_TASK:-1}"
