# cython: cdivision=True
# Numbers of JSON: their decimal digits, the caps on them, and exact values. Up to 18 digits are held as an integer and
# a scale, which decides everything about common numbers; what is longer, or comes close to what a double can hold, goes
# to Python's int and decimal.Decimal, as the plain twin does.

from cpython.ref cimport PyObject
from libc.stdint cimport int64_t
from ocppcore.wire.fast_capi cimport (
    DECREF,
    call_one,
    error_clear,
    error_occurred,
    float_new,
    float_value,
    int_from_int64,
    objects_ascii,
    text_to_double,
)
from ocppcore.wire.fast_reader cimport CONSTANT, DIGITS, OK, RANGE, STOP, Reader, raised, refuse, syntax
from libc.string cimport memcmp, memcpy

cdef extern from "Python.h":
    PyObject *int_from_str "PyLong_FromUnicodeObject"(PyObject *, int) noexcept  # [new]
    PyObject *float_from_str "PyFloat_FromString"(PyObject *) noexcept  # [new]

cdef extern from *:
    """
    static const double NUMBER_POWERS[23] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13,
                                             1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    """
    const double *NUMBER_POWERS  # those that a double holds exactly

cdef enum:
    MAX_EXPONENT = 308
    EXACT_DIGITS = 18  # any so many digits fit 64 bits
    SHORT = 64  # characters of a number that is handled on the stack

cdef struct Digits:
    const char *start
    Py_ssize_t size
    int64_t mantissa  # the digits without sign and point, if `held`
    Py_ssize_t places  # the number is mantissa / 10 ** places
    bint negative
    bint whole  # neither fraction nor exponent
    bint held  # at most EXACT_DIGITS digits

cdef inline bint is_digit(char c) noexcept nogil:
    return c"0" <= c <= c"9"

cdef inline int read_exponent(const char *at, Py_ssize_t *digits, int *exponent) noexcept nogil:
    """The exponent whose e is at `at`: how many characters it takes, 0 if there is none."""
    cdef const char *first = at + 1
    cdef const char *end
    cdef int value = 0
    if first[0] == c"+" or first[0] == c"-":
        first += 1
    end = first
    while is_digit(end[0]):
        if value < 100000:
            value = value * 10 + (end[0] - c"0")
        end += 1
    if end == first:
        return 0
    digits[0] += end - first
    exponent[0] = -value if at[1] == c"-" else value
    return 1

cdef inline int check_infinite(Reader *r, const Digits *d) noexcept:
    """Refuse what is infinite as a double. Asked only where it is possible."""
    cdef PyObject *text = objects_ascii(d.start, d.size)
    cdef PyObject *number
    cdef double value
    if text == NULL:
        return raised(r)
    number = float_from_str(text)
    DECREF(text)
    if number == NULL:
        return raised(r)
    value = float_value(number)
    DECREF(number)
    return refuse(r, RANGE, d.start, d.start, False) if value - value != 0 else OK

cdef inline int read_tail(Reader *r, Digits *d, Py_ssize_t whole_digits) noexcept:
    """Fraction and exponent, and the caps."""
    cdef const char *at = r.at
    cdef const char *first
    cdef Py_ssize_t digits = whole_digits
    cdef int exponent = 0
    cdef bint has_exponent = False
    d.places = 0
    if at[0] == c"." and is_digit(at[1]):
        at += 1
        first = at
        while is_digit(at[0]):
            if digits < EXACT_DIGITS:
                d.mantissa = d.mantissa * 10 + (at[0] - c"0")
            digits += 1
            at += 1
        d.places = at - first
        d.whole = False
    d.held = digits <= EXACT_DIGITS
    if at[0] == c"e" or at[0] == c"E":
        has_exponent = read_exponent(at, &digits, &exponent)
        if has_exponent:
            d.whole = False
            d.places -= exponent
            at += 2
            while is_digit(at[0]):
                at += 1
    d.size = at - d.start
    r.at = at
    if digits > r.max_digits:
        return refuse(r, DIGITS, d.start, at, False)
    if has_exponent and (exponent > MAX_EXPONENT or exponent < -MAX_EXPONENT):
        return refuse(r, RANGE, d.start, at, False)
    if not d.whole and whole_digits + exponent > MAX_EXPONENT:
        return check_infinite(r, d)
    return OK

cdef inline int scan_number(Reader *r, Digits *d) noexcept:
    """Read a number; r.at is at its sign or first digit."""
    cdef const char *at = r.at
    cdef const char *first
    cdef int64_t mantissa = 0
    d.start = at
    d.negative = at[0] == c"-"
    d.whole = True
    if d.negative:
        at += 1
        if not is_digit(at[0]):
            if r.end - at >= 8 and memcmp(at, b"Infinity", 8) == 0:
                return refuse(r, CONSTANT, d.start, at, False)
            return syntax(r, d.start)
    first = at
    if at[0] == c"0":
        at += 1
    else:
        while is_digit(at[0]):
            if at - first < EXACT_DIGITS:
                mantissa = mantissa * 10 + (at[0] - c"0")
            at += 1
    d.mantissa = mantissa
    r.at = at
    if at[0] == c"." or (at[0] | 32) == c"e" or at - first > EXACT_DIGITS:
        return read_tail(r, d, at - first)
    d.held = True
    d.places = 0
    d.size = at - d.start
    if at - first > r.max_digits:
        return refuse(r, DIGITS, d.start, at, False)
    return OK

cdef inline bint as_double(const Digits *d, double *value) noexcept:
    """The double nearest to the number, if it can be had without Python objects."""
    cdef double m
    cdef char copy[SHORT]
    if d.held and d.mantissa < <int64_t>1 << 53 and -22 <= d.places <= 22:
        # Both are exact, so the one operation rounds once, hence correctly.
        m = <double>d.mantissa
        m = m / NUMBER_POWERS[d.places] if d.places >= 0 else m * NUMBER_POWERS[-d.places]
        value[0] = -m if d.negative and not d.whole else m if not d.negative else 0.0 - m
        return True
    if d.size >= SHORT or d.places < -200 or d.places > 300:
        return False
    memcpy(copy, d.start, d.size)
    copy[d.size] = 0
    value[0] = text_to_double(copy, NULL, NULL)
    if value[0] == -1.0 and error_occurred() != NULL:
        error_clear()
        return False
    return True

cdef inline PyObject *make_number(Reader *r, const Digits *d) noexcept:
    """What the plain twin makes of a number: an int, or a Decimal. A new reference; NULL: Python raised."""
    cdef PyObject *text
    cdef PyObject *number
    if d.whole and d.held:
        return int_from_int64(-d.mantissa if d.negative else d.mantissa)
    text = objects_ascii(d.start, d.size)
    if text == NULL:
        return NULL
    number = int_from_str(text, 10) if d.whole else call_one(r.decimal, text)
    DECREF(text)
    return number

cdef inline bint has_places(const Digits *d, int places) noexcept nogil:
    """True if a held number is a multiple of 10 ** -places."""
    cdef int64_t mantissa = d.mantissa
    cdef Py_ssize_t needed = d.places
    if mantissa == 0:
        return True
    while needed > places:
        if mantissa % 10 != 0:
            return False
        mantissa //= 10
        needed -= 1
    return True
