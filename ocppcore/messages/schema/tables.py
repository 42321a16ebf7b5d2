"""Nodes to the tables of the fast path: a plan in plain data, a dict for each node, which wire/fast.pyx lays out in C.

What C decides on its own is described in full; a node that it does not know (those of general.py, limits that are no
64-bit integers, names that JSON would escape) is "judged": the value is read as the plain twin reads it and handed to
the node itself. A node that occurs twice in a payload is one entry of the plan, so references in a circle end.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ocppcore.messages.rules import Ascending, AtLeast, FirstIs, NotEmpty, OnlyWith, Rule
from ocppcore.messages.schema.general import Link
from ocppcore.messages.schema.nodes import (
    LARGEST,
    OPEN,
    SMALLEST,
    Array,
    Boolean,
    Choice,
    Integer,
    Node,
    Number,
    Object,
    Text,
    pointer_to,
)

try:
    from ocppcore.wire import fast
except ImportError:  # a build without extensions
    fast = None  # type: ignore[assignment]

Spec = dict[str, Any]

MOST_FIELDS = 64


def table_of(node: Node) -> Any:
    """The table that reads and writes what a node describes; False where there is no fast path for all of it."""
    if fast is None:
        return False
    plan = Planner(node).plan
    return fast.Table(plan, pointer_to) if plan[0]["kind"] != "judged" else False


class Planner:
    """The work on one payload. plan: by index; places: the index of each node that was met, by its identity."""

    def __init__(self, root: Node) -> None:
        self.plan: list[Spec] = []
        self.places: dict[int, int] = {}
        self.typed = isinstance(root, Object) and root.kind is not None
        self.place(root)

    def place(self, node: Node) -> int:
        """The index of a node in the plan."""
        while isinstance(node, Link):
            node = node.target
        if id(node) not in self.places:
            self.places[id(node)] = index = len(self.plan)
            self.plan.append({})
            self.plan[index] = {"node": node, "ruled": node.ruled, **self.describe(node)}
        return self.places[id(node)]

    def describe(self, node: Node) -> Spec:
        # Exact classes: what another one means is known to itself alone.
        if type(node) is Node:
            return {"kind": "anything"}
        describers: dict[type[Node], Callable[[Any], Spec | None]] = {
            Text: self.text,
            Choice: self.choice,
            Boolean: self.boolean,
            Integer: self.integer,
            Number: self.number,
            Array: self.array,
            Object: self.object,
        }
        describe = describers.get(type(node))
        spec = None if describe is None else describe(node)
        return {"kind": "judged"} if spec is None else spec

    def text(self, node: Text) -> Spec | None:
        if node.format == "date-time":
            return {"kind": "instant"} if node.max_length is None else None
        return {"kind": "text", "many": _count(node.max_length), "format": node.is_format if node.format else None}

    def choice(self, node: Choice) -> Spec | None:
        if not all(map(_is_plain, node.members)):
            return None
        values = [(f'"{text}"'.encode(), member) for text, member in node.members.items()]
        return {"kind": "choice", "values": values, "class": node.kind, "open": node.opens <= OPEN}

    def boolean(self, node: Boolean) -> Spec | None:
        return {"kind": "boolean"}

    def integer(self, node: Integer) -> Spec | None:
        least = SMALLEST if node.minimum is None else node.minimum
        most = LARGEST if node.maximum is None else node.maximum
        fits = type(least) is type(most) is int and SMALLEST <= least <= LARGEST and SMALLEST <= most <= LARGEST
        spec: Spec = {"kind": "integer", "whole_floats": node.whole_floats}
        if not fits or node.multiple_of is not None:
            spec["slow"] = True
        elif (node.minimum, node.maximum) != (None, None):
            spec |= {"least": least, "most": most}
        return spec

    def number(self, node: Number) -> Spec | None:
        spec: Spec = {"kind": "number"}
        unit, places = node.step or (1, 0)
        if unit != 1 or node.minimum is not None or node.maximum is not None:
            spec["slow"] = True
        elif node.step is not None:
            spec["places"] = places
        return spec

    def array(self, node: Array) -> Spec | None:
        few, many = _count(node.min_items), _count(node.max_items)
        return {"kind": "array", "few": few, "many": many, "inner": self.place(node.items)}

    def object(self, node: Object) -> Spec | None:
        names = [member.wire for member in node.members]
        if len(names) > MOST_FIELDS or not all(map(_is_plain, names)) or not set(node.required) <= set(names):
            return None
        if self.typed and node.kind is None:
            return None  # what a plain object holds is not built, however deep
        members = [(f'"{m.wire}":'.encode(), pointer_to(m.wire), m.attribute, self.place(m.node)) for m in node.members]
        return {
            "kind": "object",
            "class": node.kind,
            "members": members,
            "required": [names.index(name) for name in node.required],
            "inner": None if node.others is None else self.place(node.others),
            "rules": [_rule(rule, node) for rule in node.rules],
        }


def _count(count: Any) -> int:
    """A count as C has it; -1 for none."""
    return -1 if count is None else min(count, LARGEST)


def _is_plain(name: str) -> bool:
    """True if JSON writes a name as it is."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return not any(c in '"\\' or c < " " for c in name)


def _rule(rule: Rule, node: Object) -> Spec:
    spec: Spec = {"sending_only": rule.code is None, "judge": rule.judge}
    judge = rule.broken_at
    if isinstance(judge, AtLeast) and type(judge.minimum) is int and SMALLEST <= judge.minimum <= LARGEST:
        return spec | {"kind": "at_least", "attribute": judge.attribute, "bound": judge.minimum}
    if isinstance(judge, NotEmpty):
        return spec | {"kind": "not_empty", "attribute": judge.attribute}
    if isinstance(judge, OnlyWith):
        return spec | {
            "kind": "only_with",
            "attribute": judge.attribute,
            "other": judge.other,
            "member": judge.member,
        }
    if isinstance(judge, FirstIs | Ascending):
        items = next(member.node for member in node.members if member.attribute == judge.attribute)
        record = items.items if isinstance(items, Array) else None
        if isinstance(record, Object) and record.kind is not None:
            spec |= {"attribute": judge.attribute, "other": judge.field, "member": record.kind}
            if isinstance(judge, Ascending):
                return spec | {"kind": "ascending"}
            return spec | {"kind": "first_is", "bound": judge.value}
    return spec | {"kind": "other"}
