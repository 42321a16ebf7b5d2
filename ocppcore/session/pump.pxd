# The C types of pump.py. A Stepper is there to be subclassed.

cpdef object pump(object connection, object host)


cdef class Stepper:
    cdef public object connection
    cdef public object clock
    cdef bint _stepping
    cdef object _alarm
