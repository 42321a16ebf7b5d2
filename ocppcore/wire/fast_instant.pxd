# cython: cdivision=True
# Instants in RFC 3339, as messages/instant.py reads them: an offset is mandatory, 0 to 9 digits of fraction, the years
# 1970 to 2199, a leap second is the last microsecond of its minute. What comes out is in UTC.

cdef struct Instant:
    int year, month, day, hour, minute, second, micros

cdef inline int two_digits(const char *at) noexcept nogil:
    cdef unsigned int tens = <unsigned char>at[0] - 48u, ones = <unsigned char>at[1] - 48u
    return <int>(tens * 10 + ones) if tens <= 9 and ones <= 9 else -1

cdef inline int month_length(int year, int month) noexcept nogil:
    if month == 2:
        return 29 if (year & 3) == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month == 4 or month == 6 or month == 9 or month == 11 else 31

cdef inline int read_fraction(const char *at, const char *end, int *micros) noexcept nogil:
    """The digits behind the point: how many, 0 for none or for more than 9."""
    cdef int count = 0, value = 0
    while at + count < end and c"0" <= at[count] <= c"9":
        if count < 6:
            value = value * 10 + (at[count] - c"0")
        count += 1
    if count > 9:
        return 0
    micros[0] = value
    return count

cdef inline void shift(Instant *i, int minutes) noexcept nogil:
    """Move an instant by less than a day."""
    minutes += i.hour * 60 + i.minute
    if minutes < 0:
        minutes += 1440
        i.day -= 1
        if i.day == 0:
            i.month -= 1
            if i.month == 0:
                i.month = 12
                i.year -= 1
            i.day = month_length(i.year, i.month)
    elif minutes >= 1440:
        minutes -= 1440
        i.day += 1
        if i.day > month_length(i.year, i.month):
            i.day = 1
            i.month += 1
            if i.month == 13:
                i.month = 1
                i.year += 1
    i.hour = minutes // 60
    i.minute = minutes % 60

cdef inline bint read_clock(const char *s, Instant *i) noexcept nogil:
    """The 19 characters in front of fraction and offset."""
    cdef int century = two_digits(s), year = two_digits(s + 2)
    i.month = two_digits(s + 5)
    i.day = two_digits(s + 8)
    i.hour = two_digits(s + 11)
    i.minute = two_digits(s + 14)
    i.second = two_digits(s + 17)
    if (s[4] != c"-" or s[7] != c"-" or (s[10] | 32) != c"t" or s[13] != c":" or s[16] != c":"
            or century < 0 or year < 0 or i.hour < 0 or i.minute < 0 or i.second < 0):
        return False
    i.year = century * 100 + year
    if i.year < 1970 or i.year > 2199 or i.month < 1 or i.month > 12 or i.day < 1:
        return False
    if i.day > 28 and i.day > month_length(i.year, i.month):
        return False
    return i.hour <= 23 and i.minute <= 59 and i.second <= 60

cdef inline bint read_instant(const char *s, Py_ssize_t size, Instant *i) noexcept nogil:
    """The instant that size bytes of text name; False for none."""
    cdef const char *end = s + size
    cdef int digits, index, hours, minutes
    if size < 20 or size > 35 or not read_clock(s, i):
        return False
    s += 19
    i.micros = 0
    if s[0] == c".":
        digits = read_fraction(s + 1, end, &i.micros)
        if digits == 0:
            return False
        for index in range(digits, 6):
            i.micros *= 10
        s += 1 + digits
    if i.second == 60:
        i.second = 59
        i.micros = 999999
    if end - s == 1:
        return (s[0] | 32) == c"z"
    if end - s != 6 or (s[0] != c"+" and s[0] != c"-") or s[3] != c":":
        return False
    hours = two_digits(s + 1)
    minutes = two_digits(s + 4)
    if hours < 0 or hours > 23 or minutes < 0 or minutes > 59:
        return False
    minutes += hours * 60
    if minutes:
        shift(i, -minutes if s[0] == c"+" else minutes)
    return True
