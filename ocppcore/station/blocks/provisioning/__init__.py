"""Provisioning: registration with the back end, heartbeats and clock, configuration keys, reset."""
