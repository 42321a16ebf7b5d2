"""How the station gets in at its back end: security profile, key and certificates, and what it tries if that fails.

A login is a security profile with an AuthorizationKey. A new one is in force at once; the one that worked before is
kept until the new one has made a connection (W A05.FR.08, .09), over restarts, too. A way is a login with one of the
station's certificates, and with the roots that the back end's is verified by. All ways are tried in turn:

    the new login, then the one before; with each, the newest certificate of the station, then those before it;
    with each of these, the present roots, then the fallback (M05.FR.13)

- A way that is refused for what it is (TLS, 401, 403) gives place to the next one at once; any other failure may be the
  network's, so it is tried PATIENCE times.
- Who gets in by the login before is back at it: the new one is forgotten.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from ocppcore.session.commands import BasicAuth, Tls
from ocppcore.session.events import Disconnect, Refused, TlsFailed
from ocppcore.session.settings import Endpoint
from ocppcore.station.blocks.certificates.facts import TABLE
from ocppcore.station.blocks.certificates.own import Own, OwnStore
from ocppcore.station.blocks.certificates.roots import Root, RootStore
from ocppcore.station.context import Context

PROFILE: Final = "SecurityProfile"
SECRET: Final = "AuthorizationKey"
BEFORE: Final = "login before"
PATIENCE: Final = 3
REFUSALS: Final = (401, 403)
BASIC: Final = range(3)  # profiles with Basic auth; in 0, too, a key that there is, is sent (J §6.2.2)
CERTIFIED: Final = 3  # the one with a certificate of the station
TLS: Final = range(2, 4)


class Login:
    """profile: 0 to 3; text: of the AuthorizationKey as it is stored, None for the factory's; key: its octets."""

    __slots__ = ("profile", "text", "key")

    def __init__(self, profile: int, text: str | None, key: bytes | None) -> None:
        self.profile = profile
        self.text = text
        self.key = key

    def same(self, other: Login) -> bool:
        """True if the back end can't tell them apart."""
        return (self.profile, self.key) == (other.profile, other.key)


class Way:
    """A login with the roots and the own certificate for it; None and no roots where it needs none."""

    __slots__ = ("login", "roots", "own")

    def __init__(self, login: Login, roots: list[Root], own: Own | None = None) -> None:
        self.login = login
        self.roots = roots
        self.own = own


class Logins:
    """See the module's docstring."""

    def __init__(
        self, ctx: Context, roots: RootStore, own: OwnStore, at: Callable[[], datetime | None]
    ) -> None:
        """at: the time to judge certificates by."""
        self._ctx = ctx
        self._roots = roots
        self._own = own
        self._at = at
        self._turn = 0
        self._failures = 0

    def load(self) -> None:
        """As the last run has left it."""
        self.wanted = self._present()
        self.before: Login | None = None
        stored = self._ctx.store.get(TABLE, BEFORE)
        if stored is not None:
            profile, text = stored
            self.before = Login(profile, text, self._octets(text))
        self.way = self.ways()[0]

    # What is wanted

    def changed(self) -> bool:
        """A key of the configuration has changed: True if the next connection has to be another one."""
        present = self._present()
        old, self.wanted = self.wanted, present
        if present.same(old):
            return False
        if self.before is None:
            self._keep(old)
        elif self.before.same(present):
            self._forget()
        return present.profile != old.profile or present.profile in BASIC

    @property
    def credentials(self) -> tuple[bytes, ...]:
        """The octets of all keys that are in use, or may be again; and the texts of those whose hex digits are of both
        cases, which cannot be told from the octets."""
        logins = [self.wanted] if self.before is None else [self.wanted, self.before]
        texts = [login.text for login in logins if login.text is not None]
        mixed = [text.encode() for text in texts if text not in (text.lower(), text.upper())]
        return tuple(login.key for login in logins if login.key) + tuple(mixed)

    def _present(self) -> Login:
        text = self._ctx.config.stored(SECRET)
        return Login(self._ctx.config.int(PROFILE), text, self._octets(text))

    def _octets(self, stored: str | None) -> bytes | None:
        """What a stored text of the key means; one that the key does not take any more counts for nothing."""
        key = self._ctx.config.find(SECRET)
        assert key is not None
        for text in (stored, self._ctx.config.shipped(key)):
            try:
                octets = None if text is None else key.take(text)
            except ValueError:
                continue
            if isinstance(octets, bytes):
                return octets
        return None

    def _keep(self, login: Login) -> None:
        self.before = login
        self._ctx.store.put(TABLE, BEFORE, [login.profile, login.text])

    def _forget(self) -> None:
        self.before = None
        self._ctx.store.delete(TABLE, BEFORE)

    # Which way to try

    def ways(self) -> list[Way]:
        """All that may be tried, the best first."""
        logins = [self.wanted] if self.before is None else [self.wanted, self.before]
        return [way for login in logins for way in self._ways(login)]

    def _ways(self, login: Login) -> list[Way]:
        if login.profile not in TLS:
            return [Way(login, [])]
        own: list[Own | None] = [None]
        if login.profile == CERTIFIED:
            own = [*self._own.usable(self._at())] or own
        return [Way(login, roots, mine) for mine in own for roots in self._roots.trusted()]

    def aim(self) -> None:
        """Tell the session where the next connection goes, and how."""
        ways = self.ways()
        self._turn %= len(ways)
        self.way = ways[self._turn]
        self._ctx.endpoint = self._endpoint(self.way)

    def _endpoint(self, way: Way) -> Endpoint:
        setup, login, own = self._ctx.setup, way.login, way.own
        auth = tls = None
        if login.profile in BASIC and login.key is not None:
            auth = BasicAuth(setup.identity, login.key)
        if login.profile in TLS:
            pems = tuple(root.pem for root in way.roots)
            tls = Tls(pems) if own is None else Tls(pems, own.chain, own.key)
        return Endpoint(setup.url_for(login.profile), auth, tls)

    # What came of it

    def begin_again(self) -> None:
        """From the best way on: what is wanted has changed, or a link that was up is gone."""
        self._turn = self._failures = 0

    def failed(self, reason: Disconnect) -> bool:
        """The way did not lead there. True if the next one is to be tried at once."""
        definite = isinstance(reason, TlsFailed) or isinstance(reason, Refused) and reason.status in REFUSALS
        self._failures += 1
        if not definite and self._failures < PATIENCE:
            return False
        self._failures = 0
        self._turn = (self._turn + 1) % len(self.ways())
        return definite and self._turn > 0

    def succeeded(self) -> bool:
        """It did. False if it was by the login before: that is in force again."""
        way = self.way
        self._failures = 0
        if way.own is not None:
            self._own.proves(way.own, self._at())
        if way.roots and not way.roots[0].fallback:
            self._roots.drop_fallbacks()
        if way.login.same(self.wanted):
            self._forget()
            return True
        self._go_back(way.login)
        return False

    def _go_back(self, login: Login) -> None:
        self.wanted = login
        self._forget()
        for name, text in ((PROFILE, str(login.profile)), (SECRET, login.text)):
            key = self._ctx.config.find(name)
            assert key is not None
            self._ctx.config.restore(key, text)
