"""How the demo shows itself: plain lines, or with rich (the extra `cli`) on a terminal, colours and a live picture."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING, Any, Final

from ocppcore.demo.lines import essentials
from ocppcore.demo.report import Line
from ocppcore.demo.world import Exchange, Note, World

if TYPE_CHECKING:
    from rich.text import Text

TITLE: Final = "ocppcore demo: a station and a back end, OCPP 1.6 over a WebSocket on loopback"
LEGEND: Final = "→ the station calls, ← the back end calls; behind the arrow in the line, the answer"
# For terminals without Unicode.
ASCII: Final = str.maketrans(
    {"→": ">", "←": "<", "…": "...", "·": ",", "─": "-", "│": "|", "└": "+", "┬": "+", "░": "."}
    | dict(zip("▁▂▃▄▅▆▇█", "__..-=##", strict=True))
)
COLOURS: Final = {"Charging": "green", "Preparing": "yellow", "Finishing": "cyan"}
BAR: Final = 20  # columns of a battery


def columns(entry: Exchange | Note) -> tuple[str, str, str, str]:
    """Time, arrow, action and essentials of an entry; a note is all essentials."""
    if isinstance(entry, Note):
        return f"{entry.at:%H:%M:%S}", "─", "", entry.text
    arrow = "→" if entry.upward else "←"
    text = essentials(entry.request, entry.outcome, entry.at)
    return f"{entry.at:%H:%M:%S}", arrow, type(entry.request).action, text


class Plain:
    """Lines on standard output. quiet: only the report."""

    def __init__(self, quiet: bool = False) -> None:
        self.width = shutil.get_terminal_size((100, 24)).columns if sys.stdout.isatty() else 100
        self._quiet = quiet
        self._seen = 0  # of the world's log
        encoding = getattr(sys.stdout, "encoding", None) or "ascii"
        try:
            "→█".encode(encoding)
            self._table: dict[int, str] = {}
        except (UnicodeEncodeError, LookupError):
            self._table = ASCII

    def open(self) -> None:
        if not self._quiet:
            self._say(f" {TITLE}\n {LEGEND}\n")

    def draw(self, world: World) -> None:
        """What has happened since the last time; plain lines have no picture of the state."""
        for entry in [] if self._quiet else world.log[self._seen :]:
            time, arrow, action, text = columns(entry)
            line = f" {time} ── {text}" if isinstance(entry, Note) else f" {time}  {arrow} {action:<21} {text}"
            self._say(line.rstrip())
        self._seen = len(world.log)

    def close(self) -> None:
        """Leave the terminal as it was."""

    def report(self, lines: list[Line]) -> None:
        for line in lines:
            self._say(line.text)

    def _say(self, text: str) -> None:
        print(text.translate(self._table), flush=True)


class Rich:
    """A terminal in colours: the lines scroll, the state of the EVSEs stays below them."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.live import Live

        self._console = Console(highlight=False)
        self.width = self._console.width
        self._seen = 0  # of the world's log
        self._live = Live(console=self._console, auto_refresh=False, transient=True)

    def open(self) -> None:
        self._console.print(f" [bold]{TITLE}[/bold]\n [dim]{LEGEND}[/dim]\n")
        self._live.start()

    def draw(self, world: World) -> None:
        """What has happened since the last time, and the state of things below it."""
        from rich.console import Group

        for entry in world.log[self._seen :]:
            self._show(entry)
        self._seen = len(world.log)
        self._live.update(Group(*_picture(world)), refresh=True)

    def _show(self, entry: Exchange | Note) -> None:
        from rich.text import Text

        time, arrow, action, text = columns(entry)
        if isinstance(entry, Note):
            line = Text.assemble((f" {time} ", "dim"), (f"── {text}", "bold yellow"))
        else:
            colour = "cyan" if entry.upward else "magenta"
            line = Text.assemble((f" {time} ", "dim"), (f" {arrow} {action:<21} ", colour), text)
        self._print(line)

    def close(self) -> None:
        self._live.stop()

    def report(self, lines: list[Line]) -> None:
        from rich.text import Text

        for line in lines:
            self._print(Text(line.text, style=line.style))

    def _print(self, line: Any) -> None:
        self._console.print(line, no_wrap=True, overflow="ellipsis", crop=True)


def _picture(world: World) -> list[Text]:
    from rich.text import Text

    shown, now = world.station.snapshot(), world.clock.now()
    link = ("online", "green") if shown.online else (f"offline, {shown.undelivered} messages wait", "bold red")
    lines = [Text(""), Text.assemble((f" {world.clock.utc():%H:%M}  ", "bold"), link)]
    for each in shown.evses:
        hardware = world.hardware.evse[each.id]
        line = Text.assemble(f" EVSE {each.id}  ", (f"{each.status:<12}", COLOURS.get(each.status, "dim")))
        soc = hardware.soc(now)
        if soc is not None:
            full = round(soc / 100 * BAR)
            battery = "█" * full + "░" * (BAR - full)
            power = hardware.power_mw(now) / 1_000_000
            line.append(f" {battery} {soc:3.0f} %  {power:5.1f} kW  {hardware.visit_wh(now) / 1000:6.2f} kWh")
        lines.append(line)
    return lines


def screen(quiet: bool) -> Plain | Rich:
    """What suits standard output."""
    if not quiet and sys.stdout.isatty():
        try:
            return Rich()
        except ImportError:
            pass
    return Plain(quiet)
