"""RFC 3339 text to instants and back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocppcore import v16
from ocppcore.messages.instant import format_instant, parse_instant
from ocppcore.wire import CallResult, decode


def at(*fields: int) -> datetime:
    return datetime(*fields, tzinfo=UTC)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-01-31T12:00:00Z", at(2026, 1, 31, 12)),
        ("2026-01-31t12:00:00z", at(2026, 1, 31, 12)),
        ("2026-01-31T12:00:00+00:00", at(2026, 1, 31, 12)),
        ("2026-01-31T12:00:00-00:00", at(2026, 1, 31, 12)),
        ("2026-01-31T12:00:00+05:30", at(2026, 1, 31, 6, 30)),
        ("2026-01-31T12:00:00-14:00", at(2026, 2, 1, 2)),
        ("1970-01-01T00:00:00+23:59", at(1969, 12, 31, 0, 1)),
        ("2199-12-31T23:59:59-23:59", at(2200, 1, 1, 23, 58, 59)),
        ("2026-01-31T12:00:00.1Z", at(2026, 1, 31, 12, 0, 0, 100_000)),
        ("2026-01-31T12:00:00.1240977Z", at(2026, 1, 31, 12, 0, 0, 124_097)),
        ("2026-01-31T12:00:00.123456789Z", at(2026, 1, 31, 12, 0, 0, 123_456)),
        ("2016-12-31T23:59:60Z", at(2016, 12, 31, 23, 59, 59, 999_999)),
        ("2016-12-31T23:59:60.5Z", at(2016, 12, 31, 23, 59, 59, 999_999)),
        ("2038-01-19T03:14:07Z", at(2038, 1, 19, 3, 14, 7)),
        ("2038-01-19T03:14:08Z", at(2038, 1, 19, 3, 14, 8)),
        ("2000-02-29T00:00:00Z", at(2000, 2, 29)),
        ("2024-02-29T00:00:00Z", at(2024, 2, 29)),
        ("2106-02-07T06:28:16Z", at(2106, 2, 7, 6, 28, 16)),
    ],
)
def test_what_is_an_instant(text: str, instant: datetime) -> None:
    parsed = parse_instant(text)
    assert parsed == instant
    assert parsed is not None and parsed.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    "text",
    [
        *("", "now", "2026-01-31", "2026-01-31T12:00:00", "2026-01-31 12:00:00Z", "2026-01-31T12:00Z", "2022-W01-1"),
        *("2026-01-31T12:00:00+02", "2026-01-31T12:00:00+0200", "2026-01-31T12:00:00+24:00"),
        "2026-01-31T12:00:00+02:60",
        *("2026-01-31T24:00:00Z", "2026-01-31T12:60:00Z", "2026-01-31T12:00:61Z", "2026-13-01T12:00:00Z"),
        *("2026-00-01T12:00:00Z", "2026-01-00T12:00:00Z", "2026-01-32T12:00:00Z", "2026-04-31T12:00:00Z"),
        *("2026-02-29T12:00:00Z", "2100-02-29T12:00:00Z", "2024-02-30T12:00:00Z"),
        *("1969-12-31T23:59:59Z", "2200-01-01T00:00:00Z", "0000-01-01T00:00:00Z", "9999-01-01T00:00:00Z"),
        *("222222017-10-27T19:10:11Z", "26-01-31T12:00:00Z", "2026-1-31T12:00:00Z", "20260131T120000Z"),
        *("2026-01-31T12:00:00.Z", "2026-01-31T12:00:00,5Z", "2026-01-31T12:00:00.1234567890Z"),
        *("2026-01-31T12:00:00Z ", " 2026-01-31T12:00:00Z", "2026-01-31T12:00:00Z\n", "2026-01-31T12:00:00ZZ"),
        *("２０２６-01-31T12:00:00Z", "2026-01-31T12:00:00٠Z", "+026-01-31T12:00:00Z", "2026-01-31T12:00:0_Z"),
        "2026-01-31T12:00:00." + "0" * 100_000 + "Z",
    ],
)
def test_what_is_no_instant(text: str) -> None:
    assert parse_instant(text) is None


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        *((f"2026-01-31T12:00:00.{tenth}Z", at(2026, 1, 31, 12, 0, 0, tenth * 100_000)) for tenth in range(10)),
        *((f"{year}-06-01T00:00:00Z", at(year, 6, 1)) for year in (2037, 2038, 2039, 2106, 2107, 2199)),
        ("2026-06-01T02:00:00+02:00", at(2026, 6, 1)),
        ("2026-05-31T18:30:00.25-05:30", at(2026, 6, 1, 0, 0, 0, 250_000)),
    ],
)
def test_W11_an_offset_a_fraction_or_a_late_year_in_a_message(text: str, instant: datetime) -> None:
    payload = f'{{"status":"Accepted","currentTime":"{text}","interval":60}}'
    frame = decode(f'[3,"1",{payload}]', v16.ACTIONS, {"1": v16.BootNotificationResponse.shape})
    assert isinstance(frame, CallResult), frame
    assert frame.payload.current_time == instant == parse_instant(text)


def test_what_is_written_is_utc_with_milliseconds_only_where_there_are_some() -> None:
    assert format_instant(at(2026, 1, 31, 12)) == "2026-01-31T12:00:00Z"
    assert format_instant(at(2026, 1, 31, 12, 0, 0, 5_000)) == "2026-01-31T12:00:00.005Z"
    assert format_instant(at(2026, 1, 31, 12, 0, 0, 999)) == "2026-01-31T12:00:00Z"
    assert format_instant(datetime(2026, 1, 31, 1, tzinfo=timezone(timedelta(hours=2)))) == "2026-01-30T23:00:00Z"


def test_a_naive_datetime_names_no_instant() -> None:
    with pytest.raises(ValueError, match="time zone"):
        format_instant(datetime(2026, 1, 31))


ZONES = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(st.datetimes(datetime(1970, 1, 2), datetime(2199, 12, 30), timezones=ZONES))
def test_what_is_written_is_read_as_the_same_millisecond(instant: datetime) -> None:
    parsed = parse_instant(format_instant(instant))
    assert parsed is not None
    assert timedelta(0) <= instant - parsed < timedelta(milliseconds=1)


@given(st.text(alphabet="0123456789-+T:Z.z ", max_size=30) | st.text(max_size=30))
def test_no_text_is_a_surprise(text: str) -> None:
    assert parse_instant(text) is None or len(text) >= 20
