"""Diagnostics: what the station knows about itself, uploaded for the back end."""
