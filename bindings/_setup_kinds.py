"""What the values of a station's setup mean: of TOML as they are, of the environment as texts.

The kinds go by the types in the signatures of Setup, Capabilities and SecuritySetup, so that what can be set is
declared once; what has another type is for the program to say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple, get_type_hints

from ocppcore.bindings._setup_values import Value, Values, meant
from ocppcore.errors import SetupError
from ocppcore.messages.text import fold


class Kind(NamedTuple):
    """A kind of value. what: for errors; toml, text: what makes one of a value of TOML or of a text, or ValueError."""

    what: str
    toml: Callable[[Any], Any]
    text: Callable[[str], Any]


def _just(*types: type) -> Callable[[Any], Any]:
    """The value itself, if it is exactly of one of these types: true is no number."""

    def take(value: Any) -> Any:
        if type(value) not in types:
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


def _numbered(value: Any) -> dict[int, str]:
    if type(value) is not dict:
        raise ValueError
    return dict(zip(map(int, value), _names(list(value.values())), strict=True))


def _numbered_text(text: str) -> dict[int, str]:
    return {int(number): name for number, name in (item.split("=", 1) for item in _split(text))}


_TEXT: Final = Kind("a text", _just(str), str)
_NUMBER: Final = Kind("a number", _just(int, float), float)
KINDS: Final[dict[Any, Kind]] = {
    str: _TEXT,
    str | None: _TEXT,
    int: Kind("a whole number", _just(int), int),
    float: _NUMBER,
    float | None: _NUMBER,
    bool: Kind("true or false", _just(bool), _truth),
    Iterable[str]: Kind("a list of texts", _names, _split),
    Mapping[int, str] | None: Kind("texts by number: { 2 = '…' }, in the environment 2=…", _numbered, _numbered_text),
}


def kinds_of(made: type, only: Iterable[str] | None = None) -> dict[str, Kind]:
    """The arguments of a class that can be set, and their kinds. only: of these."""
    hints = get_type_hints(vars(made)["__init__"])
    return {name: KINDS[hint] for name, hint in hints.items() if hint in KINDS and (only is None or name in only)}


def fields(values: Values, kinds: Mapping[str, Kind]) -> dict[str, Any]:
    """What the values of a table mean, by the name of the argument. Raises SetupError."""
    known = {fold(name): name for name in kinds}
    found = {}
    for folded, value in values.items():
        if folded not in known:
            raise SetupError(f"{value.where}: there is no such key{meant(value.name, kinds)}")
        kind = kinds[known[folded]]
        try:
            found[known[folded]] = (kind.toml if value.of_file else kind.text)(value.value)
        except ValueError:
            raise SetupError(f"{value.where} = {value.value!r}: use {kind.what}") from None
    return found


def written(value: Value) -> str:
    """A factory value of a configuration key, as it is written on the wire. Raises SetupError."""
    if type(value.value) is bool:
        return str(value.value).lower()
    if type(value.value) in (int, str):
        return str(value.value)
    try:
        return ",".join(_names(value.value))
    except ValueError:
        what = "a text, a whole number, true, false, or a list of texts"
        raise SetupError(f"{value.where} = {value.value!r}: use {what}") from None
