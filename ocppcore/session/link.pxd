# The C types of link.py. Times are objects: they come from the host. The methods of the table stay plain ones.

cimport cython

from ocppcore.session.outbox cimport Outbox
from ocppcore.session.settings cimport SessionSettings


@cython.final
cdef class Link:
    cdef readonly object version
    cdef public object endpoint
    cdef readonly object state
    cdef readonly bint is_open
    cdef readonly bint up
    cdef SessionSettings _settings
    cdef Outbox _out
    cdef object _rng
    cdef object _rest_state
    cdef object _deadline
    cdef object _failures
    cdef bint _hurried
    cdef object _pinged
    cdef object _pong_due
    cdef object _reason
    cdef object _command

    cpdef object start(self, object now)
    cpdef object stop(self, object now)
    cpdef object reconnect(self, object now)
    cpdef object connected(self, object version, object now)
    cpdef object disconnected(self, object reason, object now)
    cpdef object failed(self, object command, object why, object now)
    cpdef object alive(self)
    cpdef object close(self, object now)
    cpdef object next_timer(self)
    cpdef object handle_timer(self, object now)

    cdef object _feed(self, object what, object now)
    cdef object _enter(self, object state)
