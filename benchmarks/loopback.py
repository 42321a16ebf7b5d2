"""Heartbeat round trips over loopback, each end in a process of its own; and what an idle connection takes.

    python -m benchmarks.loopback serve STACK     # one end: prints its port, then what it used, at each line of input
    python -m benchmarks.loopback trips STACK PORT CONNECTIONS TRIPS
    python -m benchmarks.loopback idle STACK PORT CONNECTIONS

The number of trips is fixed, so that a slow stack takes longer but nothing runs without an end. CPU is what the
processes were charged for; the handshakes and an eighth of the trips, to warm up, come before.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import subprocess
import sys
import tempfile
import threading
from statistics import median
from time import perf_counter, process_time
from typing import Any, TypedDict

from benchmarks.stacks import STACKS, Trip

TRIPS = {1: 6000, 100: 20_000}  # connections: round trips of all of them together
IDLE = 400  # connections
REPEATS = 6
WAIT = 120.0  # seconds for anything


class Trips(TypedDict):
    """One run. per_second: round trips; server, client: microseconds of CPU per round trip."""

    per_second: float
    server: float
    client: float


def used() -> dict[str, float]:
    """Seconds of CPU so far, and KiB of memory (resident set)."""
    cpu = process_time()
    gc.collect()
    with open("/proc/self/statm") as file:
        resident = int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE") / 1024
    return {"cpu": cpu, "kib": resident}


def say(what: Any) -> None:
    print(json.dumps(what), flush=True)


async def _serve(stack: str) -> None:
    say({"port": await STACKS[stack]().serve()})
    loop = asyncio.get_running_loop()
    done = asyncio.Event()

    def listen() -> None:  # a thread, so that the loop has nothing but its sockets
        for _ in sys.stdin:
            loop.call_soon_threadsafe(lambda: say(used()))
        loop.call_soon_threadsafe(done.set)

    threading.Thread(target=listen, daemon=True).start()
    await done.wait()


async def _trips(stack: str, port: int, connections: int, trips: int) -> None:
    made = STACKS[stack]()
    ends = [await made.connect(port, f"CP{index}") for index in range(connections)]

    async def run(trip: Trip, count: int) -> None:
        for _ in range(count):
            await trip()

    each = trips // connections
    await asyncio.gather(*(run(end, max(1, each // 8)) for end in ends))
    say("warm")
    sys.stdin.readline()
    start, cpu = perf_counter(), process_time()
    await asyncio.gather(*(run(end, each) for end in ends))
    say({"seconds": perf_counter() - start, "cpu": process_time() - cpu, "trips": each * connections})
    sys.stdin.readline()


async def _idle(stack: str, port: int, connections: int) -> None:
    made = STACKS[stack]()
    first = await made.connect(port, "CP0")  # what is loaded and made once
    await first()
    say(used())
    sys.stdin.readline()
    for index in range(1, connections + 1):
        await (await made.connect(port, f"CP{index}"))()
    say(used())
    sys.stdin.readline()


class Process:
    """One end: a line to it, a line from it. What it logs is shown only if it ends early: peers log that it ends."""

    def __init__(self, *arguments: object) -> None:
        command = [sys.executable, "-m", "benchmarks.loopback", *map(str, arguments)]
        self.log = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, text=True
        )
        self.watchdog = threading.Timer(WAIT, self.process.kill)
        self.watchdog.start()

    def hear(self) -> Any:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            self.log.seek(0)
            raise RuntimeError(f"ended: {self.process.args}\n{self.log.read()[-3000:]}")
        return json.loads(line)

    def ask(self) -> Any:
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return self.hear()

    def __enter__(self) -> Process:
        return self

    def __exit__(self, *exception: object) -> None:
        self.process.kill()
        self.process.wait()
        self.watchdog.cancel()
        self.log.close()


def measure_trips(stack: str, connections: int) -> Trips:
    """One run of a stack."""
    with Process("serve", stack) as server:
        port = server.hear()["port"]
        with Process("trips", stack, port, connections, TRIPS[connections]) as client:
            assert client.hear() == "warm"
            before = server.ask()["cpu"]
            found = client.ask()
            cpu = server.ask()["cpu"] - before
    micros = 1e6 / found["trips"]
    return {"per_second": found["trips"] / found["seconds"], "server": cpu * micros, "client": found["cpu"] * micros}


def measure_idle(stack: str) -> dict[str, float]:
    """KiB that a further idle connection takes, at the server and at the client."""
    with Process("serve", stack) as server:
        port = server.hear()["port"]
        with Process("idle", stack, port, IDLE) as client:
            before = client.hear()["kib"]
            server_before = server.ask()["kib"]
            after = client.ask()["kib"]
            server_after = server.ask()["kib"]
    return {"server": (server_after - server_before) / IDLE, "client": (after - before) / IDLE}


def all_trips(repeats: int = REPEATS) -> dict[str, dict[str, list[Trips]]]:
    """By number of connections and stack: the runs, stacks interleaved."""
    found: dict[str, dict[str, list[Trips]]] = {str(count): {stack: [] for stack in STACKS} for count in TRIPS}
    for _ in range(repeats):
        for count in TRIPS:
            for stack in STACKS:
                found[str(count)][stack].append(measure_trips(stack, count))
    return found


def share(ours: list[Trips], canned: list[Trips]) -> dict[str, float]:
    """What ours takes more, as the median over runs that followed each other: the machine drifts, but slowly."""
    pairs = list(zip(ours, canned, strict=True))
    return {
        "server": median([one["server"] - other["server"] for one, other in pairs]),
        "client": median([one["client"] - other["client"] for one, other in pairs]),
    }


def middle(runs: list[Trips]) -> Trips:
    """The median of each figure."""
    per_second, server, client = (median([run[key] for run in runs]) for key in ("per_second", "server", "client"))
    return {"per_second": per_second, "server": server, "client": client}


if __name__ == "__main__":
    role, stack, *numbers = sys.argv[1:]
    asyncio.run({"serve": _serve, "trips": _trips, "idle": _idle}[role](stack, *map(int, numbers)))
