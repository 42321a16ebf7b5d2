# The C types of pump.py. A Stepper is there to be subclassed.

cimport cython

from ocppcore.session.events cimport CallEnded, Event, ResultReceived

cpdef object pump(object connection, object host)


cdef class Stepper:
    cdef public object connection
    cdef public object clock
    cdef public object link
    cdef public list listeners
    cdef readonly dict _waiting
    cdef bint _stepping
    cdef object _alarm

    @cython.locals(acts=dict)
    cpdef object notice(self, object event)
