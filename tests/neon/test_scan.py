"""Every form of wire/scan.h gives the answers of plain loops and reads nothing behind a text; see neon.py."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
import neon  # noqa: E402

sys.path.remove(str(HERE))


@pytest.mark.parametrize("target", [neon.HERE, neon.ARM], ids=["this machine", "aarch64"])
def test_all_forms_agree(target: neon.Target) -> None:
    if target.missing:
        pytest.skip(f"{' and '.join(target.missing)} missing")
    neon.compare(target)
