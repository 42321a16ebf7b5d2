"""docs/security.md says which events are told, and its numbers are those of the code."""

from __future__ import annotations

import re
from pathlib import Path

from ocppcore.bindings.transfer.faults import FTP, HTTP
from ocppcore.session.commands import UploadFault
from ocppcore.station.blocks.security import guard, kinds, queue, state
from ocppcore.station.security_log import MOST_BYTES, MOST_ENTRIES

DOCS = (Path(__file__).parents[4] / "docs" / "security.md").read_text("utf-8")
PROSE = " ".join(DOCS.split())


def test_each_event_has_its_row() -> None:
    told: dict[str, set[str]] = {"critical": set(), "yes": set(), "no": set()}
    for names, how in re.findall(r"^\| (`\w+`(?:, `\w+`)*) \| (critical|yes|no) \|", DOCS, re.M):
        told[how] |= set(re.findall(r"\w+", names))
    assert told == {"critical": kinds.CRITICAL, "yes": kinds.NOTIFIED, "no": kinds.LOGGED}


def test_the_numbers_are_those_of_the_code() -> None:
    assert f"add up to {state.CLOCK_STEP:g} s" in PROSE
    assert f"{queue.ATTEMPTS} attempts, after 1, 2, 3 … minutes" in PROSE and queue.INTERVAL == 60
    assert f"At most {state.MOST:,} wait; while {state.MOST_NOTIFIED} do" in PROSE
    assert f"{guard.BURST} events pass at once and then one an hour" in PROSE and guard.INTERVAL == 3600
    assert f"of critical ones {guard.CRITICAL_BURST}, and one a minute" in PROSE and guard.CRITICAL_INTERVAL == 60
    assert f"above {MOST_ENTRIES:,} entries or {MOST_BYTES // 1024} KiB" in PROSE


def test_what_a_server_says_is_told_as_documented() -> None:
    for fault in UploadFault:
        (row,) = [line for line in DOCS.splitlines() if line.endswith(f"| {fault} |")]
        codes = set(re.findall(r"\b\d{3}\b", row))
        assert codes == {str(code) for table in (HTTP, FTP) for code, means in table.items() if means is fault}
