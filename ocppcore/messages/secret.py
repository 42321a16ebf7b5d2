"""Secrets: fields whose value must not be shown, and how a message shows them. Each repr ends up in some log."""

from __future__ import annotations

from typing import Any

from ocppcore.messages.text import fold

HIDDEN = "…"


class Secret:
    """A field that is never shown: `secret=Secret()`, for which `secret=True` is short."""

    __slots__ = ()

    def show(self, message: Any, value: Any) -> str:
        """What may be shown of the value of this field in a message."""
        return HIDDEN


class SecretKey(Secret):
    """A field that is shown unless another one (`key`) names one of these, whatever the case."""

    __slots__ = ("names",)

    def __init__(self, *names: str) -> None:
        self.names = frozenset(map(fold, names))

    def show(self, message: Any, value: Any) -> str:
        key = message.key
        return repr(value) if isinstance(key, str) and fold(key) not in self.names else HIDDEN


class SecretLogin(Secret):
    """A URL that is shown without the user name and password that it may carry."""

    __slots__ = ()

    def show(self, message: Any, value: Any) -> str:
        if not isinstance(value, str):
            return HIDDEN
        scheme, slashes, rest = value.partition("://")
        authority, slash, path = rest.partition("/")
        login, _, host = authority.rpartition("@")
        return repr(f"{scheme}{slashes}{HIDDEN}@{host}{slash}{path}") if login else repr(value)
