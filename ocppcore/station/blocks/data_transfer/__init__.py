"""Data transfer: messages that a vendor and an operator have agreed upon."""
