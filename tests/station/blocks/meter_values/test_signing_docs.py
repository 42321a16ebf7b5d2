"""What docs/signed-meter-values.md shows is run as it stands."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ocppcore.hardware import MeterReading
from ocppcore.session.commands import ReadMeter
from ocppcore.station import Capabilities
from ocppcore.testing.signing import SigningBench

PAGE = Path(__file__).parents[4] / "docs" / "signed-meter-values.md"


class Meter:
    """What the example of the docs expects of a driver."""

    key_in_der = b"\x30\x59"

    def __init__(self) -> None:
        self.session: tuple[str, str] | None = None

    async def register_wh(self) -> float:
        return 1000.0

    async def begin(self, id_token: str, transaction: str) -> None:
        self.session = id_token, transaction

    async def sign(self, end: bool) -> Any:
        return SimpleNamespace(register_wh=1000.0, ocmf=f"OCMF|{self.session},{end}|".encode())


def test_the_charger_and_the_reader_of_the_docs() -> None:
    names: dict[str, Any] = {}
    for block in re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL):
        exec(compile(block, PAGE.name, "exec"), names)
    charger = names["Charger"]({1: Meter(), 2: Meter()})
    able = Capabilities.of(charger)

    class Bench(SigningBench):
        def read(self, command: ReadMeter) -> MeterReading:
            if command.sign is None:
                return asyncio.run(charger.read_meter(command.evse, command.why))
            return asyncio.run(charger.read_signed(command.evse, command.why, command.sign))

    bench = Bench(can={"signs": able.signs, "public_keys": able.public_keys})
    bench.charge()
    assert names["records"](bench.stop()) == [
        ("Transaction.Begin", b"OCMF|('TAG1', '000001-000001'),False|", b"\x30\x59"),
        ("Transaction.End", b"OCMF|('TAG1', '000001-000001'),True|", None),
    ]
