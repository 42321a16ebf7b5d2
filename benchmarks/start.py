"""How long an import takes, and what it takes of memory: each in a fresh interpreter, interleaved."""

from __future__ import annotations

import json
import subprocess
import sys
from statistics import median

from ocppcore import v16

REPEATS = 11
# Tables of the fast path are made when a message is first read or written; here all at once.
_TABLES = "for kind in v16.REQUESTS.values(): kind.shape.tabulate(), kind.response.shape.tabulate()"
IMPORTS = {
    "ocppcore.v16": "from ocppcore import v16",
    "and all tables of the fast path": f"from ocppcore import v16, wire; wire.decode\n{_TABLES}",
    "ocppcore's asyncio binding": "import ocppcore.bindings.asyncio",
    "ocpp.v16": "import ocpp.v16, ocpp.v16.call, ocpp.v16.call_result",
    "asyncio alone": "import asyncio",
}
# The resident set is that of the process: pages of shared libraries count where they were touched.
_PROGRAM = """
import json, time
def kib():
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("RssAnon"))
before, start = kib(), time.process_time()
STATEMENT
print(json.dumps([1000 * (time.process_time() - start), kib() - before]))
"""


def _once(statement: str) -> list[float]:
    command = [sys.executable, "-c", _PROGRAM.replace("STATEMENT", statement)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    found: list[float] = json.loads(done.stdout)
    return found


def table_bytes() -> int:
    """The tables of the fast path for all messages of 1.6."""
    kinds = [kind for request in v16.REQUESTS.values() for kind in (request, request.response)]
    return sum(table.size for kind in kinds if (table := kind.shape.tabulate()))


def imports(repeats: int = REPEATS) -> dict[str, dict[str, float]]:
    """By what is imported: milliseconds of CPU, and KiB of memory of its own. Medians; byte code is cached."""
    runs: dict[str, list[list[float]]] = {name: [] for name in IMPORTS}
    for _ in range(repeats + 1):
        for name, statement in IMPORTS.items():
            runs[name].append(_once(statement))
    return {
        name: {"ms": median(ms for ms, _ in found[1:]), "kib": median(kib for _, kib in found[1:])}
        for name, found in runs.items()
    }
