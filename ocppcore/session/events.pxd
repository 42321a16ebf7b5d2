# The attributes of events.py. Each call makes two events at either end, so they are extension types.

cdef class Disconnect:
    pass

cdef class Lost(Disconnect):
    cdef public object why

cdef class Refused(Disconnect):
    cdef public object status

cdef class TlsFailed(Disconnect):
    cdef public object kind

cdef class ClosedByPeer(Disconnect):
    cdef public object code

cdef class Event:
    pass

cdef class Connected(Event):
    cdef public object version

cdef class Disconnected(Event):
    cdef public object reason
    cdef public object retry_in

cdef class CallReceived(Event):
    cdef public object id
    cdef public object request

cdef class ResultReceived(Event):
    cdef public object id
    cdef public object request
    cdef public object response

cdef class CallEnded(Event):
    cdef public object id
    cdef public object request
    cdef public object error

cdef class FaultReceived(Event):
    cdef public object fault
    cdef public object answered

cdef class StrayAnswer(Event):
    cdef public object id
    cdef public object kind

cdef class IdReused(Event):
    cdef public object id

cdef class CallSent(Event):
    cdef public object id
    cdef public object request

cdef class SendReceived(Event):
    cdef public object id
    cdef public object request

cdef class ResultRefused(Event):
    cdef public object id
    cdef public object text
    cdef public object description

cdef class HandlerTimeout(Event):
    cdef public object id
    cdef public object action

cdef class Repaired(Event):
    cdef public object quirk
    cdef public object pointer
    cdef public object action
