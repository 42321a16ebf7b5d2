# Part of fast.pyx. What was recorded in C, as a Fault: its code, its rule in words, its pointer.


cdef object text_rule(const Reader *r):
    if r.broken == SYNTAX:
        return f"JSON syntax at character {character_at(r)}"
    if r.broken == UTF8:
        return f"UTF-8 at byte {r.spot - r.begin}"
    if r.broken == DEPTH:
        return f"depth over {r.max_depth}"
    if r.broken == DIGITS:
        return f"number over {r.max_digits} digits"
    if r.broken == DUPLICATE:
        return "duplicate key"
    if r.broken == RANGE:
        return "number out of range"
    if r.broken == CONSTANT:
        return "NaN and Infinity are not JSON"
    return "byte order mark" if r.broken == MARK else "lone surrogate"


cdef object text_fault(Reader *r, Envelope *e, object data, object pending):
    """The text is no JSON; a CALL is answered all the same if its id can be read (J §4.2.3)."""
    if r.broken == RAISED:
        objects_raised()
    kind = e.type if e.typed_at != NULL and e.type else None
    id = <object>e.id if kind is not None and e.identified_at != NULL and e.id != NULL else None
    if e.typed_at > r.begin + HEAD or e.identified_at > r.begin + HEAD:
        kind, id = salvage(data)  # it does not look so far
    if kind != 2 and id not in pending:
        id = None
    return frame_fault(r, kind, id)


cdef object frame_fault(Reader *r, object kind, object id):
    if r.broken == RAISED:
        objects_raised()
    weigh(r)
    return make_fault(ErrorCode.FormatViolation, "", text_rule(r), kind, id, None)


cdef dict TYPES = {
    TEXT: "type string", INSTANT: "type string", CHOICE: "type string", INTEGER: "type integer", NUMBER: "type number",
    BOOLEAN: "type boolean", ARRAY: "type array", OBJECT: "type object",
}
cdef list CODES = [None] * (FOUND + 1)
CODES[TYPE] = ErrorCode.TypeConstraintViolation
CODES[NOT_OBJECT] = CODES[UNKNOWN] = ErrorCode.FormatViolation
CODES[FEW] = CODES[MANY] = CODES[MISSING] = ErrorCode.OccurrenceConstraintViolation
CODES[LENGTH] = CODES[FORMAT] = CODES[VALUE] = CODES[LIMIT64] = ErrorCode.PropertyConstraintViolation
CODES[LEAST] = CODES[MOST] = CODES[MULTIPLE] = ErrorCode.PropertyConstraintViolation


cdef object rule_text(const Reader *r):
    cdef const Node *node = r.node
    if r.rule == TYPE:
        return TYPES[node.kind]
    if r.rule == LENGTH:
        return f"maxLength {node.many}"
    if r.rule == VALUE:
        return "enum"
    if r.rule == UNKNOWN:
        return "unknown field"
    if r.rule == MISSING:
        return "required"
    if r.rule == NOT_OBJECT:
        return "type object"
    if r.rule == FEW:
        return f"minItems {node.few}"
    if r.rule == MANY:
        return f"maxItems {node.many}"
    if r.rule == FORMAT:
        return f"format {(<object>node.node).format}"
    if r.rule == MULTIPLE:
        return f"multipleOf {(<object>node.node).multiple_of}"
    if r.rule == LEAST:
        return f"minimum {(<object>node.node).minimum}"
    return f"maximum {(<object>node.node).maximum}"


cdef object pointer(const Reader *r):
    """The JSON pointer of the recorded fault."""
    cdef int index = r.steps
    if index == 1 and r.path[0].name != NULL:
        return <object>r.path[0].name
    steps = []
    while index:
        index -= 1
        steps.append(<object>r.path[index].name if r.path[index].name != NULL else f"/{r.path[index].index}")
    return "".join(steps)


cdef object payload_fault(Reader *r, object type, object id, object action):
    if r.rule == FOUND:
        found = <object>r.found
        found.pointer = pointer(r) + found.pointer
        found.type, found.id, found.action = type, id, action
        return found
    return make_fault(CODES[r.rule], pointer(r), rule_text(r), type, id, action)
