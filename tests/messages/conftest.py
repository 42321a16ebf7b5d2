"""Fixtures: the official schema files, and hypothesis strategies that are built from the declarations."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import ocpp
import pytest
from hypothesis import strategies as st

from ocppcore import v16
from ocppcore.messages.schema import nodes
from ocppcore.messages.schema.nodes import Array, Boolean, Choice, Integer, Node, Number, Object, Text
from ocppcore.messages.text import fold

SCHEMAS = Path(ocpp.__file__).parent

Read = Callable[[str], dict[str, Any]]


def read_schema(name: str) -> dict[str, Any]:
    """An official schema file, such as "v16/schemas/Authorize.json"; numbers with a fraction become Decimal."""
    document: dict[str, Any] = json.loads((SCHEMAS / name).read_text("utf-8-sig"), parse_float=Decimal)
    return document


@pytest.fixture(scope="session")
def official() -> Read:
    return read_schema


def values(node: Node) -> st.SearchStrategy[Any]:
    """What a typed message may hold where a node stands."""
    if isinstance(node, Text):
        return texts(node)
    if isinstance(node, Choice):
        return st.sampled_from(list(node.members.values()))
    if isinstance(node, Boolean):
        return st.booleans()
    if isinstance(node, Integer):
        return st.integers(nodes.SMALLEST, nodes.LARGEST) | st.integers(-2, 3)
    if isinstance(node, Number):
        return st.integers(-10_000_000, 10_000_000).map(lambda tenths: tenths / 10)
    if isinstance(node, Array):
        return st.lists(values(node.items), min_size=node.min_items, max_size=node.min_items + 2)
    assert isinstance(node, Object)
    return records(node)


def texts(node: Text) -> st.SearchStrategy[Any]:
    if node.format == "date-time":
        # Milliseconds are what is written; any offset may be given.
        zones = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
        instants = st.datetimes(datetime(1970, 1, 2), datetime(2199, 12, 30), timezones=zones)
        return instants.map(lambda instant: instant.replace(microsecond=instant.microsecond // 1000 * 1000))
    if node.format == "uri":
        return st.sampled_from(["ftp://u:p@example.com/a%20b", "https://[::1]:8443/x?y#z", "urn:ocpp"])
    most = 30 if node.max_length is None else node.max_length
    short = st.text(st.characters(codec="utf-8"), max_size=min(most, 30))
    return short | st.just("\U0001f50c" * most) if most <= 500 else short


def records(node: Object) -> st.SearchStrategy[Any]:
    """Messages of a class that keep its rules."""
    assert node.kind is not None
    inner = {m.attribute: values(m.node) if m.required else st.none() | values(m.node) for m in node.members}
    return st.builds(node.kind, **inner).map(tidy)


def tidy(message: Any) -> Any:
    """The same message with what breaks the rules of the text put right."""
    least = {v16.StartTransactionRequest: 1, v16.RemoteStartTransactionRequest: 1, v16.UnlockConnectorRequest: 1}
    least |= {v16.TriggerMessageRequest: 1, v16.ExtendedTriggerMessageRequest: 1}
    if getattr(message, "connector_id", None) is not None and not isinstance(message, v16.ClearChargingProfileRequest):
        message.connector_id = max(message.connector_id, least.get(type(message), 0))
    for kind, put_right in TIDY.items():
        if isinstance(message, kind):
            put_right(message)
    return message


def _tidy_schedule(schedule: v16.ChargingSchedule) -> None:
    for index, period in enumerate(schedule.charging_schedule_period):
        period.start_period = index * 60
    if not schedule.charging_schedule_period:
        schedule.charging_schedule_period.append(v16.ChargingSchedulePeriod(start_period=0, limit=8.1))


def _tidy_profile(profile: v16.ChargingProfile) -> None:
    profile.stack_level = max(profile.stack_level, 0)
    if profile.recurrency_kind is not None:
        profile.charging_profile_kind = v16.ChargingProfileKindType.Recurring
    if profile.transaction_id is not None:
        profile.charging_profile_purpose = v16.ChargingProfilePurposeType.TxProfile


def _tidy_set(request: v16.SetChargingProfileRequest) -> None:
    purpose = request.cs_charging_profiles.charging_profile_purpose
    if purpose == v16.ChargingProfilePurposeType.ChargePointMaxProfile:
        request.connector_id = 0
    elif purpose == v16.ChargingProfilePurposeType.TxProfile:
        request.connector_id = max(request.connector_id, 1)


def _tidy_start(request: v16.RemoteStartTransactionRequest) -> None:
    if request.charging_profile is not None:
        request.charging_profile.charging_profile_purpose = v16.ChargingProfilePurposeType.TxProfile
        request.charging_profile.transaction_id = None


def _tidy_list(request: v16.SendLocalListRequest) -> None:
    if request.list_version in (0, -1):
        request.list_version = 1
    if request.local_authorization_list is not None:
        unique = {fold(entry.id_tag): entry for entry in request.local_authorization_list}
        request.local_authorization_list = list(unique.values())
        if any(entry.id_tag_info is None for entry in unique.values()):
            request.update_type = v16.UpdateType.Differential


def _tidy_meter(value: v16.MeterValue) -> None:
    if not value.sampled_value:
        value.sampled_value.append(v16.SampledValue(value="1"))


def _tidy_composite(response: v16.GetCompositeScheduleResponse) -> None:
    if response.charging_schedule is not None:
        response.charging_schedule.start_schedule = None


TIDY: dict[type, Callable[[Any], None]] = {
    v16.ChargingSchedule: _tidy_schedule,
    v16.ChargingProfile: _tidy_profile,
    v16.SetChargingProfileRequest: _tidy_set,
    v16.RemoteStartTransactionRequest: _tidy_start,
    v16.SendLocalListRequest: _tidy_list,
    v16.MeterValue: _tidy_meter,
    v16.GetCompositeScheduleResponse: _tidy_composite,
}


@pytest.fixture(scope="session")
def messages() -> Callable[[type], st.SearchStrategy[Any]]:
    """A function that makes the strategy of a message class: valid messages of it, rules kept."""
    made: dict[type, st.SearchStrategy[Any]] = {}

    def strategy(kind: Any) -> st.SearchStrategy[Any]:
        if kind not in made:
            made[kind] = records(kind.node)
        return made[kind]

    return strategy


@pytest.fixture(scope="session")
def official_names() -> set[str]:
    """The names of the official files of 1.6, without .json."""
    return {path.stem for path in (SCHEMAS / "v16/schemas").glob("*.json")}
