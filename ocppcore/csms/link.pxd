# The C types of link.py. Times and what the host hands in are objects.

from ocppcore.csms.answer cimport answer
from ocppcore.csms.events cimport AnswerAwaited, CallBeforeBoot, CallServed, HandlerFailed
from ocppcore.session.events cimport CallEnded, CallReceived, Connected, Disconnected, ResultReceived
from ocppcore.csms.station cimport Station
from ocppcore.session.outbox cimport Events
from ocppcore.session.pump cimport Driven
from ocppcore.session.session cimport Session


cdef class StationLink(Driven):
    cdef readonly object csms
    cdef public Station station
    cdef readonly object offer
    cdef readonly Session session
    cdef public object profile
    cdef public object driver
    cdef public object stage
    cdef public object deadline
    cdef object _meter
    cdef dict _serving
    cdef list _afterwards
    cdef Events _events
    cdef list _commands

    cpdef object receive(self, object data, object now)
    cpdef object next_batch(self)
    cpdef object data_to_send(self)
    cpdef object next_command(self)
    cpdef object next_event(self)
    cpdef object next_timer(self)

    cdef object _alive(self, object now)
    cdef object _let_go(self, object what, object now)
    cdef object _settle(self, object now)
    cdef object _ended(self, object event)
    cdef object _serve(self, CallReceived event, object now)
    cdef object _answer(self, object id, object request, object outcome, object now)
