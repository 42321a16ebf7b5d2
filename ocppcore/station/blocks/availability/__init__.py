"""Availability: the status of every EVSE and of the station, its reports, and taking them in and out of service."""
