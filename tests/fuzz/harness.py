"""One target under atheris, in an instrumented process of fuzz.py: harness.py TARGET FOLDER libFuzzer-options."""

from __future__ import annotations

import gc
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import atheris  # noqa: E402


def hidden(data: bytes) -> None:
    """A bug behind a word of five letters: nobody finds it by chance, coverage leads there within seconds."""
    import canary

    canary.hidden(data)


def main() -> None:
    name, folder, *options = sys.argv[1:]
    if name == "canary":
        run = hidden
    else:
        with atheris.instrument_imports(include=["ocppcore.bindings", "wsproto"]):  # Python to be explored, too
            from targets import TARGETS

        run = TARGETS[name].run
    gc.freeze()  # what was imported stays: no need to look for garbage in it, run after run
    atheris.Setup([sys.argv[0], *options, folder], run)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
