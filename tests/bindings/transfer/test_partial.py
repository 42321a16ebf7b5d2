"""A download that is cut off: what of it counts."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from ocppcore.bindings.transfer import TransferFailed
from ocppcore.bindings.transfer.base import Job
from ocppcore.bindings.transfer.options import Options
from ocppcore.bindings.transfer.partial import EVERY, Partial


def partial(folder: Path, most: int = 10 * EVERY) -> Partial:
    context = ssl.create_default_context()
    return Partial(folder, "http://h/x", Options(context, loopback=False, patience=1.0, most=most, reserve=0))


def test_after_a_kill_what_was_made_durable_is_gone_on_with(tmp_path: Path) -> None:
    first = partial(tmp_path)
    first.begin('"one"')
    for _ in range(5):
        first.append(bytes(EVERY // 2), None, Job())
    assert first.size == 5 * EVERY // 2
    second = partial(tmp_path)  # nobody has closed the first one
    assert (second.size, second.validator) == (2 * EVERY, '"one"')


def test_an_attempt_that_ended_in_order_keeps_every_byte(tmp_path: Path) -> None:
    first = partial(tmp_path)
    first.begin('"one"')
    first.append(b"abc", None, Job())
    first.keep()
    assert partial(tmp_path).size == 3


def test_a_version_that_the_server_has_no_name_for_is_not_gone_on_with(tmp_path: Path) -> None:
    first = partial(tmp_path)
    first.begin(None)
    first.append(b"abc", None, Job())
    first.keep()
    assert partial(tmp_path).validator is None


def test_the_cap_holds_without_a_length_told(tmp_path: Path) -> None:
    first = partial(tmp_path, most=5)
    first.begin(None)
    first.append(b"abc", None, Job())
    with pytest.raises(TransferFailed, match="too large"):
        first.append(b"abc", None, Job())
    assert list(tmp_path.glob("*.part")) == []


def test_the_folder_is_ours_alone(tmp_path: Path) -> None:
    partial(tmp_path / "new" / "folder")
    assert (tmp_path / "new" / "folder").stat().st_mode & 0o077 == 0
