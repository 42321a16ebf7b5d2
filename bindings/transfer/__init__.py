"""File transfer: firmware comes in, diagnostics go out (1.6 §8). A host may bring its own; see base.py."""

from __future__ import annotations

from ocppcore.bindings.transfer.base import PROTOCOLS, Content, Progress, Transfer, TransferFailed
from ocppcore.bindings.transfer.service import FileTransfer

__all__ = ["PROTOCOLS", "Content", "FileTransfer", "Progress", "Transfer", "TransferFailed"]
