"""Anything may happen in any order: roots that are in use stay, private keys stay inside, and the station gets in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ocppcore import v16
from ocppcore.session.commands import Connect
from ocppcore.session.events import Disconnect, Lost, Refused, TlsFailed, TlsFailure
from ocppcore.testing.certificates import Authority
from ocppcore.testing.rig import BEGIN
from ocppcore.testing.secure import KEY, MANUFACTURER, NEW_KEY, SecureRig

UNTRUSTED, NOT_TRUSTED = TlsFailed(TlsFailure.Certificate), TlsFailed(TlsFailure.Refused)
REFUSALS = (Lost("no route"), Refused(401), Refused(503), UNTRUSTED, NOT_TRUSTED)
ROOTS = [Authority(f"Root {number}") for number in range(3)]
ROOTS.append(ROOTS[0].sub("Root 3, of root 0"))
KEYS = (KEY.hex(), NEW_KEY.hex(), "no key")
STORE = 3  # roots that it has room for


class World:
    """A station to which things happen. lets_in: by which logins its back end would."""

    def __init__(self, check: bool) -> None:
        config = {"CertificateStoreMaxLength": str(STORE), "AdditionalRootCertificateCheck": str(check).lower()}
        self.rig = SecureRig(profile=1, authorization_key=KEY, config=config)
        self.check = check
        self.csr: str | None = None
        self.refuse: dict[int, Disconnect] = {}  # by profile
        self.highest = 1  # the highest profile that was ever connected by
        self.rig.admits = self._admits
        self.rig.boot()
        self.invariants()

    @staticmethod
    def profile_of(connect: Connect) -> int:
        return 1 if connect.tls is None else 2 if connect.tls.chain is None else 3

    def _admits(self, connect: Connect) -> Disconnect | None:
        profile = self.profile_of(connect)
        # What works was proven, so it is let in by; and only what is new may be refused.
        refusal = self.refuse.get(profile) if profile > self.highest else None
        self.highest = self.highest if refusal else max(self.highest, profile)
        return refusal

    @property
    def here(self) -> bool:
        return self.rig.station.ctx.online

    # What may happen

    def install(self, number: int, manufacturer: bool) -> None:
        if self.here:
            self.rig.install(ROOTS[number], MANUFACTURER) if manufacturer else self.rig.install(ROOTS[number])

    def delete(self, number: int) -> None:
        if self.here and (found := self.rig.installed()):
            name = found[number % len(found)]
            way = self.rig.station.ctx
            in_use = way.endpoint is not None and way.endpoint.tls is not None
            status = self.rig.delete(name)
            assert status == "Accepted" or in_use
            assert (name in self.rig.installed()) is (status != "Accepted")

    def request(self) -> None:
        if self.here and self.rig.trigger() == "Accepted":
            self.rig.run()
            self.csr = self.rig.take(v16.SignCertificateRequest)[-1].csr

    def sign(self, number: int, days: int) -> None:
        if self.here and self.csr is not None:
            begin = BEGIN + timedelta(days=days)
            chain = ROOTS[number].sign_request(self.csr, begin=begin, end=begin + timedelta(days=400))
            if self.rig.hand_out(chain) == "Accepted":
                self.csr = None

    def raise_profile(self, profile: int, refusal: Disconnect | None) -> None:
        self.refuse = {} if refusal is None else {profile: refusal}
        if self.here:
            before = self.rig.get_key("SecurityProfile")
            status = self.rig.set_key("SecurityProfile", str(profile))
            assert status == "Rejected" or str(before) < str(profile)

    def change_key(self, number: int) -> None:
        if self.here:
            assert (self.rig.set_key("AuthorizationKey", KEYS[number]) == "Accepted") is (number < 2)

    def cut(self) -> None:
        self.rig.cut()

    def come_back(self) -> None:
        self.rig.reachable = True
        self.rig.advance(3600)

    def restart(self) -> None:
        self.rig.restart()

    def wait(self, seconds: int) -> None:
        self.rig.advance(seconds)

    # What holds at any time

    def invariants(self) -> None:
        rig = self.rig
        rig.run()
        ctx = rig.station.ctx
        roots = [value for key, value in ctx.store.items("certificates") if key.startswith("root:")]
        assert sum(not fallback for *_, fallback in roots) <= STORE
        if self.check:
            central = [fallback for use, _, _, fallback in roots if use == "CentralSystemRoot"]
            assert central.count(False) <= 1 and central.count(True) <= 1  # M05.FR.08
        endpoint = ctx.endpoint
        assert endpoint is not None
        if ctx.online and endpoint.tls is not None:
            stored = {pem for _, pem, *_ in roots}
            assert endpoint.tls.roots and set(endpoint.tls.roots) <= stored  # a root in use is never deleted
        assert (endpoint.tls is None) is endpoint.url.startswith("ws://")
        assert rig.configured("SecurityProfile") in ("1", "2", "3")
        assert int(rig.configured("SecurityProfile") or 0) >= (self.highest if ctx.online else 1)
        assert rig.leaks("PRIVATE KEY", KEY.hex(), NEW_KEY.hex(), KEY, NEW_KEY) == []

    def gets_in(self) -> None:
        """In the end, by the highest profile that ever worked."""
        self.refuse = {}
        self.rig.reachable = True
        self.rig.advance(3 * 3600)
        assert self.here


numbers = st.integers(0, len(ROOTS) - 1)
actions: Any = st.one_of(
    st.tuples(st.just("install"), numbers, st.booleans()),
    st.tuples(st.just("delete"), numbers),
    st.tuples(st.just("request")),
    st.tuples(st.just("sign"), numbers, st.sampled_from([-10, -1, 1])),
    st.tuples(st.just("raise_profile"), st.integers(0, 3), st.none() | st.sampled_from(REFUSALS)),
    st.tuples(st.just("change_key"), st.integers(0, 2)),
    st.tuples(st.just("cut")),
    st.tuples(st.just("come_back")),
    st.tuples(st.just("restart")),
    st.tuples(st.just("wait"), st.sampled_from([1, 60, 86_400])),
)


@settings(max_examples=100)
@given(st.booleans(), st.lists(actions, max_size=30))
def test_any_order_keeps_what_must_hold(check: bool, story: list[tuple[Any, ...]]) -> None:
    world = World(check)
    for name, *arguments in story:
        getattr(world, name)(*arguments)
        world.invariants()
    world.gets_in()
    world.invariants()


def test_a_story_of_all_profiles() -> None:
    """So that the way there is walked for certain."""
    world = World(check=True)
    story: list[tuple[Any, ...]] = [
        ("install", 0, False), ("request",), ("sign", 0, -10), ("raise_profile", 2, REFUSALS[3]), ("wait", 60),
        ("raise_profile", 2, None), ("restart",), ("raise_profile", 3, REFUSALS[1]), ("wait", 60), ("cut",),
        ("come_back",), ("raise_profile", 3, None), ("install", 3, False), ("cut",), ("come_back",), ("delete", 0),
    ]  # fmt: skip
    for name, *arguments in story:
        getattr(world, name)(*arguments)
        world.invariants()
    assert world.highest == 3 and world.rig.get_key("SecurityProfile") == "3"
    assert len(world.rig.installed()) == 1
