cimport cython
from libc.stdint cimport int64_t

from ocppcore.charging.limits cimport Cap, Limit, Period
from ocppcore.charging.timetable cimport Timetable, converted

cdef int64_t NEVER
cdef int64_t WEEK
cdef int64_t TENTH
cdef Py_ssize_t MOST_STEPS
cdef Py_ssize_t MOST_LOOKS


@cython.final
cdef class Plan:
    cdef readonly Py_ssize_t evse
    cdef public list tables
    cdef readonly list caps
    cdef readonly int phases
    cdef public bint running
    cdef public int64_t began


cdef class Calculator:
    cdef readonly list plans
    cdef readonly Py_ssize_t count
    cdef readonly int64_t volts
    cdef int64_t _limit
    cdef int _phases
    cdef object _by
    cdef int64_t _until
    cdef int64_t _mark

    @cython.locals(
        periods=list, steps=Py_ssize_t, count=Py_ssize_t, at=int64_t, limit=int64_t, phases=int,
        tenths=int64_t, period=Period
    )
    cdef list _compose(
        self, Py_ssize_t evse, int64_t first, int64_t last, int64_t begins, bint watts, Py_ssize_t most
    )

    @cython.locals(
        limit=int64_t, phases=int, mark=int64_t, since=int64_t, at=int64_t, event=int64_t,
        _=Py_ssize_t
    )
    cdef int64_t _search(self, Py_ssize_t evse, int64_t t, int64_t begins, bint watts, bint raw) except? -1

    @cython.locals(table=Timetable)
    cdef int _probe(self, Py_ssize_t evse, int64_t t, int64_t begins, bint watts, bint raw) except -1

    @cython.locals(event=int64_t, plan=Plan, table=Timetable)
    cdef int64_t _event(self, Py_ssize_t evse, int64_t t, int64_t begins) except? -1

    @cython.locals(station=Plan, group=Timetable, most=int)
    cdef int _evaluate(self, Py_ssize_t evse, int64_t t, int64_t begins, bint watts) except -1

    @cython.locals(table=Timetable)
    cdef int _own(self, Plan plan, int64_t t, int64_t begins, bint watts, int most) except -1

    @cython.locals(total=int64_t, phases=int, plan=Plan)
    cdef int _sum(self, int64_t t, int64_t begins, bint watts, int most) except -1

    @cython.locals(anchor=int64_t, table=Timetable, speaks=bint)
    cdef Timetable _pick(self, Plan plan, int64_t t, int64_t begins)

    @cython.locals(limit=int64_t)
    cdef int _lower(
        self, int64_t amount, bint in_watts, int64_t phases, bint watts, object by
    ) except -1

    @cython.locals(cap=Cap)
    cdef int _lower_to_caps(self, Plan plan, bint watts) except -1

    @cython.locals(result=Limit, table=Timetable, cap=Cap)
    cdef Limit _result(self, bint watts)
    cdef bint _watts(self, object unit) except? -1
    cdef Py_ssize_t _evse(self, object evse) except -1
    cdef int64_t _instant(self, object field, object t) except? -1
