"""Every limit that a configuration key declares is enforced: as much as it says is taken, one more is not."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from ocppcore import v16
from ocppcore.errors import CallErrorReceived
from ocppcore.station import Capabilities, Setup
from ocppcore.station.blocks.provisioning.keys16 import LISTS, keys
from ocppcore.station.configuration import Access
from ocppcore.testing.bench import Bench
from ocppcore.testing.certificates import Authority
from ocppcore.testing.charging import ChargingBench, profile

THREE = ["Energy.Active.Import.Register", "Voltage", "SoC"]


def list_of(key: str, items: list[str]) -> Callable[[ChargingBench, int], bool]:
    def takes(bench: ChargingBench, count: int) -> bool:
        return bench.set_key(key, ",".join(items[:count])) == "Accepted"

    return takes


def keys_asked_for(bench: ChargingBench, count: int) -> bool:
    return not isinstance(bench.ask(v16.GetConfigurationRequest(key=["A"] * count)), CallErrorReceived)


def local_list(bench: ChargingBench, count: int) -> bool:
    entries = [
        v16.AuthorizationData(id_tag=f"TAG{n}", id_tag_info=v16.IdTagInfo(status=v16.AuthorizationStatus.Accepted))
        for n in range(count)
    ]
    request = v16.SendLocalListRequest(
        list_version=5, update_type=v16.UpdateType.Full, local_authorization_list=entries
    )
    return getattr(bench.ask(request), "status", None) == "Accepted"


def stack_level(bench: ChargingBench, level: int) -> bool:
    return bench.give(profile(1, (0, 16), level=level)) == "Accepted"


def periods(bench: ChargingBench, count: int) -> bool:
    return bench.give(profile(1, *((60 * n, 16) for n in range(count)))) == "Accepted"


def profiles(bench: ChargingBench, count: int) -> bool:
    return {bench.give(profile(n + 1, (0, 16), level=n)) for n in range(count)} == {"Accepted"}


def meter_values(bench: ChargingBench, count: int) -> bool:
    """What is asked for is a transaction with so many sets of values; those too many are thinned out."""
    bench.configure("StopTxnSampledData", THREE[0])
    bench.configure("MeterValueSampleInterval", "10")
    bench.charge()
    bench.advance(10 * (count - 2) + 5)
    bench.press_stop()
    (stop,) = bench.sent(v16.StopTransactionRequest)
    return len(stop.transaction_data or ()) == count



def offline(bench: ChargingBench, count: int) -> bool:
    """So many transactions wait for delivery: the last of them has begun."""
    bench.cut()
    for _ in range(count - 1):
        bench.charge()
        bench.press_stop()
        bench.unplug()
    bench.plug()
    bench.swipe()
    return bench.energy()


def certificates(bench: ChargingBench, count: int) -> bool:
    use = v16.CertificateUseEnumType.ManufacturerRootCertificate
    statuses = [
        bench.ask(v16.InstallCertificateRequest(certificate_type=use, certificate=Authority().pem)).status
        for _ in range(count)
    ]
    return {str(status) for status in statuses} == {"Accepted"}


# By limit: does the station take so many?
ENFORCED: dict[str, Callable[[ChargingBench, int], bool]] = {
    **{f"{name}MaxLength": list_of(name, THREE) for name in LISTS},
    "ConnectorPhaseRotationMaxLength": list_of("ConnectorPhaseRotation", ["0.RST", "1.RTS", "2.SRT"]),
    "GetConfigurationMaxKeys": keys_asked_for,
    "LocalAuthListMaxLength": local_list,
    "SendLocalListMaxLength": local_list,
    "ChargeProfileMaxStackLevel": stack_level,
    "ChargingScheduleMaxPeriods": periods,
    "MaxChargingProfilesInstalled": profiles,
    "StopTransactionMaxMeterValues": meter_values,
    "OfflineTransactionsMaxLength": offline,
    "CertificateStoreMaxLength": certificates,
}


def test_no_limit_is_left_out() -> None:
    whole = Setup("CP1", "ws://h", vendor="V", model="M", capabilities=Capabilities(diagnostics=True, install=True))
    declared = {key.name for key in keys(whole) if key.access is Access.R and "Max" in key.name}
    # A list of the station's own; a bound that no certificate is short enough for, if it is 2.
    assert declared - set(ENFORCED) == {"SupportedFeatureProfilesMaxLength", "CertificateSignedMaxChainSize"}


@pytest.mark.parametrize("key", ENFORCED)
def test_a_limit_is_enforced(key: str) -> None:
    desk = partial(ChargingBench, config={key: "2", "AllowOfflineTxForUnknownId": "true"})
    assert desk().get_key(key) == "2"
    assert ENFORCED[key](desk(), 2)
    assert not ENFORCED[key](desk(), 3)


def test_the_lighting_reaches_the_hardware() -> None:
    """1.6 §9.1.4, §9.1.11."""
    bench = Bench(config={"LightIntensity": "80"})
    assert (bench.station.want(1).light_intensity, bench.station.want(1).blink_repeat) == (80, 3)
    before = bench.station.want(2)
    bench.configure("LightIntensity", "40")
    bench.configure("BlinkRepeat", "0")
    assert (bench.station.want(1).light_intensity, bench.station.want(1).blink_repeat) == (40, 0)
    assert bench.station.want(2) != before
