"""What an AuthorizationStatus (1.6 §7.2) says about an id token, wherever it was learnt."""

from __future__ import annotations

from typing import Final

VALID: Final = ("Accepted", "ConcurrentTx")
"""The token is known and allowed to charge. ConcurrentTx is a valid token that is busy (§3.5.2): it starts nothing now,
but it may stop, and it is no contradiction to Accepted."""
