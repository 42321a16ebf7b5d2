"""The decision about an id token (1.6 §3.5, §4.1), and what is kept to decide without the back end.

Online: a token that list or cache knows as Accepted needs no Authorize if LocalPreAuthorize says so; every other one
is asked about, a not valid one of the cache too (§3.5.1). When the back end gives no decision (link lost, no answer in
time, CALLERROR, invalid CALLRESULT), nobody has refused the token: the back end counts as unavailable (§3.5), and the
offline rules decide:
- a token that list or cache knows as not valid is refused (§3.5.4; of the cache, too: it is not unknown);
- one that they know as valid is accepted if LocalAuthorizeOffline allows it;
- one that they do not vouch for is accepted if AllowOfflineTxForUnknownId allows it.
A station that this back end has never accepted, or rejects now, accepts nobody, unless PreBootTransactions allows it
(§4.2.1): then the same rules decide, and what is to be told waits in the queue.
With an AuthorizationTimeout nobody waits longer than that for the back end; its answer is learnt from all the same. An
Authorize that has not left by then is taken back, so that cards in front of a silent back end do not pile up.
The local list goes before the cache, and its tokens are not cached (§3.5.3).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import ClassVar, Final

from ocppcore.errors import QueueFull
from ocppcore.messages.text import fold
from ocppcore.session.events import CallSent
from ocppcore.station.block import Block
from ocppcore.station.blocks.authorization.cache import Cache, Known
from ocppcore.station.context import Authorization, Context
from ocppcore.station.local import ConfigurationChanged, IdTokenInfoReceived, Online

TABLE: Final = "authorization"
ACCEPTED_BY: Final = "accepted_by"  # the URL of the back end that accepted this station last

Done = Callable[[Authorization], None]


class AuthorizationRules(Block):
    """Decides about id tokens: Context.authorizer."""

    subscriptions: ClassVar = {
        IdTokenInfoReceived: "_learn",
        Online: "_note_acceptance",
        ConfigurationChanged: "_reconfigured",
        CallSent: "_call_sent",
    }

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx)
        ctx.authorizer = self
        self.cache = Cache(ctx.store, ctx.setup.authorization_cache_size)
        self._asking: dict[str, list[tuple[str, Done]]] = {}  # by folded token: who waits for the back end
        self._out = ""  # the message id of the call that left last: of the station's, one is out at a time

    def load(self) -> None:
        self.cache.load()

    # The decision

    def authorize(self, token: str, done: Done, group: bool = False) -> None:
        """See Authorizer."""
        known = self._known(token)
        vouched = known is not None and known.status == "Accepted" and not (group and known.parent is None)
        if not self.ctx.online:
            done(self._offline(token))
        elif known is not None and vouched and self.ctx.config.bool("LocalPreAuthorize"):
            done(Authorization(token, True, known.status, known.parent, offline=True))
        else:
            waiting = self._asking.setdefault(fold(token), [])
            waiting.append((token, done))
            if len(waiting) == 1:
                self._try(token)

    def group(self, token: str) -> str | None:
        """See Authorizer."""
        known = self._known(token)
        return None if known is None else known.parent

    @property
    def serves(self) -> bool:
        """See Authorizer."""
        return self.ctx.online or self.ctx.config.bool("PreBootTransactions") or self._accepted_before

    def _try(self, token: str) -> None:
        try:
            id = self._ask(token)
        except QueueFull:
            self._no_answer(token)
            return
        patience = self.ctx.config.int("AuthorizationTimeout")
        if patience:
            self.ctx.after(("authorize", fold(token)), patience, partial(self._overdue, token, id))

    def _overdue(self, token: str, id: str) -> None:
        self._no_answer(token)
        if id != self._out:
            self.ctx.cancel(id)

    def _call_sent(self, event: CallSent) -> None:
        self._out = event.id

    def _ask(self, token: str) -> str:
        """Send Authorize; then _answered() or _no_answer(). Returns the message id."""
        raise TypeError(f"{type(self).__name__} sends no Authorize")

    def _answered(self, heard: IdTokenInfoReceived) -> None:
        """The back end has decided. It may leave the group away (E 4.12): then the list's counts."""
        listed = self._listed(heard.token)
        parent = listed.parent if heard.parent is None and listed is not None else heard.parent
        self.ctx.publish(heard)
        for token, done in self._end_wait(heard.token):
            done(Authorization(token, heard.status == "Accepted", heard.status, parent, offline=False))

    def _no_answer(self, token: str) -> None:
        """The back end has not decided."""
        for waiting, done in self._end_wait(token):
            done(self._offline(waiting))

    def _end_wait(self, token: str) -> list[tuple[str, Done]]:
        """Who waits for the decision about a token; nobody, if the answer comes too late."""
        self.ctx.timers.cancel(("authorize", fold(token)))
        return self._asking.pop(fold(token), [])

    def _offline(self, token: str) -> Authorization:
        known = self._known(token)
        config = self.ctx.config
        status = "Invalid"
        if known is not None and not known.valid:
            status = known.status
        elif not self.serves:
            pass
        elif known is not None and config.bool("LocalAuthorizeOffline") or config.bool("AllowOfflineTxForUnknownId"):
            status = "Accepted"
        return Authorization(token, status == "Accepted", status, known.parent if known else None, offline=True)

    @property
    def _accepted_before(self) -> bool:
        """The last word of this back end about the station was not Rejected, and it has accepted it once."""
        url = self.ctx.setup.endpoint_url
        return self.ctx.registration != "Rejected" and self.ctx.store.get(TABLE, ACCEPTED_BY) == url

    # What is known here

    def _known(self, token: str) -> Known | None:
        """§3.5.3: the list goes before the cache."""
        return self._listed(token) or (self.cache.find(token, self.ctx.utc) if self._caching else None)

    def _listed(self, token: str) -> Known | None:
        listed = None if self.ctx.local_list is None else self.ctx.local_list.lookup(token)
        return None if listed is None else Known(*listed)

    @property
    def _caching(self) -> bool:
        return self.ctx.config.bool("AuthorizationCacheEnabled")

    def _learn(self, heard: IdTokenInfoReceived) -> None:
        """§3.5.1: from every idTagInfo; §3.5.3: not what the list knows."""
        if self._listed(heard.token) is not None:
            self.cache.forget(heard.token)
        elif self._caching:
            self.cache.learn(heard.token, Known(heard.status, heard.parent, heard.expires), self.ctx.utc)

    def _note_acceptance(self, _: Online) -> None:
        self.ctx.store.put(TABLE, ACCEPTED_BY, self.ctx.setup.endpoint_url)

    def _reconfigured(self, event: ConfigurationChanged) -> None:
        """A cache that is switched off hears of no change any more: what it knows would be out of date later."""
        if event.key == "AuthorizationCacheEnabled" and not self._caching:
            self.cache.clear()

    def clear_cache(self) -> bool:
        """ClearCache; False if there is no cache to clear (E 3.23)."""
        if self._caching:
            self.cache.clear()
        return self._caching
