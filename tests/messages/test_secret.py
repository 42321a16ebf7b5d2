"""No secret in a repr: passwords, and logins in URLs."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ocppcore import v16
from ocppcore.messages.base import Record
from ocppcore.messages.fields import text


class Key(Record):
    pem: str = text(secret=True)


def test_a_secret_field_is_never_shown() -> None:
    assert repr(Key(pem="hunter2")) == "Key(pem=…)"


@pytest.mark.parametrize("key", ["AuthorizationKey", "authorizationkey", "AUTHORIZATIONKEY"])
def test_the_password_of_the_station_is_never_shown(key: str) -> None:
    assert "hunter2" not in repr(v16.ChangeConfigurationRequest(key=key, value="hunter2"))
    answer = v16.GetConfigurationResponse(configuration_key=[v16.KeyValue(key=key, readonly=False, value="hunter2")])
    assert "hunter2" not in repr(answer)


def test_the_value_of_another_key_is_shown() -> None:
    assert "value='60'" in repr(v16.ChangeConfigurationRequest(key="HeartbeatInterval", value="60"))


def test_where_the_key_is_not_even_a_text_nothing_is_shown() -> None:
    assert "hunter2" not in repr(v16.ChangeConfigurationRequest(key=None, value="hunter2"))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("ftp://user:hunter2@host/path", "ftp://…@host/path"),
        ("ftp://us@er:hunter2@host", "ftp://…@host"),
        ("ftp://user@host/a@b", "ftp://…@host/a@b"),
        ("https://host/a@b", "https://host/a@b"),
        ("no url", "no url"),
    ],
)
def test_a_url_is_shown_without_its_login(url: str, shown: str) -> None:
    assert repr(v16.GetDiagnosticsRequest(location=url)) == f"GetDiagnosticsRequest(location='{shown}')"
    assert repr(v16.LogParametersType(remote_location=url)) == f"LogParametersType(remote_location='{shown}')"
    update = v16.UpdateFirmwareRequest(location=url, retrieve_date=datetime(2026, 1, 1, tzinfo=UTC))
    assert "hunter2" not in repr(update)
