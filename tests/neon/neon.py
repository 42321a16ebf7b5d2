"""`make neon`: the scanning of bytes (wire/scan.h) in all its forms, NEON on an emulated processor.

scan.c asks every function, beside plain loops. It is compiled as SSE2 or NEON and as scalar for this machine, and both
ways for aarch64, to run under qemu. Every form must give the answers of the plain loops and the same digest, and read
no byte behind a text. First the planted bugs: a wrong answer and a read of one byte too many must be seen.
"""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

SOURCE = Path(__file__).parent / "scan.c"
FLAGS = ("-O2", "-Wall", "-Wextra", "-Werror")
SCALAR = "-DOCPPCORE_SCALAR"
PLANTED = ("-DPLANTED_ANSWER", "-DPLANTED_READ")
SECONDS = 300  # under an emulator on a busy machine


class Target(NamedTuple):
    """A processor. compiler, flags: make a program for it; runner: what runs it; form: the fast one there."""

    compiler: str
    flags: tuple[str, ...]
    runner: tuple[str, ...]
    form: str

    @property
    def missing(self) -> list[str]:
        return [command for command in (self.compiler, *self.runner) if shutil.which(command) is None]


HERE = Target("cc", (), (), {"x86_64": "SSE2", "AMD64": "SSE2", "aarch64": "NEON"}.get(platform.machine(), "scalar"))
ARM = Target("aarch64-linux-gnu-gcc", ("-static",), ("qemu-aarch64",), "NEON")
INSTALL = "apt-get install gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user"


def run(target: Target, *flags: str) -> tuple[int, list[str]]:
    """Compile for the target and run there: exit code, and the words of its last line."""
    with TemporaryDirectory() as folder:
        program = str(Path(folder) / "scan")
        subprocess.run([target.compiler, *FLAGS, *target.flags, *flags, "-o", program, str(SOURCE)], check=True)
        done = subprocess.run([*target.runner, program], capture_output=True, text=True, timeout=SECONDS)
        return done.returncode, (done.stdout.splitlines() or [""])[-1].split()


def compare(target: Target) -> tuple[str, str]:
    """Both forms of a target: the digest of their answers, and a line. Raises AssertionError if one is wrong."""
    for bug in PLANTED:
        code, _ = run(target, bug)
        assert code != 0, f"{bug} was not seen"
    digests = set()
    for form, flags in ((target.form, ()), ("scalar", (SCALAR,))):
        code, said = run(target, *flags)
        assert code == 0 and said[0] == form, f"{form}: exit {code}, {' '.join(said)}"
        digests.add(said[2])
    assert len(digests) == 1, f"{target.form} and scalar differ"
    return digests.pop(), f"{target.form} and scalar agree with the plain loops in {int(said[1]):,} answers"


def main() -> int:
    digests = set()
    for name, target in (("this machine", HERE), ("aarch64", ARM)):
        if target.missing:
            print(f"{name}: skipped, {' and '.join(target.missing)} missing: {INSTALL}")
            continue
        try:
            digest, line = compare(target)
        except AssertionError as error:
            print(f"{name}: {error}")
            return 1
        digests.add(digest)
        print(f"{name}: {line}")
    if len(digests) > 1:
        print("the two processors differ")
    return int(len(digests) > 1)


if __name__ == "__main__":
    sys.exit(main())
