"""Secrets masked in the texts of a trace: the station's keys and passwords, and credentials inside URLs. Id tags stay.

What is masked: the value of a configuration key that holds a secret (ChangeConfiguration.req, GetConfiguration.conf,
SetVariables of 2.x), the value of a JSON member that is called like one, the user and password of a URL
(UpdateFirmware, GetDiagnostics, GetLog), and all this inside JSON texts that travel in a string (DataTransfer).
A text without a secret is shown as it is, to the byte. Nothing here fails: a text that is not JSON is masked by
pattern, rather too much than too little. Used only while a tap is set.
"""

from __future__ import annotations

import json
import re
from typing import Any

MASK = "***"

# Names of members and of configuration keys, compared in lower case (CiString, S §6.13).
_SECRET = re.compile(r"(?:authorizationkey|password|passwd|secret|private_?key|keycode)\s*$", re.IGNORECASE)
# Worth a closer look. An escaped character may hide a name, so \u is looked at, too.
_SUSPECT = re.compile(r"authorizationkey|passw|secret|private|keycode|://[^\s\"]*@|:\\/\\/|\\u", re.IGNORECASE)
_USERINFO = re.compile(r"(:(?:/|\\/){2})[^\s\"]*@")
_PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*", re.DOTALL)
# A text that cannot be parsed is cut at its first brace if it names a secret, or may do so behind an escape.
_NAMED = re.compile(r"authorizationkey|passw|secret|private|keycode|\\u", re.IGNORECASE)


def redact(text: str) -> str:
    """The text with its secrets masked."""
    if not _SUSPECT.search(text):
        return text
    try:
        parsed = json.loads(text, object_pairs_hook=_unique)
        masked = _mask(parsed)
        return text if masked == parsed else json.dumps(masked, ensure_ascii=False, separators=(",", ":"))
    except (ValueError, RecursionError):
        return (text[: max(text.find("{"), 0)] + MASK) if _NAMED.search(text) else _plain(text)


def _unique(members: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; a member that comes twice might hide a secret behind the first one."""
    found = dict(members)
    if len(found) != len(members):
        raise ValueError("a member comes twice")
    return found


def _plain(text: str) -> str:
    return _PRIVATE_KEY.sub(MASK, _USERINFO.sub(rf"\1{MASK}@", text))


def _mask(value: Any) -> Any:
    if isinstance(value, dict):
        hidden = _names_secret(value)
        return {key: MASK if _hides(key, hidden) and item else _mask(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_mask(item) for item in value]
    if isinstance(value, str) and _SUSPECT.search(value):
        return redact(value) if value.lstrip()[:1] in ("{", "[") else _plain(value)
    return value


def _names_secret(members: dict[str, Any]) -> bool:
    """True for an object that names a secret beside its value: {"key": …, "value": …}, {"variable": {"name": …}}."""
    variable = members.get("variable")
    named = (members.get("key"), variable.get("name") if isinstance(variable, dict) else None)
    return any(isinstance(name, str) and _SECRET.search(name) for name in named)


def _hides(member: str, hidden: bool) -> bool:
    return bool(_SECRET.search(member)) or hidden and member in ("value", "attributeValue")
