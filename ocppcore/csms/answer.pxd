# The C types of answer.py.

cpdef object answer(object connection, object id, object outcome, object now)
