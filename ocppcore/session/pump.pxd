# The C types of pump.py. Who derives from Driven names its methods again, or they would not be found in C.

from ocppcore.session.events cimport CallEnded, ResultReceived


cdef class Driven:
    cdef object _asked

    cpdef object receive(self, object data, object now)
    cpdef object next_batch(self)
    cpdef object data_to_send(self)
    cpdef object next_command(self)
    cpdef object next_event(self)
    cpdef object next_timer(self)


cdef class Sink:
    cdef object _host

    cdef object _store(self, object batch)
    cdef object _send(self, object text)
    cdef object _carry_out(self, object command)
    cdef object _notice(self, object event)


cpdef object pump(object connection, object host)
cdef Driven _driven(object connection)
cdef object _empty(Driven connection, Sink sink)
cdef str _method(dict acts, object kind)


cdef class Stepper(Sink):
    cdef readonly object connection
    cdef readonly object clock
    cdef public object link
    cdef public list listeners
    cdef readonly dict _waiting
    cdef Driven _connection
    cdef object _now
    cdef bint _stepping
    cdef object _alarm
    cdef bint _rests
    cdef dict _methods

    cdef object _step(self)
    cdef object _answered(self, ResultReceived event)
    cdef object _ended(self, CallEnded event)
