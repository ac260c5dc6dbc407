#!/usr/bin/env python3
"""A sweep on two Dask workers that are killed while they work gives the bytes of a plain sweep.

Usage: test_dask.py PILOTWIRE SWEEP [SHARDS]

On loopback, on ports the system chooses: a scheduler and two worker processes without a nanny.
1. A worker and the simulator below it are killed with -9, as when a machine is lost. The simulator
   is stopped first, so that its shard was certainly begun and not finished.
2. A worker that came later is killed alone, as when it is cut off: its simulator goes on, and the
   shard is given out a second time.
Then everything the merge wrote is compared with what one plain `pilotwire sweep` writes.
"""

import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

ADAPTER = Path(__file__).with_name("pilotwire_dask.py")
PATIENCE_S = 80
# Written anew by every run, or not part of the results.
APART = ("timing.json", "shard-", ".tmp-")


def wait_for(what, answer):
    """What `answer` gives, as soon as that is something."""
    begin = time.monotonic()
    while time.monotonic() - begin < PATIENCE_S:
        found = answer()
        if found:
            return found
        time.sleep(0.01)
    raise SystemExit(f"FAILED: waited {PATIENCE_S} s for {what}")


def require(holds, what):
    """A check that is told."""
    print(f"{'ok' if holds else 'FAILED'}: {what}", flush=True)
    if not holds:
        raise SystemExit(1)


def simulator_of(worker):
    """The simulator below a worker and its shard, if it has one."""
    try:
        for child in psutil.Process(worker.pid).children():
            line = child.cmdline()
            if "--shard" in line:
                return child, line[line.index("--shard") + 1]
    except psutil.NoSuchProcess:
        pass
    return None


def shard_folder(out, shard):
    """Where a shard written "3/8" appears."""
    index, count = (int(number) for number in shard.split("/"))
    return out / f"shard-{index:06}-of-{count:06}"


def caught(worker, out):
    """A simulator of this worker, stopped in the middle of a shard, and the shard."""

    def attempt():
        found = simulator_of(worker)
        if found is None:
            return None
        simulator, shard = found
        # Its folder shows that it is at work, beyond having been started.
        if not list(out.glob(".tmp-*")):
            return None
        try:
            simulator.suspend()
        except psutil.NoSuchProcess:
            return None
        if shard_folder(out, shard).exists():
            simulator.resume()
            return None
        return simulator, shard

    return wait_for("a shard in progress", attempt)


def contents(folder):
    """SHA-256 of every file of results, by name."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.iterdir())
        if path.is_file() and not path.name.startswith(APART)
    }


class Cluster:
    """A scheduler and workers; all ended with it, and what they started."""

    def __init__(self, folder):
        self.folder = folder
        self.file = folder / "scheduler.json"
        self.started = []
        self.start(
            "scheduler", "--host", "127.0.0.1", "--port", "0",
            "--no-dashboard", "--scheduler-file", self.file,
        )
        wait_for("the scheduler", lambda: self.file.exists() and self.file.stat().st_size > 0)
        self.address = json.loads(self.file.read_text())["address"]
        require(self.address.startswith("tcp://127.0.0.1:"), f"scheduler on {self.address}")

    def start(self, *arguments, log=None):
        """A Dask process, its talk in a file."""
        log = log or arguments[0]
        with open(self.folder / f"{log}.log", "w") as talk:
            command = [sys.executable, "-m", "dask", *map(str, arguments)]
            process = subprocess.Popen(command, stdout=talk, stderr=subprocess.STDOUT)
        self.started.append(process)
        return process

    def worker(self, name):
        """A worker of one thread that nobody brings back."""
        return self.start(
            "worker", self.address, "--host", "127.0.0.1", "--nthreads", "1", "--no-nanny",
            "--no-dashboard", "--name", name, "--local-directory", self.folder / name,
            log=f"worker-{name}",
        )

    def end(self):
        """Ends all, and waits for it."""
        for process in reversed(self.started):
            process.kill()
            process.wait()

    def logs(self):
        """What the processes said last."""
        for path in sorted(self.folder.glob("*.log")):
            print(f"--- {path.name}\n{path.read_text()[-2000:]}")


def run(folder, pilotwire, sweep, shards):
    """The test; ends the program where something does not hold."""
    plain, out = folder / "plain", folder / "dask"
    subprocess.run(
        [pilotwire, "sweep", sweep, "--out", plain, "--jobs", "1", "--quiet"],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    cluster = Cluster(folder)
    adapter, orphan = None, None
    try:
        first, second = cluster.worker("a"), cluster.worker("b")
        talk = open(folder / "adapter.log", "w")
        adapter = subprocess.Popen(
            [
                sys.executable, ADAPTER, sweep, "--out", out, "--shards", str(shards),
                "--scheduler", cluster.address, "--pilotwire", pilotwire,
            ],
            stderr=talk,
        )

        simulator, lost = caught(first, out)
        require(adapter.poll() is None and second.poll() is None, "two workers at work")
        first.send_signal(signal.SIGKILL)
        first.wait()
        simulator.kill()
        require(
            not shard_folder(out, lost).exists(),
            f"worker a (pid {first.pid}) and its simulator (pid {simulator.pid}) killed with -9"
            f" in shard {lost}",
        )

        third = cluster.worker("c")
        orphan, doubled = caught(third, out)
        third.send_signal(signal.SIGKILL)
        third.wait()
        orphan.resume()
        require(True, f"worker c (pid {third.pid}) killed alone in shard {doubled}, which goes on")

        code = adapter.wait(PATIENCE_S)
        require(code == 0, f"adapter ends with {code}")
        said = (folder / "adapter.log").read_text()
        for shard in (lost, doubled):
            index = shard.split("/")[0]
            require(f"shard {index} is there" in said, f"shard {shard} came from another worker")
    except BaseException:
        cluster.logs()
        raise
    finally:
        if adapter is not None and adapter.poll() is None:
            adapter.kill()
            adapter.wait()
        below = [child for one in cluster.started if one.poll() is None
                 for child in psutil.Process(one.pid).children()]
        cluster.end()
        for process in [*below, *([orphan] if orphan else [])]:
            if process.is_running():
                process.kill()

    want, got = contents(plain), contents(out)
    hashes = [json.loads((at / "manifest.json").read_text())["result_hash"] for at in (plain, out)]
    print(f"plain sweep  {hashes[0]}\nDask         {hashes[1]}")
    require(hashes[0] == hashes[1], "same result_hash")
    print(f"plain sweep  {want['results.csv']}\nDask         {got['results.csv']}")
    require(want["results.csv"] == got["results.csv"], "same SHA-256 of results.csv")
    require(want == got, f"same bytes in all of {', '.join(want)}")


def main():
    """Runs the test in a folder of its own."""
    pilotwire, sweep = (os.path.abspath(path) for path in sys.argv[1:3])
    shards = int(sys.argv[3]) if len(sys.argv) > 3 else 10
    begin = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="pilotwire-dask-") as folder:
        run(Path(folder), pilotwire, sweep, shards)
    print(f"all holds, {time.monotonic() - begin:.0f} s")


if __name__ == "__main__":
    main()
