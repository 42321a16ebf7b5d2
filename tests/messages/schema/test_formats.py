"""The two formats of the schema files."""

from __future__ import annotations

import pytest

from ocppcore.messages.schema.formats import is_date_time, is_uri


@pytest.mark.parametrize(
    "text",
    [
        *("ftp://user:pass@example.com:21/folder/", "https://example.com", "http://[2001:db8::1]:8080/x?y=1&z#f"),
        *("ftps://example.com/a%20b", "HTTP://EXAMPLE.COM/", "file:///x", "urn:ocpp:x", "mailto:a@b", "http://h//a//b"),
    ],
)
def test_what_is_a_uri(text: str) -> None:
    assert is_uri(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", "example.com/x", "//example.com/x", "/x", "://x", "1http://x", "http://exa mple.com", "http://x/a b"),
        *("http://x/%zz", "http://x/\n", "http://x/é", "http://x/<a>", "http://h:port/", "http://a[b/", 'http://x/"'),
        *("http://x\\y", "http://[::1", "http://u@[h@]/", "http:/[::1]"),
    ],
)
def test_what_is_none(text: str) -> None:
    assert not is_uri(text)


def test_a_hostile_uri_costs_no_time() -> None:
    assert not is_uri("http://" + "a:" * 50_000 + " ")
    assert not is_uri("x:" + "%41" * 50_000 + "%")


def test_a_date_time_is_an_instant() -> None:
    assert is_date_time("2026-01-31T12:00:00Z")
    assert not is_date_time("2026-01-31T12:00:00")
