"""Enumerations have the standard's spelling, and values that they lack can be kept."""

from __future__ import annotations

from enum import StrEnum

import pytest

from ocppcore import v16
from ocppcore.messages.enums import is_known, unknown_member

ENUMS = [kind for name in v16.__all__ if isinstance(kind := getattr(v16, name), type) and issubclass(kind, StrEnum)]


@pytest.mark.parametrize("kind", ENUMS, ids=lambda kind: kind.__name__)
def test_a_member_is_called_as_its_value(kind: type[StrEnum]) -> None:
    for member in kind:
        assert member.name == member.value.replace(".", "_").replace("-", "_")


def test_the_names_that_users_write() -> None:
    assert v16.Measurand.Energy_Active_Import_Register == "Energy.Active.Import.Register"
    assert v16.Phase.L1_N == "L1-N"
    assert v16.ReadingContext.Sample_Periodic == "Sample.Periodic"
    assert v16.ChargePointStatus.SuspendedEV == "SuspendedEV"


def test_an_unknown_value_is_an_error_unless_it_is_asked_for() -> None:
    with pytest.raises(ValueError, match="Warm"):
        v16.ResetType("Warm")
    member = unknown_member(v16.ResetType, "Warm")
    assert isinstance(member, v16.ResetType)
    assert (member, member.name, member.value, str(member)) == ("Warm", "Warm", "Warm", "Warm")
    assert {member: 1}["Warm"] == 1  # type: ignore[index]


def test_an_unknown_member_is_in_no_table() -> None:
    member = unknown_member(v16.ResetType, "Warm")
    assert not is_known(member)
    assert is_known(v16.ResetType.Hard)
    assert list(v16.ResetType) == ["Hard", "Soft"]
    with pytest.raises(ValueError, match="Warm"):
        v16.ResetType("Warm")
