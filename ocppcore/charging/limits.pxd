cimport cython
from libc.stdint cimport int64_t


@cython.final
cdef class Cap:
    cdef readonly object source
    cdef readonly int64_t amount
    cdef readonly bint in_watts
    cdef readonly int64_t phases
    cdef readonly int64_t least


@cython.final
cdef class Limit:
    cdef readonly int64_t millionths
    cdef readonly object unit
    cdef readonly int phases
    cdef readonly object why
    cdef readonly object profile


@cython.final
cdef class Period:
    cdef readonly int64_t start
    cdef readonly int64_t end
    cdef readonly double limit
    cdef readonly int phases
