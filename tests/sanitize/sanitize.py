"""`make sanitize`: tests with ASAN and UBSAN in the compiled modules (gcc). Further arguments go to pytest.

The planted bugs come first: if one goes unseen, the run fails before any test.
"""

from __future__ import annotations

import subprocess
import sys

from instrument import GCC, ROOT, Missing, build, watched

# What reaches compiled code with odd input. The rest of the tests drive the same code with good input.
TESTS = [
    f"tests/{name}"
    for name in ("wire", "hostile", "messages", "session", "csms", "charging", "fuzz", "refleak", "differential")
]


def main(arguments: list[str]) -> int:
    try:
        lib = build(GCC)
    except Missing as missing:
        print(missing)
        return 2
    if wrong := watched(GCC, lib):
        print("the sanitizers do not look:", *wrong, sep="\n")
        return 1
    print("the planted bugs were seen", flush=True)
    tests = arguments or [test for test in TESTS if (ROOT / test).exists()]
    # -s, or pytest would keep a report of the sanitizers to itself when the process ends
    command = [sys.executable, "-m", "pytest", "-q", "-s", "-p", "no:cacheprovider", *tests]
    environment = GCC.environment(lib) | {"PYTHONSAFEPATH": "1"}  # or the checkout would win over what was built
    return subprocess.run(command, env=environment, cwd=ROOT).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
