#!/usr/bin/env python3
"""Works out a Pilotwire sweep on a Dask cluster: one task per missing shard, then the merge.

A task runs the plain command line, `pilotwire sweep SWEEP --out DIR --shard k/n --jobs 1`. So a
worker needs no package of Pilotwire's, only the program; and SWEEP, the files it names and DIR
must stand under the same names on every worker (a shared file system).

Started again, it goes on with what is missing. Exit code: that of `pilotwire merge`.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys

COMPLETE, BAD_INPUT, INTERRUPTED = 0, 2, 20
# Attempts after the first. A worker that dies is not counted here: Dask gives its tasks to others.
RETRIES = 3


def work_out(command):
    """Runs on a worker. What is worth another attempt is raised, the rest returned.

    A shard that is there already is checked and left: attempts may overlap, as they do when a
    worker is cut off from the scheduler and goes on.
    """
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode in (COMPLETE, BAD_INPUT):
        return done.returncode, done.stderr
    tail = done.stderr[-2000:]
    raise RuntimeError(f"{' '.join(command)}: exit code {done.returncode}\n{tail}")


def missing_shards(pilotwire, sweep, out, shards):
    """Numbers of the shards that are not there; ends the program where it is refused."""
    command = [pilotwire, "missing", sweep, "--out", out, "--shards", str(shards)]
    asked = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if asked.returncode != 0:
        sys.exit(asked.returncode)
    return [int(line) for line in asked.stdout.split()]


def key_of(sweep, out, shard, shards):
    """The same for every client that wants this shard in this folder: it is worked out once.

    Merging checks every shard against the sweep as it is then; a key cannot make that wrong.
    """
    with open(sweep, "rb") as file:
        digest = hashlib.sha256(file.read() + b"\0" + out.encode())
    return f"pilotwire-{digest.hexdigest()[:16]}-{shard}-of-{shards}"


def run(client, arguments):
    """Submits what is missing and waits for it. False where the input is bad."""
    from distributed import as_completed

    wanted = missing_shards(
        arguments.pilotwire, arguments.sweep, arguments.out, arguments.shards
    )
    workers = len(client.nthreads())
    waiting = "" if workers else ": waiting for some"
    say(f"{len(wanted)} of {arguments.shards} shards missing, {workers} workers{waiting}")
    futures = {}
    for shard in wanted:
        command = [
            arguments.pilotwire, "sweep", arguments.sweep, "--out", arguments.out,
            "--shard", f"{shard}/{arguments.shards}", "--jobs", "1", "--quiet",
        ] + ["--yes"] * arguments.yes
        key = key_of(arguments.sweep, arguments.out, shard, arguments.shards)
        futures[client.submit(work_out, command, key=key, retries=RETRIES)] = shard

    done = 0
    for future in as_completed(futures):
        shard = futures[future]
        if future.status == "finished":
            code, talk = future.result()
            if code == BAD_INPUT:
                say(f"shard {shard} is refused:\n{talk}")
                client.cancel(list(futures))
                return False
            done += 1
            say(f"shard {shard} is there, {done} of {len(wanted)}")
        else:
            say(f"shard {shard} is given up: {future.exception()}")
        # A result that stayed on a worker would be worked out again when that worker dies.
        future.release()
    return True


def say(text):
    """Talk goes to stderr; stdout is the merge's."""
    print(f"pilotwire-dask: {text}", file=sys.stderr, flush=True)


def connected(arguments):
    """A client of the scheduler asked for, or of workers on this machine alone."""
    from distributed import Client, LocalCluster

    if arguments.scheduler:
        return Client(arguments.scheduler)
    cluster = LocalCluster(
        n_workers=os.cpu_count(), threads_per_worker=1, dashboard_address=None
    )
    return Client(cluster)


def parsed():
    """Arguments, with paths that hold on every worker."""
    parser = argparse.ArgumentParser(
        description=__doc__.split("\n")[0],
        epilog="Example: pilotwire_dask.py sweep.toml --out results/sweep --shards 200",
    )
    parser.add_argument("sweep", metavar="SWEEP", help="sweep file")
    parser.add_argument("--out", metavar="DIR", required=True, help="results folder")
    parser.add_argument("--shards", metavar="N", type=int, required=True, help="how many parts")
    parser.add_argument(
        "--scheduler", metavar="ADDRESS", help="tcp://…; without it, one worker per core here"
    )
    parser.add_argument(
        "--pilotwire", metavar="PATH", default="pilotwire",
        help="the program, on this machine and on the workers; default: pilotwire",
    )
    parser.add_argument(
        "--yes", action="store_true", help="go on with more than a million points"
    )
    arguments = parser.parse_args()
    if arguments.shards < 1:
        parser.error("--shards: at least 1")
    if shutil.which(arguments.pilotwire) is None:
        parser.error(f"--pilotwire: {arguments.pilotwire} is no program here")
    if os.sep in arguments.pilotwire:
        arguments.pilotwire = os.path.abspath(arguments.pilotwire)
    arguments.sweep = os.path.abspath(arguments.sweep)
    arguments.out = os.path.abspath(arguments.out)
    if not os.path.isfile(arguments.sweep):
        parser.error(f"no file {arguments.sweep}")
    return arguments


def main():
    """Exit code."""
    arguments = parsed()
    try:
        with connected(arguments) as client:
            if not run(client, arguments):
                return BAD_INPUT
    except OSError as error:
        say(f"no scheduler at {arguments.scheduler}: {error}")
        return BAD_INPUT
    except KeyboardInterrupt:
        say("interrupted: shards that are there are kept, the same command goes on")
        return INTERRUPTED
    merge = [arguments.pilotwire, "merge", arguments.sweep, "--out", arguments.out]
    return subprocess.run(merge).returncode


if __name__ == "__main__":
    sys.exit(main())
