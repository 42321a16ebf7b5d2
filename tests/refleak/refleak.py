"""Does a call leave references behind? Every public function of the compiled modules, on its good and bad paths.

    python tests/refleak/refleak.py            # exit 1 and the names of those that do

Each case is called many times after a warm-up, and what is counted may then have moved by TOLERATED. A debug
interpreter counts all references (sys.gettotalrefcount) over 1,000 calls; any other one counts, over 200, allocated
blocks and the references to the values that C code hands out most: a leak of an object shows in the first, one of a
singleton only in the second. Two planted leaks prove that it is seen, and a call of ujson, which keeps nothing, that
its references are counted too (see debug.py).
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import ujson  # noqa: E402
from cases import cases  # noqa: E402

DEBUG = hasattr(sys, "gettotalrefcount")
CALLS = 1000 if DEBUG else 200
TOLERATED = 10 if DEBUG else 50  # blocks come and go with free lists; a leak moves at least CALLS
TRIES = 3  # a cache that grows, a resized dict: a leak comes back each time
# Cython's own types among them: its generators have been seen to keep a reference to their type.
OWN = [vars(module) for name, module in list(sys.modules.items()) if name.startswith("_cython_")]
SINGLETONS: tuple[Any, ...] = (None, True, False, "", (), 0, 1, b"", *(value for own in OWN for value in own.values()))

Count = Callable[[], list[int]]


def all_references() -> list[int]:
    return [sys.gettotalrefcount()]  # type: ignore[attr-defined]


def blocks_and_singletons() -> list[int]:
    return [sys.getallocatedblocks(), *(sys.getrefcount(value) for value in SINGLETONS)]


COUNT: Count = all_references if DEBUG else blocks_and_singletons


def moved(call: Callable[[], object]) -> int:
    """By how much the worst count moves over CALLS calls: the smallest of some tries."""
    least = sys.maxsize
    for _ in range(20):
        call()
    for _ in range(TRIES):
        gc.collect()
        before = COUNT()
        for _ in range(CALLS):
            call()
        gc.collect()
        after = COUNT()
        least = min(least, max(abs(one - other) for one, other in zip(before, after)))
        if least <= TOLERATED:
            break
    return least


def leaks(chosen: Mapping[str, Callable[[], object]]) -> dict[str, int]:
    return {name: by for name, call in chosen.items() if (by := moved(call)) > TOLERATED}


def planted() -> Iterable[str]:
    """The planted leaks that were not seen."""
    kept: list[object] = []
    bugs: dict[str, Callable[[], object]] = {"object": lambda: kept.append(object()), "None": lambda: kept.append(None)}
    return bugs.keys() - leaks(bugs)


def main() -> int:
    if unseen := list(planted()):
        print("planted leaks were not seen:", *unseen)
        return 1
    if leaks({"ujson": lambda: ujson.dumps({"a": "\u20ac"})}):
        print("ujson was built without counting references: whatever it frees would seem to be kept")
        return 1
    chosen = cases()
    found = leaks(chosen)
    for name, by in found.items():
        print(f"{name}: {by} after {CALLS} calls")
    print(f"{len(chosen)} cases, {len(found)} leak ({COUNT.__name__})")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
