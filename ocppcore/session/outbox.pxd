# The C types of outbox.py. Times are objects: they come from the host.

cimport cython

from ocppcore.session.counters cimport Counters
from ocppcore.session.events cimport Event


@cython.final
cdef class Trickle:
    cdef double _burst
    cdef double _every
    cdef double _tokens
    cdef double _at

    cpdef bint allows(self, double now) except -1


@cython.final
cdef class Events:
    cdef readonly Py_ssize_t lost
    cdef Py_ssize_t _most
    cdef object _first
    cdef object _rest

    cpdef object put(self, object event)
    cpdef object take(self)


@cython.final
cdef class Outbox:
    cdef readonly Counters counters
    cdef public object tap
    cdef object _ids
    cdef Events _events
    cdef list _commands
    cdef list _texts

    cpdef object event(self, Event event)
    cpdef object noise(self, Event event, Trickle trickle, object now)
    cpdef object send(self, object text)
    cpdef object received(self, object data)
    cpdef object drop_texts(self)
    cpdef object take_event(self)
    cpdef object take_command(self)
    cpdef list take_texts(self)


cpdef Py_ssize_t utf8_length(object text) except -1
cpdef object write(object kind, object id, object action, object shape, object message, object policy)
