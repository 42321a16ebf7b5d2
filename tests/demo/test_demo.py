"""`ocppcore demo`: the books agree, the story is always the same, and it ends cleanly however it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ocppcore.cli import main
from ocppcore.demo.books import differences
from ocppcore.demo.evening import pass_time
from ocppcore.demo.report import report
from ocppcore.demo.screen import Plain
from ocppcore.demo.world import Exchange, World

FAST = ["--speed", "20000"]
DEMO = [sys.executable, "-m", "ocppcore", "demo"]


@pytest.fixture(scope="module")
def world() -> World:
    """The evening is over."""
    return pass_time(20_000)


def test_three_transactions_are_booked_as_they_were_metered(world: World) -> None:
    assert differences(world.booked, world.counted) == []
    assert [(entry.id_tag, entry.evse, entry.reason) for entry in world.booked] == [
        ("ANNA", 1, "Local"),
        ("BEN", 2, "Remote"),
        ("BEN", 2, "Local"),
    ]
    assert all((entry.energy_wh or 0) > 4000 for entry in world.booked)


def test_what_happened_offline_is_delivered_afterwards_once_and_in_order(world: World) -> None:
    ledger = world.csms.ledger
    assert (ledger.repeats, ledger.strays) == (0, [])
    offline = world.booked[2]
    told = [
        type(entry.request).action
        for entry in world.log
        if isinstance(entry, Exchange) and getattr(entry.request, "transaction_id", None) == offline.id
    ]
    assert told == ["MeterValues"] * 8 + ["StopTransaction"]
    for entry in world.booked:
        times = [at for at, _ in entry.values]
        assert times == sorted(times)


@pytest.mark.parametrize("width", [80, 100, 300])
def test_the_result_fits_the_terminal(world: World, width: int) -> None:
    assert max(len(line.text) for line in report(world, [], width)) <= min(width, 100)


def test_no_call_went_wrong(world: World) -> None:
    assert all(not isinstance(entry, Exchange) or not isinstance(entry.outcome, Exception) for entry in world.log)


def test_a_wrong_booking_is_found_and_told() -> None:
    world = pass_time(20_000)
    stop = world.booked[1].meter_stop
    assert stop is not None
    world.booked[1].meter_stop = stop + 1
    wrong = differences(world.booked, world.counted)
    assert len(wrong) == 1
    assert report(world, wrong)[-1].text.startswith(" The books do not agree. EVSE 2, transaction 2:")


def test_json_is_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--json", *FAST]) == 0
    output = capsys.readouterr().out
    found = json.loads(output)
    assert output.count("\n") == 1
    assert sum(entry["energy_wh"] for entry in found["transactions"]) == found["energy_wh"] > 30_000
    assert found["messages"] > 100


def test_the_story_is_the_same_each_time(capsys: pytest.CaptureFixture[str]) -> None:
    stories = []
    for speed in ("20000", "9000"):
        assert main(["demo", "--speed", speed]) == 0
        stories.append(capsys.readouterr().out)
    assert stories[0] == stories[1]
    assert "18:20:30  → StartTransaction      EVSE 2, BEN, 873.905 kWh → Accepted, transaction 2" in stories[0]
    assert max(len(line) for line in stories[0].splitlines()) <= 100


def test_quiet_shows_the_result_only(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--quiet", *FAST]) == 0
    output = capsys.readouterr().out
    assert "StartTransaction" not in output and "agree to the watt-hour" in output


@pytest.mark.parametrize("speed", ["0", "-5", "nan", "inf", "fast"])
def test_an_impossible_speed_is_a_usage_error(speed: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["demo", f"--speed={speed}"])
    assert ended.value.code == 2
    assert "--speed" in capsys.readouterr().err


def test_a_terminal_without_unicode_gets_ascii(world: World) -> None:
    environment = os.environ | {"PYTHONIOENCODING": "ascii:strict", "PYTHONUTF8": "0"}
    done = subprocess.run([*DEMO, *FAST], env=environment, capture_output=True, timeout=120)
    assert done.stderr == b""  # nothing but the story: the outage is a part of it
    assert done.returncode == 0, done.stderr
    assert b"> StartTransaction" in done.stdout and b"#####" in done.stdout


def test_a_reader_that_goes_away_ends_it_quietly() -> None:
    demo = subprocess.Popen([*DEMO, *FAST], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert demo.stdout is not None and demo.stderr is not None
    demo.stdout.readline()
    demo.stdout.close()
    errors = demo.stderr.read()
    demo.stderr.close()
    assert demo.wait(60) == 141
    assert errors == b""


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_ctrl_c_ends_it_quietly() -> None:
    demo = subprocess.Popen(DEMO, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert demo.stdout is not None
    while b"BootNotification" not in demo.stdout.readline():
        pass
    demo.send_signal(signal.SIGINT)
    _, errors = demo.communicate(timeout=60)
    assert demo.returncode == 130
    assert errors == b""


@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals")
def test_on_a_terminal_it_is_in_colours(tmp_path: Path) -> None:
    pytest.importorskip("rich")
    screen, terminal = os.openpty()
    environment = os.environ | {"TERM": "xterm-256color", "COLUMNS": "100", "LINES": "40"}
    demo = subprocess.Popen([*DEMO, *FAST], stdout=terminal, stderr=terminal, env=environment)
    os.close(terminal)
    seen = b""
    try:
        while piece := os.read(screen, 65536):
            seen += piece
    except OSError:  # the other side is closed
        pass
    os.close(screen)
    assert demo.wait(60) == 0
    text = seen.decode()
    assert "\x1b[" in text and "Ben unplugs" in text and "agree to the watt-hour" in text
    assert "messages wait" in text  # the live picture, while offline


def test_what_is_not_installed_is_named() -> None:
    code = "import sys; sys.modules['wsproto'] = None; from ocppcore.cli import main; sys.exit(main(['demo']))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "ocppcore: the demo needs wsproto: pip install 'ocppcore[run]'\n"


def test_plain_lines_need_no_terminal(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    shown = Plain()
    shown.open()
    shown.draw(world)
    shown.draw(world)
    shown.close()
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(world.log) + 3
