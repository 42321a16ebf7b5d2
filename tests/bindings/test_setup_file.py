"""A Setup from TOML and environment: what goes before what, and one clear line for each mistake."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random

import pytest

from ocppcore.bindings import setup_file
from ocppcore.bindings.setup_file import load_setup
from ocppcore.errors import SetupError
from ocppcore.hardware import Hardware
from ocppcore.station import Access, Key, Setup, Station
from ocppcore.station.readers import text

ROOT = Path(__file__).parents[2]
DOCS = (ROOT / "docs" / "setup-file.md").read_text("utf-8")
STATION = 'identity = "CP1"\nurl = "ws://h/ocpp"\nvendor = "V"\nmodel = "M"\n'
HEX = "00112233445566778899aabbccddeeff"
KEYS = (Key("AcmePin", Access.W, None, text(8, least=4)), Key("AcmeColour", Access.RW, "red", text(8)))


class Wallbox(Hardware):
    max_current_a = 20.0
    measurands = ("Voltage", "Power.Active.Import")

    def unlock(self, evse: int) -> bool:
        return True


def load(tmp_path: Path, toml: str, **environ: str) -> Setup:
    (tmp_path / "charger.toml").write_text(toml, "utf-8")
    return load_setup(tmp_path / "charger.toml", hardware=Wallbox(), keys=KEYS, environ=environ)


def refused(tmp_path: Path, toml: str, **environ: str) -> str:
    with pytest.raises(SetupError) as caught:
        load(tmp_path, toml, **environ)
    line = str(caught.value).replace(f"{tmp_path}/", "")
    assert "\n" not in line
    return line


def station(more: str = "", rest: str = "") -> str:
    return f"[station]\n{STATION}{more}\n{rest}"


# What is read


def test_a_file(tmp_path: Path) -> None:
    tables = """
    [capabilities]
    max_current_a = 16
    grid_current_a = 63.5
    [configuration]
    heartbeatInterval = 60
    LocalPreAuthorize = true
    MeterValuesSampledData = ["Voltage", "Energy.Active.Import.Register"]
    AcmeColour = "blue"
    [hardware]
    anything = { goes = 1979-05-27 }
    """
    setup = load(tmp_path, station('evses = 3\nwithout = ["Reservation"]\nsecure_firmware = false', tables))
    assert (setup.identity, setup.url, setup.evses, setup.secure_firmware) == ("CP1", "ws://h/ocpp", 3, False)
    assert setup.without == {"Reservation"}
    can = setup.capabilities
    assert (can.max_current_a, can.grid_current_a, can.unlock) == (16, 63.5, True)
    configuration = Station(setup, rng=Random(1)).configuration
    assert configuration.int("HeartbeatInterval") == 60 and configuration.bool("LocalPreAuthorize")
    assert configuration.list("MeterValuesSampledData") == ("Voltage", "Energy.Active.Import.Register")
    assert configuration.text("AcmeColour") == "blue"


def test_the_environment_goes_before_the_file_and_the_file_before_the_defaults(tmp_path: Path) -> None:
    setup = load(
        tmp_path,
        station("evses = 3", "[capabilities]\nvolts = 110\n[configuration]\nHeartbeatInterval = 60\nResetRetries = 1"),
        OCPPCORE_STATION_EVSES="4",
        OCPPCORE_STATION_WITHOUT="Reservation, SmartCharging",
        OCPPCORE_STATION_SECURE_FIRMWARE="FALSE",
        OCPPCORE_CAPABILITIES_VOLTS="120",
        OCPPCORE_CONFIGURATION_HEARTBEATINTERVAL="70",
        OCPPCORE_BUILD="compiled",
        PATH="/bin",
    )
    assert (setup.evses, setup.without, setup.secure_firmware) == (4, {"Reservation", "SmartCharging"}, False)
    assert (setup.capabilities.volts, setup.capabilities.max_current_a) == (120, 20.0)
    configuration = Station(setup, rng=Random(1)).configuration
    values = [configuration.int(key) for key in ("HeartbeatInterval", "ResetRetries", "BlinkRepeat")]
    assert values == [70, 1, 3]


def test_the_environment_alone() -> None:
    environ = {f"OCPPCORE_STATION_{name}": "x" for name in ("IDENTITY", "VENDOR", "MODEL")}
    setup = load_setup(environ=environ | {"OCPPCORE_STATION_URL": "wss://h"})
    assert setup.endpoint_url == "wss://h/x"
    with pytest.raises(SetupError, match="environment: .station. url is missing: add it, or set OCPPCORE_STATION_URL"):
        load_setup(environ=environ)


# Secrets


def secret(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content, "utf-8")


def test_secrets_of_files(tmp_path: Path) -> None:
    secret(tmp_path, "key", f" {HEX}\n")
    secret(tmp_path, "pin", "1234\n")
    setup = load(tmp_path, station(rest='[secrets]\nauthorization_key_file = "key"\nacmePin_file = "pin"'))
    assert setup.authorization_key == bytes.fromhex(HEX)
    assert Station(setup, rng=Random(1)).configuration.text("AcmePin") == "1234"


def test_secrets_of_the_environment_go_first_and_the_file_is_not_opened_then(tmp_path: Path) -> None:
    secret(tmp_path, "pin", "4321")
    setup = load(
        tmp_path,
        station(rest='[secrets]\nauthorization_key_file = "nowhere"\nAcmePin_file = "nowhere"'),
        OCPPCORE_SECRETS_AUTHORIZATION_KEY=HEX,
        OCPPCORE_SECRETS_ACMEPIN_FILE=str(tmp_path / "pin"),
    )
    assert setup.authorization_key == bytes.fromhex(HEX)
    assert Station(setup, rng=Random(1)).configuration.text("AcmePin") == "4321"


PEM = "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----"


def test_certificates_of_files_and_the_private_key_apart(tmp_path: Path) -> None:
    for name in ("csms", "maker", "own", "chain"):
        secret(tmp_path, f"{name}.pem", PEM.format(name))
    secret(tmp_path, "own.key", "-----BEGIN PRIVATE KEY-----")
    tables = """
    [security]
    roots = ["csms.pem"]
    manufacturer_roots = ["maker.pem"]
    certificate = "own.pem"
    urls = { 3 = "wss://three.example" }
    [secrets]
    key_file = "own.key"
    """
    security = load(tmp_path, station(rest=tables)).security
    assert security.roots == (PEM.format("csms"),) and security.manufacturer_roots == (PEM.format("maker"),)
    assert (security.certificate, security.key) == (PEM.format("own"), "-----BEGIN PRIVATE KEY-----")
    assert security.urls == {3: "wss://three.example"}
    security = load(
        tmp_path,
        station(rest=tables),
        OCPPCORE_SECURITY_ROOTS=f"{tmp_path / 'csms.pem'},{tmp_path / 'chain.pem'}",
        OCPPCORE_SECURITY_URLS="2=wss://two.example, 3=wss://other.example",
        OCPPCORE_SECRETS_KEY="pkcs11:object=own",
    ).security
    assert security.roots == (PEM.format("csms"), PEM.format("chain")) and security.key == "pkcs11:object=own"
    assert security.urls == {2: "wss://two.example", 3: "wss://other.example"}


def test_a_password_of_plain_text(tmp_path: Path) -> None:
    plain = station(rest="[security]\nplain_key = true")
    setup = load(tmp_path, plain, OCPPCORE_SECRETS_AUTHORIZATION_KEY="correct horse battery")
    assert setup.authorization_key == b"correct horse battery"
    line = refused(tmp_path, plain, OCPPCORE_SECRETS_AUTHORIZATION_KEY="short")
    assert line == "environment: OCPPCORE_SECRETS_AUTHORIZATION_KEY: 16 to 40 octets, of text"


@pytest.mark.parametrize("place", ["file", "environment", "toml"])
def test_a_secret_stands_in_no_error(tmp_path: Path, place: str) -> None:
    for name, bad in (("authorization_key", "s3cret"), ("AcmePin", "s3cret-too-long")):
        secret(tmp_path, "it", bad)
        environ = {f"OCPPCORE_SECRETS_{name.upper()}": bad} if place == "environment" else {}
        table = {
            "file": f'[secrets]\n{name}_file = "it"',
            "environment": "",
            "toml": f'[secrets]\n{name} = "{bad}"',
        }[place]
        line = refused(tmp_path, station(rest=table), **environ)
        assert "s3cret" not in line and name.lower() in line.lower()


@pytest.mark.parametrize("name", ["authorization_key", "AcmePin"])
def test_a_secret_does_not_stand_in_the_file(tmp_path: Path, name: str) -> None:
    line = refused(tmp_path, station(rest=f'[secrets]\n{name} = "x"'))
    where = f"charger.toml: [secrets] {name}: a secret does not stand here"
    what = f"write the path of its file into [secrets] {name}_file, or set OCPPCORE_SECRETS_{name.upper()}"
    assert line == f"{where}: {what}"
    if name == "AcmePin":
        line = refused(tmp_path, station(rest=f'[configuration]\n{name} = "s3cret"'))
        assert line.startswith(f"charger.toml: [configuration] {name}: a secret does not stand here")


# Mistakes


@pytest.mark.parametrize(
    ("toml", "line"),
    [
        ("[station", "charger.toml: it is no TOML: "),
        ("[statoin]\n", "charger.toml: statoin: there is no such table: did you mean station?"),
        ("identity = 1\n", "charger.toml: identity: there is no such table: use station, capabilities, "),
        ("[station]\n", "charger.toml: [station] identity is missing: add it, or set OCPPCORE_STATION_IDENTITY"),
        (station("urll = 1"), "charger.toml: [station] urll: there is no such key: did you mean url?"),
        (station("Evses = 1\nevses = 2"), "charger.toml: [station] evses: it is there twice"),
        (station("authorization_key = 'x'"), "charger.toml: [station] authorization_key: there is no such key"),
        (station("evses = '2'"), "charger.toml: [station] evses = '2': use a whole number"),
        (station("evses = true"), "charger.toml: [station] evses = True: use a whole number"),
        (station("evses = 0"), "charger.toml: [station] evses 0: a station has at least one EVSE"),
        (station("secure_firmware = 1"), "charger.toml: [station] secure_firmware = 1: use true or false"),
        (station("imsi = 26201"), "charger.toml: [station] imsi = 26201: use a text"),
        (station("without = 'Core'"), "charger.toml: [station] without = 'Core': use a list of texts"),
        (station("without = ['Core']"), "charger.toml: [station] without 'Core': what can be left out is "),
        (station("iccid = '" + "1" * 21 + "'"), "charger.toml: [station] iccid '1111"),
        (f"[station]\n{STATION.replace('ws:', 'http:')}", "charger.toml: [station] url 'http://h/ocpp': it must begin"),
        (station(rest="[capabilities]\nunlock = true"), "charger.toml: [capabilities] unlock: there is no such key"),
        (station(rest="[capabilities]\nvolts = '230'"), "charger.toml: [capabilities] volts = '230': use a who"),
        (station(rest="[capabilities]\nphases = 4"), "charger.toml: [capabilities] phases 4: use 1, 2 or 3"),
        (station(rest="[capabilities]\nmax_current_a = nan"), "charger.toml: [capabilities] max_current_a nan: use a"),
        (station(rest="[configuration]\nHeartbeat = 1"), "charger.toml: [configuration] Heartbeat: there is no such k"),
        (
            station(rest="[configuration]\nLightIntensity = 200"),
            "charger.toml: [configuration] LightIntensity = 200: use a whole number from 0 to 100",
        ),
        (
            station(rest="[configuration]\nLightIntensity = 1.5"),
            "charger.toml: [configuration] LightIntensity = 1.5: use a text, a whole number, true, false, or a list",
        ),
        (
            station(rest="[configuration]\nMeterValuesSampledData = ['SoC']"),
            "charger.toml: [configuration] MeterValuesSampledData = ['SoC']: use measurands ",
        ),
        (station(rest="[security]\nkey = 'x'"), "charger.toml: [security] key: there is no such key"),
        (station(rest="[security]\nroots = ['charger.toml']"), "charger.toml: [security]: a certificate is a text"),
        (
            station(rest="[security]\nroots = ['no.pem']"),
            "charger.toml: [security] roots: no.pem can't be read: No such file or directory",
        ),
        (station(rest="[security]\nurls = { x = 'wss://h' }"), "charger.toml: [security] urls = {'x': 'wss://h'}"),
        (station(rest="[security]\nurls = { 1 = 'wss://h' }"), "charger.toml: [security]: urls has wss:// addresses "),
        (station(rest="[secrets]\nPin_file = 'charger.toml'"), "charger.toml: [secrets] Pin_file: there is no such k"),
        (station(rest="[secrets]\nAcmePin_file = 5"), "charger.toml: [secrets] AcmePin_file: use the path of a text f"),
        (
            station(rest="[secrets]\nAcmePin_file = 'x'"),
            "charger.toml: [secrets] AcmePin_file: x can't be read: No such file or directory",
        ),
    ],
)
def test_a_mistake_in_the_file_is_one_line_that_names_its_place(tmp_path: Path, toml: str, line: str) -> None:
    assert refused(tmp_path, toml).startswith(line)


@pytest.mark.parametrize(
    ("variable", "value", "line"),
    [
        ("OCPPCORE_STATION_EVSES", "two", "environment: OCPPCORE_STATION_EVSES = 'two': use a whole number"),
        ("OCPPCORE_STATION_EVSE", "2", "environment: OCPPCORE_STATION_EVSE: there is no such key: did you mean evses?"),
        ("OCPPCORE_STATION_URL", "h", "environment: OCPPCORE_STATION_URL 'h': it must begin with ws:// or wss://"),
        ("OCPPCORE_CAPABILITIES_VOLTS", "1e3", "environment: OCPPCORE_CAPABILITIES_VOLTS = '1e3': use a whole number"),
        (
            "OCPPCORE_CONFIGURATION_HEARTBEAT",
            "1",
            "environment: OCPPCORE_CONFIGURATION_HEARTBEAT: there is no such key: did you mean HeartbeatInterval?",
        ),
        (
            "OCPPCORE_CONFIGURATION_RESETRETRIES",
            "-1",
            "environment: OCPPCORE_CONFIGURATION_RESETRETRIES = '-1': use a whole number from 0 to 2147483647",
        ),
        (
            "OCPPCORE_SECRETS_AUTHORIZATION_KEY",
            "00",
            "environment: OCPPCORE_SECRETS_AUTHORIZATION_KEY: use 32 to 40 hexadecimal digits, an even number of them",
        ),
    ],
)
def test_a_mistake_in_the_environment_is_one_line_that_names_it(
    tmp_path: Path, variable: str, value: str, line: str
) -> None:
    assert refused(tmp_path, station(), **{variable: value}) == line


def test_a_file_that_can_not_be_read(tmp_path: Path) -> None:
    for path, what in (
        (tmp_path / "none.toml", "there is no such file"),
        (tmp_path, "it can't be read: Is a directory"),
    ):
        with pytest.raises(SetupError, match=f"^{re.escape(str(path))}: {what}"):
            load_setup(path, environ={})
    (tmp_path / "latin.toml").write_bytes(b"# \xe4")
    with pytest.raises(SetupError, match="it must be UTF-8"):
        load_setup(tmp_path / "latin.toml", environ={})


# The documents


def test_the_example_is_complete_and_what_is_commented_out_is_right(tmp_path: Path) -> None:
    example = (ROOT / "examples" / "charger.toml").read_text("utf-8")
    setup = load_setup(ROOT / "examples" / "charger.toml", hardware=Wallbox(), environ={})
    assert (setup.identity, setup.config["FreeVend"]) == ("CP1", "true")
    whole = re.sub(r"^# (?=\w+ = )", "", example, flags=re.MULTILINE)
    secret(tmp_path, "authorization.key", HEX)
    secret(tmp_path, "station.key", "-----BEGIN PRIVATE KEY-----")
    for name in ("csms-root", "maker-root", "station"):
        secret(tmp_path, f"{name}.pem", PEM.format(name))
    secret(tmp_path, "charger.toml", whole)
    setup = load_setup(tmp_path / "charger.toml", hardware=Wallbox(), environ={})
    assert setup.authorization_key == bytes.fromhex(HEX) and setup.imsi == "262011234567890"
    assert setup.security.certificate == PEM.format("station") and setup.security.key
    for name in (*setup_file.STATION, *setup_file.PLACE, *setup_file.SECURITY):
        assert re.search(rf"^{name} = ", whole, re.MULTILINE), name


def test_the_documentation_names_all_that_can_be_set() -> None:
    for name in (*setup_file.STATION, *setup_file.PLACE, *setup_file.SECURITY):
        assert f"`{name}`" in DOCS, name


@pytest.mark.parametrize("line", DOCS.split("```\n")[-2].splitlines())
def test_the_mistakes_of_the_documentation(tmp_path: Path, line: str) -> None:
    variable = {"OCPPCORE_CONFIGURATION_HEARTBEAT": "1"} if line.startswith("environment") else {}
    said = {
        "evses": station("evses = '2'"),
        "urll": station("urll = 1"),
        "LightIntensity": station(rest="[configuration]\nLightIntensity = 200"),
        "HEARTBEAT": station(),
        "identity": "[station]\n",
    }
    (toml,) = [toml for word, toml in said.items() if word in line and (word != "identity" or "missing" in line)]
    assert refused(tmp_path, toml, **variable) == line
