"""Text: what compares without regard to case, CiString and IdToken (1.6 §2.2, §7.15-7.19, §7.28), and what no message
can carry: a lone surrogate, which hardware and operating systems leave behind where they read bytes as text."""

from __future__ import annotations


def fold(text: str) -> str:
    """The form under which a CiString is a key: two CiStrings are equal exactly if their folded forms are."""
    return text.casefold()


def ci_equal(left: str | None, right: str | None) -> bool:
    """True if two CiStrings are equal; an absent one (None) equals only an absent one."""
    if left is None or right is None:
        return left is right
    return fold(left) == fold(right)


def sendable(text: str) -> str:
    """The text with a question mark for each lone surrogate."""
    return text.encode("utf-8", "replace").decode()
