"""Configuration keys (1.6 §9.1, §5.3, §5.8): what each takes, what is answered, what takes effect, what survives."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocppcore import v16
from ocppcore.errors import CallErrorReceived, SetupError
from ocppcore.session.commands import Ping
from ocppcore.station import Capabilities, Setup
from ocppcore.station.blocks.provisioning.keys16 import PROFILES, keys
from ocppcore.station.blocks.provisioning.texts import rotations, unknown_rotations
from ocppcore.station.configuration import Access, Key
from ocppcore.station.events import KeyChanged
from ocppcore.station.readers import MAX_INT, integer
from ocppcore.station.setup import OPTIONAL_PROFILES, SECURITY
from ocppcore.station.v16 import ACTIONS
from ocppcore.testing.rig import Rig
from ocppcore.testing.signing import KEYS, REGISTER
from ocppcore.version import ErrorCode

DOCS = Path(__file__).parents[4] / "docs" / "configuration-keys.md"
# 1.6 §9.1 and, the last two, E 3.83 and E 3.91.
CORE = """
    AllowOfflineTxForUnknownId AuthorizationCacheEnabled AuthorizeRemoteTxRequests BlinkRepeat ClockAlignedDataInterval
    ConnectionTimeOut ConnectorPhaseRotation ConnectorPhaseRotationMaxLength GetConfigurationMaxKeys HeartbeatInterval
    LightIntensity LocalAuthorizeOffline LocalPreAuthorize MaxEnergyOnInvalidId MeterValuesAlignedData
    MeterValuesAlignedDataMaxLength MeterValuesSampledData MeterValuesSampledDataMaxLength MeterValueSampleInterval
    MinimumStatusDuration NumberOfConnectors ResetRetries StopTransactionOnEVSideDisconnect StopTransactionOnInvalidId
    StopTxnAlignedData StopTxnAlignedDataMaxLength StopTxnSampledData StopTxnSampledDataMaxLength
    SupportedFeatureProfiles SupportedFeatureProfilesMaxLength TransactionMessageAttempts
    TransactionMessageRetryInterval UnlockConnectorOnEVSideDisconnect WebSocketPingInterval MessageTimeout
    StopTransactionMaxMeterValues
""".split()
OTHERS = """
    LocalAuthListEnabled LocalAuthListMaxLength SendLocalListMaxLength ReserveConnectorZeroSupported
    ChargeProfileMaxStackLevel ChargingScheduleAllowedChargingRateUnit ChargingScheduleMaxPeriods
    ConnectorSwitch3to1PhaseSupported MaxChargingProfilesInstalled SupportedFileTransferProtocols
""".split()
SECURITY_KEYS = """
    AdditionalRootCertificateCheck AuthorizationKey CertificateSignedMaxChainSize CertificateStoreMaxLength CpoName
    SecurityProfile
""".split()
# Beyond the standard.
EXTRA = """
    AuthorizationTimeout FreeVend FreeVendIdTag MeterValuesInTransactionsOnly OfflineTransactionsMaxLength
    PreBootTransactions SilentOfflineTransactions StartTransactionOnPowerPathClosed
""".split()
SIGNING_KEYS = """
    PublicKeyWithSignedMeterValue SampledDataSignReadings SampledDataSignStartedReadings SampledDataSignUpdatedReadings
    AlignedDataSignReadings AlignedDataSignUpdatedReadings StartTxnSampledData MeterPublicKey1 MeterPublicKey2
""".split()
ALL = len(CORE) + len(OTHERS) + len(SECURITY_KEYS) + len(EXTRA)
# Each profile's actions that a back end calls (1.6 §3.3).
SERVED_BY = {
    "Core": "ChangeAvailability ChangeConfiguration ClearCache DataTransfer GetConfiguration RemoteStartTransaction "
    "RemoteStopTransaction Reset UnlockConnector",
    "FirmwareManagement": "GetDiagnostics UpdateFirmware",
    "LocalAuthListManagement": "GetLocalListVersion SendLocalList",
    "Reservation": "CancelReservation ReserveNow",
    "SmartCharging": "ClearChargingProfile GetCompositeSchedule SetChargingProfile",
    "RemoteTrigger": "TriggerMessage",
}


def booted(**config: str) -> Rig:
    rig = Rig(config=config)
    rig.boot()
    return rig


def setup(**more: object) -> Setup:
    return Setup("CP1", "ws://backend.example", vendor="V", model="M", **more)  # type: ignore[arg-type]


# The table


def test_the_table_has_the_36_keys_of_core_those_of_the_other_profiles_and_no_other() -> None:
    assert len(CORE) == 36
    assert {key.name for key in keys(setup())} == {*CORE, *OTHERS, *SECURITY_KEYS, *EXTRA}
    plain = {key.name for key in keys(setup(without=[SECURITY]))}
    assert plain == {*CORE, *OTHERS, *EXTRA} - {"SupportedFileTransferProtocols"}  # there are no files
    files = setup(without=[SECURITY], capabilities=Capabilities(diagnostics=True))
    assert {key.name for key in keys(files)} == {*CORE, *OTHERS, *EXTRA}


def test_a_station_that_can_all_lists_every_key_that_there_is() -> None:
    """Decisions: Configuration 13; with nothing asked for by name, in one answer."""
    can = Capabilities(
        unlock=True, diagnostics=True, install=True, main_meter=True, signs=(REGISTER,), public_keys=KEYS
    )
    rig = Rig(capabilities=can)
    rig.boot()
    listed = [item.key for item in rig.ask(v16.GetConfigurationRequest()).configuration_key]
    every = {*CORE, *OTHERS, *SECURITY_KEYS, *SIGNING_KEYS, *EXTRA, "SupportedFileTransferProtocols"}
    assert set(listed) == every and len(listed) == len(every)


def test_a_station_of_core_alone_has_the_keys_of_core_alone() -> None:
    """Left out are the other profiles (1.6 §3.3), and the security extension."""
    core = setup(without=[*OPTIONAL_PROFILES, SECURITY])
    assert {key.name for key in keys(core)} == {*CORE, *EXTRA}
    assert next(key.default for key in keys(core) if key.name == "SupportedFeatureProfiles") == "Core"


@pytest.mark.parametrize("key", keys(setup()), ids=lambda key: key.name)
def test_every_key_takes_its_default_and_has_a_place_in_the_standard(key: Key) -> None:
    assert key.default is not None or key.name in ("AuthorizationKey", "CpoName")  # without a value until it is set
    assert key.default is None or key.take(key.default) is not None
    assert (key.section == "") == (key.name in EXTRA)
    place = r"(1\.6 §9\.[1-4]\.\d+|E 3\.\d+|W 7\.\d)(, J?E 3\.\d+)*"
    assert not key.section or re.fullmatch(place, key.section)


def test_the_supported_profiles_are_those_that_are_served() -> None:
    served = {name for name, actions in SERVED_BY.items() if all(one in ACTIONS.served for one in actions.split())}
    assert set(PROFILES) == served


def test_the_documentation_has_the_same_table() -> None:
    pages = DOCS.read_text("utf-8") + DOCS.with_name("signed-meter-values.md").read_text("utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (R|RW|W) \| (.*?) \|", pages, re.M)
    whole = Capabilities(unlock=True, diagnostics=True, install=True, signs=(REGISTER,), public_keys=KEYS)
    plain = {key.name: key for key in keys(setup(evses=2, capabilities=whole))}
    assert {name: (access, default.strip("`")) for name, access, default in rows} == {
        key.name: (key.access.value, "none" if key.default is None else key.default)
        for key in plain.values()
        if not re.fullmatch(r"MeterPublicKey\d", key.name)
    }


# What a text may be


@pytest.mark.parametrize("text", ["true", "TRUE", "True", "tRuE"])
def test_booleans_in_any_case(text: str) -> None:
    rig = booted()
    assert rig.set_key("LocalPreAuthorize", text) == "Accepted"
    assert rig.station.ctx.config.bool("LocalPreAuthorize") is True


@pytest.mark.parametrize("text", ["", "1", "yes", " true", "true ", "truе", "None"])
def test_what_is_no_boolean(text: str) -> None:
    assert booted().set_key("LocalPreAuthorize", text) == "Rejected"


@pytest.mark.parametrize(
    "text",
    ["", " ", " 2", "2 ", "+2", "02", "00", "-0", "2.0", "2e1", "0x2", "2_0", "٢", "²", "-1", "1 000", "2147483648"]
    + ["9" * 40, "9" * 500, "NaN", "null", "true"],
)
def test_H13_what_is_no_integer(text: str) -> None:
    rig = booted()
    assert rig.set_key("MeterValueSampleInterval", text) == "Rejected"
    assert rig.get_key("MeterValueSampleInterval") == "60"


@settings(max_examples=200, deadline=None)
@given(st.integers(-(2**40), 2**40), st.integers(-10, 10), st.integers(0, 10))
def test_integers_have_one_spelling_and_a_range(value: int, low: int, width: int) -> None:
    read = integer(low, low + width)
    if low <= value <= low + width:
        assert read(str(value)) == value
    else:
        with pytest.raises(ValueError):
            read(str(value))


@pytest.mark.parametrize(
    ("key", "good", "bad"),
    [
        ("ClockAlignedDataInterval", ["0", "900", "86400"], ["-1", "86401"]),
        ("ConnectionTimeOut", ["1", str(MAX_INT)], ["0", "-1"]),
        ("HeartbeatInterval", ["0", "1", str(MAX_INT)], ["-1", "2147483648"]),
        ("LightIntensity", ["0", "100"], ["101", "-1"]),
        ("MessageTimeout", ["1"], ["0", "-5"]),
        ("ResetRetries", ["0", "3"], ["-1"]),
        ("TransactionMessageAttempts", ["1"], ["0"]),
        ("TransactionMessageRetryInterval", ["0"], ["-1"]),
        ("WebSocketPingInterval", ["0", "20"], ["-1", "-300"]),
        ("MaxEnergyOnInvalidId", ["0", "100000"], ["-1"]),
        ("BlinkRepeat", ["0"], ["-1"]),
        ("MinimumStatusDuration", ["0", "10"], ["-1"]),
    ],
)
def test_ranges(key: str, good: list[str], bad: list[str]) -> None:
    rig = booted()
    for text in bad:
        assert rig.set_key(key, text) == "Rejected", text
    for text in good:
        assert rig.set_key(key, text) == "Accepted" and rig.get_key(key) == text


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("", ()),
        ("  ", ()),
        ("Voltage", ("Voltage",)),
        ("Voltage.L1", ("Voltage.L1",)),
        (" Voltage.L1-N , SoC,Energy.Active.Import.Register", ("Voltage.L1-N", "SoC", "Energy.Active.Import.Register")),
        ("voltage.l1,VOLTAGE.L1,Voltage", ("Voltage.L1", "Voltage")),
    ],
)
def test_lists_of_measurands(text: str, items: tuple[str, ...]) -> None:
    rig = booted()
    for key in ("MeterValuesSampledData", "MeterValuesAlignedData", "StopTxnSampledData", "StopTxnAlignedData"):
        assert rig.set_key(key, text) == "Accepted"
        assert rig.station.ctx.config.list(key) == items
        assert rig.get_key(key) == text


@pytest.mark.parametrize(
    "text",
    ["Frequency", "Volts", "Voltage.L4", "Voltage.", ".L1", "Voltage,,SoC", ",", "Voltage;SoC", "SoC.L1", '"Voltage"']
    + ["Voltage.L1.L2", "Voltage L1"],
)
def test_what_is_no_list_of_measurands(text: str) -> None:
    """Frequency is a measurand, but the meters of this station do not know it."""
    assert booted().set_key("MeterValuesSampledData", text) == "Rejected"


def test_a_list_is_no_longer_than_its_MaxLength_says() -> None:
    rig = booted(MeterValuesSampledDataMaxLength="2")
    assert rig.get_key("MeterValuesSampledDataMaxLength") == "2"
    assert rig.set_key("MeterValuesSampledData", "Voltage,SoC") == "Accepted"
    assert rig.set_key("MeterValuesSampledData", "Voltage,SoC,Current.Import") == "Rejected"
    assert rig.set_key("StopTxnSampledData", "Voltage,SoC,Current.Import") == "Accepted"


@pytest.mark.parametrize("text", ["0.RST, 1.RST, 2.RTS", "1.NotApplicable", "", "2.tsr,1.unknown"])
def test_W28_phase_rotations(text: str) -> None:
    rig = booted()
    assert rig.get_key("ConnectorPhaseRotation") == "1.Unknown,2.Unknown"
    assert rig.set_key("ConnectorPhaseRotation", text) == "Accepted"
    assert rig.get_key("ConnectorPhaseRotation") == text


@pytest.mark.parametrize(
    "text", ["RST", "3.RST", "1.RRR", "1.RST,1.RTS", "01.RST", "-1.RST", "1. RST", "0.RST,1.RST,2.RST,0.RST"]
)
def test_what_is_no_phase_rotation(text: str) -> None:
    assert booted().set_key("ConnectorPhaseRotation", text) == "Rejected"


@pytest.mark.parametrize("connectors", [1, 2, 49, 50, 51, 1000])
def test_the_phase_rotation_of_any_number_of_connectors_fits(connectors: int) -> None:
    text = unknown_rotations(connectors)
    assert len(text) <= 500
    assert rotations(connectors, connectors + 1)(text)


def test_a_fixed_cable_never_unlocks_on_the_ev_side() -> None:
    """E 3.84, E 3.85."""
    rig = Rig(capabilities=Capabilities(unlock=False))
    rig.boot()
    (item,) = rig.ask(v16.GetConfigurationRequest(key=["UnlockConnectorOnEVSideDisconnect"])).configuration_key
    assert (item.readonly, item.value) == (True, "false")
    assert rig.set_key("UnlockConnectorOnEVSideDisconnect", "true") == "Rejected"
    with pytest.raises(SetupError, match="UnlockConnectorOnEVSideDisconnect"):
        Rig(capabilities=Capabilities(unlock=False), config={"UnlockConnectorOnEVSideDisconnect": "true"})


# The messages


def test_W21_keys_compare_in_any_case() -> None:
    rig = booted()
    assert rig.set_key("heartbeatINTERVAL", "77") == "Accepted"
    answer = rig.ask(v16.GetConfigurationRequest(key=["HEARTBEATinterval", "HeartbeatInterval", "nope"]))
    assert [(item.key, item.value) for item in answer.configuration_key] == [("HeartbeatInterval", "77")]
    assert answer.unknown_key == ["nope"]


@pytest.mark.parametrize("key", ["NumberOfConnectors", "GetConfigurationMaxKeys", "SupportedFeatureProfiles"])
def test_a_read_only_key_is_rejected_even_with_the_value_that_it_has(key: str) -> None:
    rig = booted()
    value = rig.get_key(key)
    assert value is not None and rig.set_key(key, value) == "Rejected"


def test_only_unknown_keys() -> None:
    answer = booted().ask(v16.GetConfigurationRequest(key=["A", "B", "A"]))
    assert answer.configuration_key is None and answer.unknown_key == ["A", "B"]


@pytest.mark.parametrize("names", [None, []])
def test_no_keys_asked_for_are_all_keys(names: list[str] | None) -> None:
    """However few keys may be asked for by name (decisions: Configuration 12)."""
    answer = booted(GetConfigurationMaxKeys="1").ask(v16.GetConfigurationRequest(key=names))
    assert len(answer.configuration_key) == ALL and answer.unknown_key is None


def test_more_keys_than_GetConfigurationMaxKeys() -> None:
    rig = booted(GetConfigurationMaxKeys="3")
    assert rig.ask(v16.GetConfigurationRequest(key=["A"] * 3)).unknown_key == ["A"]
    refused = rig.ask(v16.GetConfigurationRequest(key=["A"] * 4))
    assert isinstance(refused, CallErrorReceived)
    assert refused.code is ErrorCode.OccurrenceConstraintViolation


def test_W28_a_station_with_many_connectors_tells_its_configuration() -> None:
    rig = Rig(evses=200)
    rig.boot()
    assert len(rig.ask(v16.GetConfigurationRequest()).configuration_key) == ALL
    assert rig.get_key("NumberOfConnectors") == "200"


# Effects


def test_WebSocketPingInterval_drives_the_pings() -> None:
    rig = booted()
    assert rig.set_key("WebSocketPingInterval", "20") == "Accepted"
    rig.carried_out.clear()
    rig.advance(100)
    assert len([command for command in rig.carried_out if isinstance(command, Ping)]) == 5
    assert rig.set_key("WebSocketPingInterval", "0") == "Accepted"
    rig.carried_out.clear()
    rig.advance(1000)
    assert not [command for command in rig.carried_out if isinstance(command, Ping)]


def test_MessageTimeout_drives_the_time_out_of_calls() -> None:
    rig = booted(HeartbeatInterval="1000", MessageTimeout="7")
    rig.answer_boot(v16.RegistrationStatus.Accepted, 100)
    rig.restart()
    rig.answers[v16.HeartbeatRequest] = lambda _: None
    rig.advance(107)
    assert rig.station._session.counters.timeouts == 1
    assert rig.set_key("MessageTimeout", "50") == "Accepted"
    rig.advance(142)
    assert rig.station._session.counters.timeouts == 1
    rig.advance(1)
    assert rig.station._session.counters.timeouts == 2


def test_the_host_hears_of_changes_and_of_changes_only() -> None:
    rig = booted(HeartbeatInterval="300")
    rig.set_key("LightIntensity", "40")
    rig.set_key("LightIntensity", "40")
    rig.set_key("BlinkRepeat", "-1")
    told = [(event.key, event.value) for event in rig.events if isinstance(event, KeyChanged)]
    assert told == [("LightIntensity", "40")]


def test_changes_survive_a_restart_and_the_factory_value_does_not_win() -> None:
    rig = booted(LightIntensity="50")
    assert rig.get_key("LightIntensity") == "50"
    assert rig.set_key("LightIntensity", "60") == "Accepted"
    rig.restart()
    assert rig.get_key("LightIntensity") == "60"


def test_a_value_that_was_set_stays_even_if_it_equals_the_factory_value() -> None:
    rig = booted(LightIntensity="50")
    assert rig.set_key("LightIntensity", "50") == "Accepted"
    rig.setup.config["LightIntensity"] = "80"
    rig.restart()
    assert rig.get_key("LightIntensity") == "50"


def test_a_stored_value_that_the_hardware_no_longer_supports_falls_back() -> None:
    rig = booted()
    assert rig.set_key("MeterValuesSampledData", "SoC") == "Accepted"
    rig.setup.capabilities.measurands = ("Voltage",)
    rig.restart()
    assert rig.get_key("MeterValuesSampledData") == "Energy.Active.Import.Register"


# Keys of the maker's own


def vendor_rig() -> Rig:
    rig = Rig()
    rig.setup.keys = (
        Key("VendorColour", Access.RW, "green", str, section="maker", reboot=True),
        Key("VendorSecret", Access.W, "s3cret", str, section="maker"),
    )
    rig.restart()
    return rig


def test_RebootRequired_is_stored_and_reported_but_in_force_after_the_reboot() -> None:
    rig = vendor_rig()
    colour = rig.station.ctx.config.value
    assert rig.set_key("VendorColour", "red") == "RebootRequired"
    assert rig.get_key("VendorColour") == "red" and colour("VendorColour") == "green"
    rig.restart()
    assert rig.get_key("VendorColour") == "red" and rig.station.ctx.config.value("VendorColour") == "red"


def test_W30_a_write_only_key_never_shows_its_value() -> None:
    rig = vendor_rig()
    assert rig.set_key("VendorSecret", "hidden") == "Accepted"
    (item,) = rig.ask(v16.GetConfigurationRequest(key=["VendorSecret"])).configuration_key
    assert item.value is None and item.readonly is False
    told = [event.value for event in rig.events if isinstance(event, KeyChanged) and event.key == "VendorSecret"]
    assert told == [None]


@pytest.mark.parametrize(
    ("config", "word"),
    [
        ({"NoSuchKey": "1"}, "NoSuchKey"),
        ({"HeartbeatInterval": "x"}, "HeartbeatInterval"),
        ({"numberofconnectors": "9"}, "NumberOfConnectors"),
    ],
)
def test_a_factory_value_that_does_not_fit_is_one_clear_line(config: dict[str, str], word: str) -> None:
    with pytest.raises(SetupError, match=word) as caught:
        Rig(config=config)
    assert "\n" not in str(caught.value)
