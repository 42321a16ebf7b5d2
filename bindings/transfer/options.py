"""What a host decides about transfers."""

from __future__ import annotations

import ssl as tls


class Options:
    """context: checks the certificates of HTTPS and FTPS. loopback: this machine may be reached. patience: seconds that
    a server may be silent. most: bytes of the largest file. reserve: bytes of the disk that downloads leave free."""

    __slots__ = ("context", "loopback", "patience", "most", "reserve")

    def __init__(self, context: tls.SSLContext, loopback: bool, patience: float, most: int, reserve: int) -> None:
        self.context = context
        self.loopback = loopback
        self.patience = patience
        self.most = most
        self.reserve = reserve
