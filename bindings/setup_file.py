"""A Setup from a TOML file and from the environment: the factory values of one charger, without a line of code.

    setup = load_setup("/etc/charger.toml", hardware=hardware)

docs/setup-file.md has a complete file, and the rules.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from ocppcore.bindings._setup_kinds import fields, kinds_of, written
from ocppcore.bindings._setup_values import PREFIX, Value, Values, content, gather, meant, not_here, secret
from ocppcore.errors import SetupError
from ocppcore.hardware import Hardware
from ocppcore.messages.text import fold
from ocppcore.station import Access, Capabilities, Key, Setup
from ocppcore.station.security_setup import SecuritySetup
from ocppcore.station.setup import RATINGS, REQUIRED, VendorHandlers
from ocppcore.station.v16 import KEYS

__all__ = ["load_setup"]

PASSWORD, PRIVATE = "authorization_key", "key"  # secrets that are no configuration keys: of Setup, of SecuritySetup
STATION: Final = kinds_of(Setup)
PLACE: Final = kinds_of(Capabilities, only=RATINGS)  # what else the hardware can do, is the hardware's to say
SECURITY: Final = {name: kind for name, kind in kinds_of(SecuritySetup).items() if name != PRIVATE}
PEM: Final = ("roots", "manufacturer_roots", "certificate")  # of SECURITY; the values are paths


def load_setup(
    path: str | os.PathLike[str] | None = None,
    *,
    hardware: Hardware | None = None,
    keys: Iterable[Key] = (),
    vendors: Mapping[str, VendorHandlers] | None = None,
    environ: Mapping[str, str] = os.environ,
) -> Setup:
    """The Setup that a TOML file and the environment describe; the environment goes before the file.

    path: of the file; None for the environment alone. hardware: what it can do; its numbers may be set by the file.
    keys, vendors: as in Setup; values of the maker's own keys stand beside those of the standard.
    Raises SetupError, one line that names file, table and key, and says what to do.
    """
    tables = gather(path, environ)
    file = "environment" if path is None else os.fspath(path)
    secrets, config = tables["secrets"], tables["configuration"]
    station = fields(tables["station"], STATION)
    for name in (*REQUIRED, "url"):
        if name not in station:
            raise SetupError(f"{file}: [station] {name} is missing: add it, or set {PREFIX}STATION_{name.upper()}")
    factory = {value.name: written(value) for value in config.values()}
    factory |= {value.name: secret(value) for name, value in secrets.items() if name not in (PASSWORD, PRIVATE)}
    try:
        security = _security(tables["security"], secrets.get(PRIVATE), Path(file).parent)
        password = _password(secrets.get(PASSWORD), security.plain_key)
        able = _capabilities(hardware, tables["capabilities"])
        made = Setup(
            **station,
            authorization_key=password,
            security=security,
            capabilities=able,
            config=factory,
            keys=keys,
            vendors=vendors,
        )
    except SetupError as error:
        raise _placed(error, file, tables) from None
    _check(made, config, secrets)
    return made


def _capabilities(hardware: Hardware | None, values: Values) -> Capabilities:
    able = Capabilities() if hardware is None else Capabilities.of(hardware)
    known = {name: getattr(able, name) for name in Capabilities.__slots__}
    return Capabilities(**(known | fields(values, PLACE)))


def _security(values: Values, key: Value | None, folder: Path) -> SecuritySetup:
    """Certificates are read from the files that are named; relative paths of the TOML file begin at it."""
    found = fields(values, SECURITY)
    for name in PEM:
        if name in found:
            value = values[name]
            base = folder if value.of_file else Path()
            named = found[name]
            texts = [content(value.where, base / one) for one in ([named] if isinstance(named, str) else named)]
            found[name] = texts[0] if isinstance(named, str) else texts
    return SecuritySetup(**found, key=None if key is None else secret(key))


def _password(value: Value | None, plain: bool) -> bytes | None:
    """The key of HTTP Basic auth: as the back end sends it (W A00.FR.205), or as plain text."""
    if value is None:
        return None
    text = secret(value)
    if plain:
        return text.encode()
    if re.fullmatch(r"([0-9A-Fa-f]{2}){16,20}", text) is None:
        raise SetupError(f"{value.where}: use 32 to 40 hexadecimal digits, an even number of them")
    return bytes.fromhex(text)


def _placed(error: SetupError, file: str, tables: Mapping[str, Values]) -> SetupError:
    """The error, with the place of the value that it is about."""
    if error.field is None:
        return error
    rest = str(error).removeprefix(error.field)
    tables_of_fields = (tables["station"], tables["capabilities"], tables["secrets"])
    values = [values[error.field] for values in tables_of_fields if error.field in values]
    where = values[0].where if values else f"{file}: [{error.field}]"
    return SetupError(f"{where}{rest}", error.field)


def _check(made: Setup, config: Values, secrets: Values) -> None:
    """Say at once, and with its place, what the station would refuse when it starts."""
    keys = {key.folded: key for key in KEYS(made)}
    hidden = {folded: key for folded, key in keys.items() if key.access is Access.W}
    for folded, value in config.items():
        if folded in hidden:
            raise SetupError(f"{value.where}: {not_here(value.name)}")
        _take(made, value, keys, [key.name for key in keys.values()])
    for folded, value in secrets.items():
        if folded not in (PASSWORD, PRIVATE):
            _take(made, value, hidden, [PASSWORD, PRIVATE, *(key.name for key in hidden.values())])


def _take(made: Setup, value: Value, keys: Mapping[str, Key], names: list[str]) -> None:
    key = keys.get(fold(value.name))
    if key is None:
        raise SetupError(f"{value.where}: there is no such key{meant(value.name, names)}")
    try:
        key.take(made.config[value.name])
    except ValueError as error:
        shown = "" if key.access is Access.W else f" = {value.value!r}"
        raise SetupError(f"{value.where}{shown}: use {error}") from None
