"""Meter values: when meters are read, what of a reading is reported, and where (1.6 §3.16, §4.7)."""
