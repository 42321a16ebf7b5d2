# Part of fast.pyx. Tables, which own the memory of their nodes, and the names of actions.


cdef dict KINDS = {
    "anything": ANYTHING, "text": TEXT, "instant": INSTANT, "choice": CHOICE, "integer": INTEGER, "number": NUMBER,
    "boolean": BOOLEAN, "array": ARRAY, "object": OBJECT, "judged": JUDGED,
}
cdef dict RULES = {
    "at_least": AT_LEAST, "not_empty": NOT_EMPTY, "first_is": FIRST_IS, "ascending": ASCENDING, "only_with": ONLY_WITH,
    "other": OTHER,
}


cdef void *allocate(Py_ssize_t count, size_t size) except NULL:
    """Zeroed memory."""
    cdef void *memory = mem_calloc(count if count > 0 else 1, size)
    if memory == NULL:
        raise MemoryError()
    return memory

cdef void free_node(Node *node) noexcept:
    mem_free(node.entries)
    mem_free(node.found)
    mem_free(node.order)
    mem_free(node.rules)

cdef Py_ssize_t fill_entries(Node *node, list texts, list kept) except -1:
    """The entries of an object (texts end in a colon) or of a choice, and the hash over their names. Returns bytes."""
    cdef int index
    cdef Entry *entry
    cdef uint32_t at, size = 4
    cdef uint64_t prefix
    cdef Py_ssize_t used
    while size < 2 * len(texts):
        size *= 2
    node.entries = <Entry *>allocate(len(texts), sizeof(Entry))
    node.found = <Place *>allocate(size, sizeof(Place))
    for index in range(<int>size):
        node.found[index].length = -1
    node.hash_mask = size - 1
    used = size * sizeof(Place) + len(texts) * sizeof(Entry)
    for index, text in enumerate(texts):
        kept.append(text)
        used += len(text) + 33
        entry = &node.entries[index]
        entry.text = PyBytes_AS_STRING(text)
        entry.size = len(text)
        entry.length = entry.size - (3 if text.endswith(b":") else 2)
        entry.head = scan_head(entry.text, entry.size)
        entry.mask = scan_mask(entry.size)
        prefix = scan_prefix(entry.text + 1, entry.length, entry.text + entry.size)
        at = scan_hash(prefix, entry.text + 1, entry.length) & node.hash_mask
        while node.found[at].length >= 0:
            at = (at + 1) & node.hash_mask
        node.found[at].prefix = prefix
        node.found[at].length = entry.length
        node.found[at].index = index
    node.count = len(texts)
    return used


@cython.final
cdef class Table:
    """What one payload is read and written by. plan: a dict for each node, see messages/schema/tables.py; the first is
    the payload. pointer_to: makes a step of a JSON pointer of a name. It owns the memory of its nodes and, in `kept`,
    all objects that they point to. Never written after it is made."""

    cdef Node *nodes
    cdef Node *root  # the first of them, once all are made
    cdef int count
    cdef list kept
    cdef readonly Py_ssize_t size
    """Bytes of memory, without the objects that the declarations hold anyhow."""

    def __init__(self, list plan not None, pointer_to):
        if self.nodes != NULL:
            raise TypeError("a table is made once")
        self.kept = []
        self.nodes = <Node *>allocate(len(plan), sizeof(Node))
        self.count = len(plan)
        self.size = len(plan) * sizeof(Node)
        for index, spec in enumerate(plan):
            self.fill(&self.nodes[index], spec)
        self.nodes[0].pointer_to = self.keep(pointer_to)
        self.root = self.nodes

    def __dealloc__(self):
        cdef int index
        if self.nodes != NULL:
            for index in range(self.count):
                free_node(&self.nodes[index])
            mem_free(self.nodes)

    cdef PyObject *keep(self, object thing) except? NULL:
        """A pointer that is good as long as the table; NULL for None."""
        if thing is None:
            return NULL
        self.kept.append(thing)
        return <PyObject *>thing

    cdef Node *at(self, object index) except? NULL:
        if index is None:
            return NULL
        if not 0 <= index < self.count:
            raise IndexError("a node that is not in the plan")
        return &self.nodes[index]

    cdef int fill(self, Node *node, dict spec) except -1:
        node.kind = KINDS[spec["kind"]]
        node.node = self.keep(spec["node"])
        node.kind_of = self.keep(spec.get("class"))
        node.format = self.keep(spec.get("format"))
        node.open_values = spec.get("open", False)
        node.whole_floats = spec.get("whole_floats", False)
        node.slow = spec.get("slow", False)
        node.ruled = spec.get("ruled", False)
        node.places = spec.get("places", -1)
        node.few = spec.get("few", 0)
        node.many = spec.get("many", -1)
        node.bounded = "least" in spec
        node.least, node.most = spec.get("least", 0), spec.get("most", 0)
        node.inner = self.at(spec.get("inner"))
        if node.kind == CHOICE:
            self.fill_choice(node, spec["values"])
        elif node.kind == OBJECT:
            self.fill_object(node, spec["members"], spec["required"])
            self.fill_rules(node, spec.get("rules", []))
        return 0

    cdef int fill_choice(self, Node *node, list values) except -1:
        cdef int index
        self.size += fill_entries(node, [text for text, _ in values], self.kept)
        for index in range(node.count):
            node.entries[index].value = self.keep(values[index][1])
        return 0

    cdef int fill_object(self, Node *node, list members, list required) except -1:
        cdef int index
        cdef Entry *entry
        if len(members) > 64:
            raise ValueError("an object with more fields than bits")
        self.size += fill_entries(node, [member[0] for member in members], self.kept)
        for index, (_, step, attribute, inner) in enumerate(members):
            entry = &node.entries[index]
            entry.step = self.keep(step)
            entry.node = self.at(inner)
            if node.kind_of != NULL:
                entry.offset = offset_of(<object>node.kind_of, attribute)
        node.order = <int16_t *>allocate(len(required), sizeof(int16_t))
        for index, member in enumerate(required):
            if not 0 <= member < node.count:
                raise IndexError("a required field without a place")
            node.order[index] = member
            node.required |= <uint64_t>1 << <int>member
        return 0

    cdef int fill_rules(self, Node *node, list rules) except -1:
        cdef int index
        cdef RuleEntry *rule
        kind_of = <object>node.kind_of if node.kind_of != NULL else None
        node.rules = <RuleEntry *>allocate(len(rules), sizeof(RuleEntry))
        node.rule_count = len(rules)
        self.size += len(rules) * sizeof(RuleEntry)
        for index, spec in enumerate(rules):
            rule = &node.rules[index]
            rule.kind = RULES[spec["kind"]]
            rule.sending_only = spec["sending_only"]
            rule.judge = self.keep(spec["judge"])
            rule.bound = spec.get("bound", 0)
            rule.member = self.keep(spec.get("member"))
            if rule.kind != OTHER:
                rule.offset = offset_of(kind_of, spec["attribute"])
            if rule.kind == ONLY_WITH:
                rule.other = offset_of(kind_of, spec["other"])
            elif rule.kind == FIRST_IS or rule.kind == ASCENDING:
                rule.other = offset_of(spec["member"], spec["other"])
        return 0


cdef object SHAPE = None  # the class of the shapes that have tables, once one was seen
cdef Py_ssize_t SHAPE_TABLE = 0  # where they keep it


cdef object table_of(object shape):
    """The table of a shape, made when it is asked for first; None for a shape of another make, which reads dicts."""
    global SHAPE, SHAPE_TABLE
    cdef PyObject *held
    if type(shape) is SHAPE:
        held = objects_slot(<PyObject *>shape, SHAPE_TABLE)[0]
        if held != NULL and root_of(<object>held) != NULL:
            return <object>held
    table = getattr(shape, "table", None)
    if SHAPE is None and type(table) is Table and "table" in type(shape).__dict__:
        descriptor = type(shape).__dict__["table"]
        SHAPE_TABLE = objects_offset(<PyObject *>descriptor)
        SHAPE = type(shape) if SHAPE_TABLE > 0 else None
    if table is None:
        make = getattr(shape, "tabulate", None)
        table = None if make is None else make()
    return table if root_of(table) != NULL else None


cdef inline Node *root_of(object table) noexcept:
    """What a table begins with; NULL for what is no table, or none that was made to its end."""
    return (<Table>table).root if type(table) is Table else NULL


@cython.final
cdef class Names:
    """The names of actions, to be found in the text, each with its Shape: made of a mapping, which stays as it is."""

    cdef Node node
    cdef object source
    cdef Py_ssize_t size
    cdef Node **roots  # of the tables, by index; NULL: not asked for yet, or none
    cdef list kept, shapes, tables

    def __init__(self, source):
        if self.node.entries != NULL:
            raise TypeError("made once")
        self.size = len(source)
        names = [name for name in source if type(name) is str and name.isprintable()]
        self.kept = list(names)
        self.shapes = [source[name] for name in names]
        self.tables = [None] * len(names)
        self.roots = <Node **>allocate(len(names), sizeof(Node *))
        fill_entries(&self.node, [b'"%b"' % name.encode() for name in names], self.kept)
        for index, name in enumerate(names):
            self.node.entries[<int>index].value = <PyObject *>name
        self.source = source

    def __dealloc__(self):
        free_node(&self.node)
        mem_free(self.roots)

    cdef int look_up(self, const Text *t) except -2:
        """The index of a name in the text; -1 for none."""
        if not t.escaped:
            return find(&self.node, t.start, t.size, t.start + t.size)
        try:
            name = take(make_text(t)).encode()
        except UnicodeEncodeError:
            return -1
        return find(&self.node, PyBytes_AS_STRING(name), PyBytes_GET_SIZE(name), PyBytes_AS_STRING(name) + len(name))

    cdef Node *root(self, int index) except? NULL:
        """What the payload of an action is read by; NULL: a shape of another make."""
        if self.roots[index] == NULL and self.tables[index] is None:
            table = table_of(self.shapes[index])
            self.tables[index] = False if table is None else table
            if table is not None:
                self.roots[index] = root_of(table)
        return self.roots[index]


cdef Names names_of(object actions, bint sends):
    """The names of the requests, or of the messages without an answer."""
    cdef Names names
    cdef PyObject *known = objects_slot(<PyObject *>actions, SENDS_OFFSET if sends else NAMES_OFFSET)[0]
    cdef PyObject *source = objects_slot(<PyObject *>actions, ACTIONS_LAYOUT.offsets[4 if sends else 1])[0]
    if known != NULL and source != NULL and type(<object>known) is Names:
        names = <Names>known
        if <PyObject *>names.source == source:
            if names.size == (dict_size(source) if is_dict(source) else len(<object>source)):
                return names
    names = Names(actions.sends if sends else actions.requests)
    if sends:
        actions.send_names = names
    else:
        actions.names = names
    return names
