"""The formats that the schema files of OCPP name: date-time and uri."""

from __future__ import annotations

import re

from ocppcore.messages.instant import parse_instant

# RFC 3986 §3; of an address in brackets only the characters are checked.
_NAME = r"(?:[A-Za-z0-9\-._~!$&'()*+,;=]|%[0-9A-Fa-f]{2})"
_LOGIN, _PATH, _QUERY = (rf"(?:{_NAME}|[{more}])*" for more in (":", ":@/", ":@/?"))
_HOST = rf"(?:\[[0-9A-Fa-f:.]+\]|{_NAME}*)(?::[0-9]*)?"
_URI = re.compile(
    rf"[A-Za-z][A-Za-z0-9+.\-]*:(?://(?:{_LOGIN}@)?{_HOST}(?:/{_PATH})?|(?!//){_PATH})(?:\?{_QUERY})?(?:#{_QUERY})?"
)


def is_date_time(text: str) -> bool:
    """True for an instant as RFC 3339 writes it, see messages/instant.py."""
    return parse_instant(text) is not None


def is_uri(text: str) -> bool:
    """True for an absolute URI: a scheme and ASCII characters that RFC 3986 allows."""
    return _URI.fullmatch(text) is not None


FORMATS = {"date-time": is_date_time, "uri": is_uri}
