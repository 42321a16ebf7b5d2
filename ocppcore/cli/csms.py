"""Run a back end: stations connect to it, and what they tell is shown line by line; at the end, what was booked.

Who may come in has to be said: stations with the keys in a file, stations with a certificate, or anybody.
Each line of the file with keys is IDENTITY KEY: 32 to 40 hex digits are octets, anything else is a text.
Ctrl-C ends it. Exit code: 0, or 2 for a wrong usage.
"""

from __future__ import annotations

import argparse
import random
import ssl
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from ocppcore.errors import SetupError
from ocppcore.tools.show import escaped

WHO: Final = (
    "say who may come in: --keys FILE, or --client-roots FILE with --organization NAME, "
    "or for a try-out --insecure, which lets in everybody"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `ocppcore csms`."""
    parser.add_argument("--port", type=_port, default=9000, help="0 for any that is free (default: 9000)")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    parser.add_argument("--path", metavar="PATH", help="what stands before the identity in the URL")
    parser.add_argument("--insecure", action="store_true", help="let in everybody, and accept every card")
    parser.add_argument("--keys", metavar="FILE", help="stations and their keys")
    parser.add_argument("--certificate", metavar="FILE", help="for wss://: its own, in PEM, with sub CAs")
    parser.add_argument("--key", metavar="FILE", help="its private key, in PEM")
    parser.add_argument("--client-roots", metavar="FILE", help="roots of the stations' certificates, in PEM")
    parser.add_argument("--organization", metavar="NAME", help="the operator, as in stations' certificates")
    parser.add_argument("--card", metavar="TAG", action="append", help="a card that is accepted; without any, all are")
    parser.add_argument("--interval", type=_seconds, default=300, help="of heartbeats, in seconds (default: 300)")
    parser.add_argument("--lenient", action="store_true", help="put up with what devices get wrong in the handshake")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")


def _port(text: str) -> int:
    return _number(text, 0, 65535)


def _seconds(text: str) -> int:
    return _number(text, 1, 2**31 - 1)


def _number(text: str, least: int, most: int) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 10 and least <= int(text) <= most):
        raise argparse.ArgumentTypeError(f"use a number from {least} to {most}")
    return int(text)


def run(args: argparse.Namespace) -> int:
    """Serve until it is ended. Raises SetupError for what cannot be."""
    _check(args)
    try:
        from ocppcore.bindings.asyncio import server_context
        from ocppcore.cli.back_end import Report, run_back_end
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing == "ocppcore":
            raise
        raise SetupError(f"a back end needs {missing}: pip install 'ocppcore[ws]'") from error
    context: ssl.SSLContext | None = None
    if args.certificate is not None:
        optional = args.keys is not None
        context = server_context(args.certificate, args.key, args.client_roots, optional=optional)
    report = Report(_csms(args), as_json=args.json)
    return run_back_end(report, args.host, args.port, context, args.path, args.lenient)


def _check(args: argparse.Namespace) -> None:
    if args.insecure and (args.keys is not None or args.client_roots is not None):
        raise SetupError("--insecure lets in everybody, so --keys and --client-roots have no meaning beside it")
    if not args.insecure and args.keys is None and args.client_roots is None:
        raise SetupError(WHO)
    if (args.certificate is None) is not (args.key is None):
        raise SetupError("--certificate and --key go together")
    if (args.client_roots is None) is not (args.organization is None):
        raise SetupError("--client-roots and --organization go together")
    if args.client_roots is not None and args.certificate is None:
        raise SetupError("--client-roots needs TLS: give --certificate and --key")


def _csms(args: argparse.Namespace) -> Any:
    from ocppcore.csms import Certificates, Csms, keys

    cards = frozenset(card.casefold() for card in args.card or ())  # 1.6 §3.2: a CiString
    return Csms(
        utc=partial(datetime.now, UTC),
        rng=random.Random(),
        authenticate=None if args.keys is None else keys(keys_in(args.keys)),
        certificates=None if args.organization is None else Certificates(args.organization),
        insecure=args.insecure,
        authorize=lambda tag: not cards or tag.casefold() in cards,
        interval=args.interval,
    )


def keys_in(name: str) -> dict[str, bytes]:
    """The keys in a file, by identity. Raises SetupError, which shows no key."""
    from ocppcore.csms.v16 import key_octets

    try:
        with open(name, encoding="utf-8") as file:
            lines = file.read().splitlines()
    except OSError as error:
        raise SetupError(f"{escaped(name)}: {error.strerror}") from None
    except ValueError:
        raise SetupError(f"{escaped(name)}: not a text in UTF-8") from None
    found: dict[str, bytes] = {}
    for number, line in enumerate(lines, 1):
        words = line.rsplit(None, 1)
        if not words or line.lstrip().startswith("#"):
            continue
        if len(words) != 2:
            raise SetupError(f"{escaped(name)}, line {number}: a line is IDENTITY KEY")
        if (identity := words[0].strip()) in found:
            raise SetupError(f"{escaped(name)}, line {number}: {escaped(identity)} is there already")
        found[identity] = key_octets(words[1])
    if not found:
        raise SetupError(f"{escaped(name)}: no keys in it; a line is IDENTITY KEY")
    return found
