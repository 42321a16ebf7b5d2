"""Firmware: updates that the back end asks for."""
