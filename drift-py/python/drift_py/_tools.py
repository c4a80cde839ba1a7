"""Functions for rule authors: canonical texts, paths and patterns."""

from __future__ import annotations

import json
from typing import Any, Literal, cast

from . import _native
from ._snapshot import options_of
from ._types import CatalogueEntry, DuplicateKeys, Limits, ParsedPath


def canonical(
    data: bytes | bytearray | memoryview | str,
    syntax: Literal["json", "ndjson", "yaml"] = "json",
    schema: Literal["core", "kubectl", "cfn"] = "core",
    duplicate_keys: DuplicateKeys = "error",
    limits: Limits | None = None,
) -> list[str]:
    """Give the canonical text of each document: keys by code point, numbers in one form.

    >>> canonical("b: 1.50\\na: [~]", syntax="yaml")
    ['{"a":[null],"b":1.5}']
    """
    options = options_of(syntax=syntax, schema=schema, duplicate_keys=duplicate_keys, limits=limits)
    return _native.canonical(_bytes(data), options)


def parse_path(text: str, document: object | None = None) -> ParsedPath:
    """Give a path's canonical text and its steps.

    A JSON Pointer does not tell a name from an index: ``document`` does, as bytes, text or object.

    >>> parse_path('containers[name="web"].image')["steps"][-1]
    {'field': 'image'}
    """
    found = _native.parse_path(text, None if document is None else _bytes(document))
    return cast(ParsedPath, json.loads(found))


def select(pattern: str, document: object) -> list[str]:
    """Give the JSON Pointers of all nodes that a rule's path matches, in document order.

    >>> select("$..image", {"a": [{"image": "x"}]})
    ['/a/0/image']
    """
    return _native.select(pattern, _bytes(document))


def formats() -> list[dict[str, Any]]:
    """List the formats: ``name``, ``versions``, ``layers``, ``views``, ``reads``, ``leaves_out``.

    >>> [known["versions"] for known in formats() if known["name"] == "terraform_state"]
    ['4']
    """
    return cast("list[dict[str, Any]]", json.loads(_native.formats_json())["formats"])


def mappings() -> list[dict[str, Any]]:
    """List the mappings that are built in, whose ``name`` is what ``mapping=`` takes.

    Each has ``name``, ``versions``, ``layers``, ``types`` (by view; empty where documents name
    them), ``leaves_out`` and ``note``.

    >>> types = {known["name"]: known["types"] for known in mappings()}
    >>> types["aws ec2 describe-vpcs"]["resources"]
    ['aws_vpc']
    """
    return cast("list[dict[str, Any]]", json.loads(_native.formats_json())["mappings"])


def catalogue() -> list[CatalogueEntry]:
    """List the kinds of findings: what each id means, where it is found, and what to do next.

    >>> [one["severity"] for one in catalogue() if one["id"] == "k8s.webhook_policy"]
    ['critical']
    """
    return cast("list[CatalogueEntry]", json.loads(_native.catalogue_json()))


def _bytes(data: Any) -> bytes:
    if isinstance(data, (bytes, bytearray, memoryview)):
        return bytes(data)
    return (data if isinstance(data, str) else _native.to_json(data)).encode()
