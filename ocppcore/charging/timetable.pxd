cimport cython
from libc.stdint cimport int64_t

cdef int64_t NEVER


@cython.locals(amount=int64_t)
cpdef int64_t converted(
    int64_t amount, bint in_watts, int64_t own_phases, bint watts, int64_t phases, int64_t volts
) except? -1


@cython.final
cdef class Timetable:
    cdef readonly object profile
    cdef readonly object id
    cdef readonly object why
    cdef readonly int64_t valid_from
    cdef readonly int64_t valid_to
    cdef readonly int64_t start
    cdef readonly bint floating
    cdef readonly int64_t cycle
    cdef readonly int64_t length
    cdef readonly Py_ssize_t count
    cdef int64_t[::1] starts
    cdef int64_t[::1] amounts
    cdef int64_t[::1] numbers
    cdef readonly bint in_watts
    cdef readonly int64_t least
    cdef Py_ssize_t step
    cdef int64_t since
    cdef int64_t anchor
    cdef bint speaks
    cdef readonly int64_t amount
    cdef readonly int phases
    cdef readonly int64_t until

    cpdef bint look(self, int64_t t, int64_t anchor) except -1

    @cython.locals(base=int64_t)
    cdef bint _find(self, int64_t t, int64_t anchor) except -1

    @cython.locals(step=Py_ssize_t)
    cdef int _step_to(self, int64_t offset) except -1

    @cython.locals(base=int64_t, event=int64_t)
    cpdef int64_t once(self, int64_t t, int64_t anchor) except? -1
