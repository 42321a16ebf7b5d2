# The C types of incoming.py. Times and what the host hands in are objects.

cimport cython

from ocppcore.session.calls cimport Recent
from ocppcore.session.events cimport CallReceived, FaultReceived, HandlerTimeout, IdReused
from ocppcore.session.outbox cimport Outbox, Trickle, write
from ocppcore.session.settings cimport SessionSettings


@cython.final
cdef class Incoming:
    cdef object _actions
    cdef SessionSettings _settings
    cdef Outbox _sink
    cdef dict _open
    cdef Recent _finished
    cdef Trickle _faults
    cdef Trickle _reuse
    cdef bint _silent

    cpdef object call(self, object frame, object now)
    cpdef object fault(self, object fault, object now)
    cpdef bint reply(self, object id, object response, object policy) except -1
    cpdef bint fail(self, object id, object error) except -1
    cpdef bint drop(self, object id) except -1
    cpdef object lost(self)
    cpdef object next_timer(self)
    cpdef object handle_timer(self, object now)

    cdef object _refuse(self, object frame, object code, str rule, object now)
    cdef object _close(self, object id)
