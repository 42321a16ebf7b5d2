# The attributes of events.py: a back end makes one for each call of a station, so they are extension types.

from ocppcore.session.events cimport Event


cdef class StationConnected(Event):
    cdef public object identity
    cdef public object version

cdef class StationDisconnected(Event):
    cdef public object identity
    cdef public object reason

cdef class StationRefused(Event):
    cdef public object identity
    cdef public object status
    cdef public object why
    cdef public object peer
    cdef public object event

cdef class ProfileReached(Event):
    cdef public object identity
    cdef public object profile

cdef class StationBooted(Event):
    cdef public object identity
    cdef public object request
    cdef public object status

cdef class CallServed(Event):
    cdef public object identity
    cdef public object request
    cdef public object response

cdef class CallBeforeBoot(Event):
    cdef public object identity
    cdef public object action

cdef class TooMuch(Event):
    cdef public object identity
    cdef public object what

cdef class HandlerFailed(Event):
    cdef public object identity
    cdef public object action
    cdef public object error

cdef class Awaited(Event):
    cdef public object outcome
    cdef public object settle

cdef class AnswerAwaited(Awaited):
    cdef public object id
    cdef public object request

cdef class LoginAwaited(Awaited):
    cdef public object identity

cdef class CertificateAwaited(Awaited):
    cdef public object identity

cdef class CertificateNotSigned(Event):
    cdef public object identity
    cdef public object error

cdef class KeyChanged(Event):
    cdef public object identity
    cdef public object accepted
