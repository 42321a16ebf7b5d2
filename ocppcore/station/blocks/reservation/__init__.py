"""Reservation: keeping an EVSE, or any one of them, for an id token."""
