"""docs/security.md on certificates and profiles: its example runs, and its numbers are those of the code."""

from __future__ import annotations

import re
from pathlib import Path

from ocppcore.bindings.security import certificates
from ocppcore.station.blocks.certificates import logins, own
from ocppcore.testing.certificates import Authority

DOCUMENT = (Path(__file__).parents[4] / "docs" / "security.md").read_text("utf-8")
PAGE = " ".join(DOCUMENT.split())


def test_the_example_makes_a_setup(cpo_root: Authority, maker_root: Authority) -> None:
    (code,) = re.findall(r"```python\n(from ocppcore.station import SecuritySetup.*?)```", DOCUMENT, re.DOTALL)
    issued = cpo_root.issue("SN-0815")
    names = {"cpo_root": cpo_root.pem, "maker_root": maker_root.pem, "chain": issued.chain, "private_key": issued.key}
    exec(compile(code, "docs/security.md", "exec"), names)
    assert names["setup"].url_for(3) == "wss://csms.example/ocpp/CP1"  # type: ignore[attr-defined]


def test_its_numbers_are_those_of_the_code() -> None:
    bits = certificates.RSA_BITS
    for text in (
        f"RSA keys of {bits.start} to {bits.stop - 1} bits, curves from {certificates.EC_BITS}",
        f"at most {certificates.LONGEST:,} characters and {certificates.MOST} certificates",
        f"a positive serial number of at most {certificates.LONGEST_SERIAL // 8} bytes",
    ):
        assert text in PAGE
    assert own.MOST == 3 and "three at most" in PAGE
    assert logins.PATIENCE == 3 and "tried three times" in PAGE
    assert own.MONTH.days == 30 and "A month before the newest expires" in PAGE
