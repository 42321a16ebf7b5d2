"""`make fuzz`: every target for FUZZ_SECONDS (60) under atheris, with clang's ASAN and UBSAN in the compiled modules.

    fuzz.py [TARGET ...]        FUZZ_SECONDS=3600 fuzz.py decode

First the planted bugs: those of canary.pyx must be reported, and one that is hidden behind a word must be found by the
fuzzer itself. Inputs that lead to new places stay in build/fuzz/corpus and are used again; finds are left in
build/fuzz/finds. A find that is fixed moves to tests/fuzz/finds/<target>/, which the ordinary tests replay.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "sanitize")]

from instrument import CLANG, Missing, build, watched  # noqa: E402
from targets import TARGETS  # noqa: E402

SECONDS = int(os.environ.get("FUZZ_SECONDS", "60"))
CORPUS, FINDS = CLANG.folder / "corpus", CLANG.folder / "finds"
OPTIONS = ["-timeout=20", "-rss_limit_mb=4096", "-print_final_stats=1", "-verbosity=1"]


def fuzz(name: str, lib: Path, seconds: int, options: Iterable[str] = ()) -> tuple[int, str]:
    """One target: exit code and what was said."""
    FINDS.mkdir(parents=True, exist_ok=True)
    (CORPUS / name).mkdir(parents=True, exist_ok=True)
    found = f"-artifact_prefix={FINDS}/{name}-"
    command = [sys.executable, str(HERE / "harness.py"), name, str(CORPUS / name), found, f"-max_total_time={seconds}"]
    done = subprocess.run(
        [*command, *OPTIONS, *options], env=CLANG.environment(lib), text=True, errors="replace",
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=2 * seconds + 300,
    )  # fmt: skip
    return done.returncode, done.stdout


def hunt(name: str, lib: Path) -> bool:
    """True if there was no find."""
    target = TARGETS[name]
    (CORPUS / name).mkdir(parents=True, exist_ok=True)
    for index, seed in enumerate([*target.seeds(), *finds(name)]):
        (CORPUS / name / f"seed-{index:04}").write_bytes(seed)
    words = CLANG.folder / f"{name}.words"
    words.write_text("".join(f'"{escaped(word)}"\n' for word in target.words))
    options = [f"-max_len={target.longest}", *([f"-dict={words}"] if target.words else [])]
    code, said = fuzz(name, lib, SECONDS, options)
    runs = re.search(r"stat::number_of_executed_units:\s*(\d+)", said)
    covered = re.findall(r"\bcov: (\d+)", said)
    print(f"{name}: {runs[1] if runs else 'no'} runs, {covered[-1] if covered else 0} places", flush=True)
    if code or runs is None:
        print(said[-6000:])
    return code == 0 and runs is not None


def escaped(word: str) -> str:
    """A word as a dictionary of libFuzzer has it; its characters are bytes."""
    return "".join(char if char.isascii() and char.isalnum() else f"\\x{ord(char):02x}" for char in word)


def finds(name: str) -> list[bytes]:
    """What was found once, and is fixed."""
    return [path.read_bytes() for path in sorted((HERE / "finds" / name).glob("*"))]


def canary(lib: Path) -> list[str]:
    """What is wrong with the watch."""
    wrong = watched(CLANG, lib)
    shutil.rmtree(CORPUS / "canary", ignore_errors=True)
    code, said = fuzz("canary", lib, 120)
    for report in FINDS.glob("canary-*"):
        report.unlink()
    if code == 0 or "heap-buffer-overflow" not in said:
        wrong.append(f"hidden: exit {code}, {said[-500:]!r}")
    return wrong


def main(names: list[str]) -> int:
    try:
        import atheris  # noqa: F401

        lib = build(CLANG)
    except ImportError:
        print("atheris is missing: pip install atheris")
        return 2
    except Missing as missing:
        print(missing)
        return 2
    if wrong := canary(lib):
        print("the sanitizers do not look:", *wrong, sep="\n")
        return 1
    print("the planted bugs were found", flush=True)
    return 0 if all([hunt(name, lib) for name in names or TARGETS]) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
