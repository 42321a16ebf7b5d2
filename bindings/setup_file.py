"""A Setup from a TOML file and from the environment: the factory values of one charger, without a line of code.

    setup = load_setup("/etc/charger.toml", hardware=hardware)

docs/setup-file.md has a complete file, and the rules. What can be set in [station] and [capabilities] is read off Setup
and Capabilities, so it is declared once.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple, get_type_hints

from ocppcore.bindings._setup_values import PREFIX, Value, Values, gather, meant, not_here, secret
from ocppcore.errors import SetupError
from ocppcore.hardware import Hardware
from ocppcore.messages.text import fold
from ocppcore.station import Access, Capabilities, Key, Setup
from ocppcore.station.setup import RATINGS, REQUIRED, VendorHandlers
from ocppcore.station.v16 import KEYS

__all__ = ["load_setup"]


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
    station, ratings, secrets = tables["station"], tables["capabilities"], tables["secrets"]
    fields = _fields(station, STATION)
    for name in (*REQUIRED, "url"):
        if name not in fields:
            whence = "environment" if path is None else f"{os.fspath(path)}: [station]"
            raise SetupError(f"{whence}: {name} is missing: add it, or set {PREFIX}STATION_{name.upper()}")
    config = {value.name: _written(value) for value in tables["configuration"].values()}
    hidden = {value.name: secret(value) for folded, value in secrets.items() if folded not in OCTETS}
    octets: dict[str, Any] = {OCTETS[folded]: _octets(value) for folded, value in secrets.items() if folded in OCTETS}
    able = Capabilities() if hardware is None else Capabilities.of(hardware)
    numbers = {name: getattr(able, name) for name in Capabilities.__slots__} | _fields(ratings, PLACE)
    try:
        able = Capabilities(**numbers)
        factory = config | hidden
        made = Setup(**fields, **octets, capabilities=able, config=factory, keys=keys, vendors=vendors)
    except SetupError as error:
        raise _placed(error, station | ratings) from None
    _check(made, tables["configuration"], secrets)
    return made


class Kind(NamedTuple):
    """A kind of value. what: for errors; toml, text: what makes one of a value of TOML or of a text, or ValueError."""

    what: str
    toml: Callable[[Any], Any]
    text: Callable[[str], Any]


def _just(*kinds: type) -> Callable[[Any], Any]:
    """The value itself, if it is exactly of one of these types: true is no number."""

    def take(value: Any) -> Any:
        if type(value) not in kinds:
            raise ValueError
        return value

    return take


def _names(value: Any) -> list[str]:
    if type(value) is not list or not all(type(name) is str for name in value):
        raise ValueError
    return list(value)


def _split(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _truth(text: str) -> bool:
    if fold(text) not in ("true", "false"):
        raise ValueError
    return fold(text) == "true"


TEXT: Final = Kind("a text", _just(str), str)
WHOLE: Final = Kind("a whole number", _just(int), int)
NUMBER: Final = Kind("a number", _just(int, float), float)
# By the type in the signature of Setup or Capabilities. What has none of these types is for the program to say.
KINDS: Final[dict[Any, Kind]] = {
    str: TEXT,
    str | None: TEXT,
    int: WHOLE,
    float: NUMBER,
    float | None: NUMBER,
    bool: Kind("true or false", _just(bool), _truth),
    Iterable[str]: Kind("a list of texts", _names, _split),
}


def _types(made: type) -> dict[str, Any]:
    return get_type_hints(vars(made)["__init__"])


STATION: Final = {name: KINDS[hint] for name, hint in _types(Setup).items() if hint in KINDS}
# What the hardware can do is the hardware's to say; its ratings depend on where it stands.
PLACE: Final = {name: KINDS[hint] for name, hint in _types(Capabilities).items() if name in RATINGS}
OCTETS: Final = {fold(name): name for name, hint in _types(Setup).items() if hint == bytes | None}


def _fields(values: Values, kinds: Mapping[str, Kind]) -> dict[str, Any]:
    """What the values of a table mean, by the name of the field."""
    known = {fold(name): name for name in kinds}
    fields = {}
    for folded, value in values.items():
        if folded not in known:
            raise SetupError(f"{value.where}: there is no such key{meant(value.name, kinds)}")
        kind = kinds[known[folded]]
        try:
            fields[known[folded]] = (kind.toml if value.of_file else kind.text)(value.value)
        except ValueError:
            raise SetupError(f"{value.where} = {value.value!r}: use {kind.what}") from None
    return fields


def _written(value: Value) -> str:
    """A factory value of a configuration key, as it is written on the wire."""
    if type(value.value) is bool:
        return str(value.value).lower()
    if type(value.value) in (int, str):
        return str(value.value)
    try:
        return ",".join(_names(value.value))
    except ValueError:
        what = "a text, a whole number, true, false, or a list of texts"
        raise SetupError(f"{value.where} = {value.value!r}: use {what}") from None


def _octets(value: Value) -> bytes:
    """A key of HTTP Basic auth, as ChangeConfiguration carries it (W A00.FR.205)."""
    text = secret(value)
    if re.fullmatch(r"([0-9A-Fa-f]{2}){16,20}", text) is None:
        raise SetupError(f"{value.where}: use 32 to 40 hexadecimal digits, an even number of them")
    return bytes.fromhex(text)


def _placed(error: SetupError, values: Values) -> SetupError:
    """The error, with the place of the value that it is about."""
    value = values.get(error.field or "")
    return error if value is None else SetupError(f"{value.where}{str(error).removeprefix(error.field or '')}")


def _check(made: Setup, config: Values, secrets: Values) -> None:
    """Say at once, and with its place, what the station would refuse when it starts."""
    keys = {key.folded: key for key in KEYS(made)}
    hidden = {folded: key for folded, key in keys.items() if key.access is Access.W}
    for folded, value in config.items():
        if folded in hidden:
            raise SetupError(f"{value.where}: {not_here(value.name)}")
        _take(made, value, keys, [key.name for key in keys.values()])
    for folded, value in secrets.items():
        if folded not in OCTETS:
            _take(made, value, hidden, [*OCTETS.values(), *(key.name for key in hidden.values())])


def _take(made: Setup, value: Value, keys: Mapping[str, Key], names: list[str]) -> None:
    key = keys.get(fold(value.name))
    if key is None:
        raise SetupError(f"{value.where}: there is no such key{meant(value.name, names)}")
    try:
        key.take(made.config[value.name])
    except ValueError as error:
        shown = "" if key.access is Access.W else f" = {value.value!r}"
        raise SetupError(f"{value.where}{shown}: use {error}") from None
