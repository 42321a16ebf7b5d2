"""Configuration keys beyond the standard: what operators want of a station, and 1.6 has no key for.

Each is off by its default, so a station without them behaves as the standard says. Their names are made of the
standard's words, without a prefix. What each does stands beside the rule that it changes: in the blocks authorization,
transactions and meter_values. docs/configuration-keys.md describes them; a test compares.
"""

from __future__ import annotations

from typing import Final

from ocppcore.station.configuration import Access, Key
from ocppcore.station.readers import boolean, integer, text

EXTRAS: Final = (
    Key("AuthorizationTimeout", Access.RW, "0", integer(0)),
    Key("FreeVend", Access.RW, "false", boolean),
    Key("FreeVendIdTag", Access.RW, "FREEVEND", text(20, least=1)),
    Key("MeterValuesInTransactionsOnly", Access.RW, "false", boolean),
    Key("OfflineTransactionsMaxLength", Access.R, "1000", integer(1)),
    Key("PreBootTransactions", Access.RW, "false", boolean),
    Key("SilentOfflineTransactions", Access.RW, "false", boolean),
    Key("StartTransactionOnPowerPathClosed", Access.RW, "false", boolean),
)
