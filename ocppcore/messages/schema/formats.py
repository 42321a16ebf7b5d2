"""The formats that the schema files of OCPP name: date-time and uri."""

from __future__ import annotations

import re

from ocppcore.messages.instant import parse_instant

_PCHAR = r"A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;="
_URI = re.compile(rf"[A-Za-z][A-Za-z0-9+.\-]*:(?:[{_PCHAR}]|%[0-9A-Fa-f]{{2}})*")  # RFC 3986 §3, without its fine print


def is_date_time(text: str) -> bool:
    """True for an instant as RFC 3339 writes it, see messages/instant.py."""
    return parse_instant(text) is not None


def is_uri(text: str) -> bool:
    """True for an absolute URI: a scheme and ASCII characters that RFC 3986 allows."""
    return _URI.fullmatch(text) is not None


FORMATS = {"date-time": is_date_time, "uri": is_uri}
