# The C types of station.py: it is asked with each message.


cdef class Station:
    cdef readonly object identity
    cdef public object registration
    cdef public object profile
    cdef public object link
    cdef public object waiting
    cdef public set triggered
    cdef public object request
    cdef public object certificate

    cpdef bint may_send(self, object request) except -1
