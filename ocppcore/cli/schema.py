"""Print the JSON Schema of a message, in the form in which the standard publishes it.

With --all: one object of all messages, keyed as the official files are named (BootNotification,
BootNotificationResponse, …).
"""

from __future__ import annotations

import argparse
import json

from ocppcore.errors import SetupError
from ocppcore.tools.versions import MODULES, schemas_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `ocppcore schema`."""
    parser.add_argument("version", metavar="VERSION", choices=[*MODULES], help=f"of OCPP: {', '.join(MODULES)}")
    parser.add_argument("action", metavar="ACTION", nargs="?", help="such as BootNotification")
    parser.add_argument("--response", action="store_true", help="the schema of the answer")
    parser.add_argument("--all", action="store_true", help="the schemas of all messages")


def run(args: argparse.Namespace) -> int:
    """Print the schema or the schemas."""
    schemas = schemas_of(args.version)
    if args.all == (args.action is not None) or args.all and args.response:
        raise SetupError("name either one ACTION, with or without --response, or --all")
    chosen = schemas if args.all else schemas.get(f"{args.action}Response" if args.response else args.action)
    if chosen is None:
        raise SetupError(_unknown(args.action, args.version, list(schemas)))
    print(json.dumps(chosen, indent=2))
    return 0


def _unknown(action: str, version: str, names: list[str]) -> str:
    like = [name for name in names if name.lower() == action.lower()]
    hint = f"did you mean {like[0]}?" if like else f"`ocppcore schema {version} --all` has all"
    return f"OCPP {version} has no message {action!r}; {hint}"
