# The C types of calls.py. Times and what the host hands in are objects.

cimport cython

from ocppcore.session.events cimport CallEnded, CallSent, ResultReceived, StrayAnswer
from ocppcore.session.outbox cimport Outbox, Trickle, write
from ocppcore.session.settings cimport SessionSettings


@cython.final
cdef class Recent:
    cdef dict _kinds
    cdef list _ids
    cdef Py_ssize_t _oldest
    cdef Py_ssize_t _room

    @cython.locals(kinds=dict, ids=list, known=Py_ssize_t, oldest=Py_ssize_t)
    cpdef object remember(self, object id, object kind)
    cpdef object kind(self, object id)


@cython.final
cdef class OutCall:
    cdef readonly str id
    cdef readonly object request
    cdef readonly object action
    cdef readonly object text
    cdef readonly object timeout
    cdef public object deadline


@cython.final
cdef class Calls:
    cdef readonly dict pending
    cdef readonly int timeouts_in_row
    cdef object _actions
    cdef object _requests
    cdef object _responses
    cdef SessionSettings _settings
    cdef Outbox _sink
    cdef str _prefix
    cdef long long _number
    cdef list _queue
    cdef OutCall _out
    cdef Recent _finished
    cdef Trickle _trickle

    @cython.locals(call=OutCall, queue=list)
    cpdef str add(self, object request, object priority, object timeout, object policy)
    @cython.locals(call=OutCall)
    cpdef object pump(self, object now)
    cpdef object cancel(self, object id)
    cpdef object lost(self)
    @cython.locals(call=OutCall)
    cpdef object result(self, object frame)
    @cython.locals(call=OutCall)
    cpdef object refused(self, object frame)
    @cython.locals(call=OutCall)
    cpdef object broken(self, object fault)
    cpdef object stray(self, object id, object now)
    cpdef object next_timer(self)
    cpdef object handle_timer(self, object now)

    cdef OutCall _answered(self)
    @cython.locals(call=OutCall)
    cdef OutCall _take(self, object then)
    cdef object _end(self, OutCall call, object error, str text)
