# The C types of v16.py.

from ocppcore.csms.link cimport StationLink

cpdef object heartbeat(StationLink link, object request)
