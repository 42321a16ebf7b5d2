"""CiString compares without regard to case; what no message can carry is replaced."""

from __future__ import annotations

from ocppcore.messages.text import ci_equal, fold, sendable


def test_case_does_not_count() -> None:
    assert ci_equal("04aabbcc", "04AABBCC")
    assert fold("HeartbeatInterval") == fold("heartbeatinterval")
    assert not ci_equal("04AABBCC", "04AABBCD")


def test_absent_equals_absent_only() -> None:
    assert ci_equal(None, None)
    assert not ci_equal(None, "")
    assert not ci_equal("", None)


def test_a_lone_surrogate_cannot_be_sent() -> None:
    assert sendable("lock \udc9f") == "lock ?"
    assert sendable("Überstrom \U0001f600") == "Überstrom \U0001f600"
