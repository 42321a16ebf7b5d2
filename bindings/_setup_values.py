"""Where the values of a station's setup come from: a TOML file and the environment, gathered into tables.

Rules: the environment goes before the file. Names compare in any case. What nobody would read is a mistake: an unknown
table, a name that is there twice. A secret is a text of the environment, or the path of a file that has it.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, NamedTuple

from ocppcore.errors import SetupError
from ocppcore.messages.text import fold

PREFIX: Final = "OCPPCORE_"
MAKERS: Final = "hardware"  # the table that is the maker's own
SECRETS: Final = "secrets"
TABLES: Final = ("station", "capabilities", "configuration", "security", SECRETS, MAKERS)
FILE: Final = "_file"  # ends the name of a secret whose value is the path of a file
FEW: Final = 30  # names that an error may list


class Value(NamedTuple):
    """One value. where: its place, for errors; name: as it is written; of_file: a value of TOML, else a text of the
    environment; path: of a secret, the path of the file that has it."""

    where: str
    name: str
    value: Any
    of_file: bool
    path: bool = False

    def __repr__(self) -> str:
        return f"Value({self.where!r})"  # it may be a secret


Values = dict[str, Value]  # by folded name


def gather(path: str | os.PathLike[str] | None, environ: Mapping[str, str]) -> dict[str, Values]:
    """All values by table. Raises SetupError."""
    tables: dict[str, Values] = {table: {} for table in TABLES}
    for table, values in ({} if path is None else read(Path(path))).items():
        if table not in TABLES or not isinstance(values, dict):
            raise SetupError(f"{path}: {table}: there is no such table{meant(table, TABLES)}")
        folder = Path(str(path)).parent
        for name, value in values.items():
            _put(tables[table], table, Value(f"{path}: [{table}] {name}", name, value, True), folder)
    for table, values in _of_environment(environ).items():
        tables[table] |= values
    return tables


def _of_environment(environ: Mapping[str, str]) -> dict[str, Values]:
    tables: dict[str, Values] = {table: {} for table in TABLES if table != MAKERS}
    for variable, text in environ.items():
        table, _, name = variable.removeprefix(PREFIX).partition("_")
        if variable.startswith(PREFIX) and table.lower() in tables:
            value = Value(f"environment: {variable}", name, text, False)
            _put(tables[table.lower()], table.lower(), value, Path("."))
    return tables


def _put(values: Values, table: str, value: Value, folder: Path) -> None:
    """Add a value, and of a secret see whether it is one, or the path of one."""
    if table == SECRETS and fold(value.name).endswith(FILE):
        where = folder / value.value if isinstance(value.value, str) else value.value
        value = value._replace(name=value.name[: -len(FILE)], value=where, path=True)
    if values.setdefault(fold(value.name), value) is not value:
        raise SetupError(f"{value.where}: it is there twice")


def read(path: Path) -> dict[str, Any]:
    """The TOML file. Raises SetupError."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise SetupError(f"{path}: there is no such file: give the path of the station's TOML file") from None
    except OSError as error:
        raise SetupError(f"{path}: it can't be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SetupError(f"{path}: it is no TOML: it must be UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise SetupError(f"{path}: it is no TOML: {error}") from None


def content(where: str, path: Any) -> str:
    """What is in a file that a value names. Raises SetupError, which does not show it."""
    try:
        return Path(path).read_text("utf-8").strip()
    except OSError as error:
        raise SetupError(f"{where}: {path} can't be read: {error.strerror}") from None
    except (TypeError, UnicodeDecodeError):
        raise SetupError(f"{where}: use the path of a text file in UTF-8") from None


def secret(value: Value) -> str:
    """The secret. Raises SetupError, which does not show it."""
    if value.path:
        return content(value.where, value.value)
    if value.of_file:
        raise SetupError(f"{value.where}: {not_here(value.name)}")
    return str(value.value)


def not_here(name: str) -> str:
    """What to do with a secret that stands where people would see it."""
    variable = f"{PREFIX}{SECRETS}_{name}".upper()
    return f"a secret does not stand here: write the path of its file into [{SECRETS}] {name}{FILE}, or set {variable}"


def meant(name: str, known: Iterable[str]) -> str:
    """What may have been meant by a name that is not known; the end of an error."""
    spelling = {fold(one): one for one in known}
    close = get_close_matches(fold(name), spelling, 1)
    if close:
        return f": did you mean {spelling[close[0]]}?"
    return f": use {', '.join(spelling.values())}" if len(spelling) < FEW else ""
