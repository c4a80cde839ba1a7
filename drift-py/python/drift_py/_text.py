"""Text from documents, made safe to be shown."""

from __future__ import annotations


def shown(text: str, keep: str = "") -> str:
    """Escape what acts on a terminal, turns the direction of text or cannot be seen."""
    if text.isprintable():
        return text
    return "".join(
        one if one.isprintable() or one in keep else one.encode("unicode_escape").decode()
        for one in text
    )


def short(text: str, most: int) -> str:
    """Cut what is longer than ``most`` characters."""
    return text if len(text) <= most else text[: most - 1] + "…"
