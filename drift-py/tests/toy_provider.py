"""A provider of Terraform whose cloud is a file: what runs as a plugin in `test_terraform`."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from typing import Any

from tf.blocks import SetNestedBlock
from tf.iface import Provider, Resource
from tf.runner import run_provider
from tf.schema import Attribute, Block, Schema
from tf.types import Map, Number, Set, String

CLOUD = Path(os.environ["TOY_CLOUD"])


#: Terraform asks for several resources at once.
LOCK = threading.Lock()


def load() -> dict[str, Any]:
    """Read what the cloud holds."""
    with LOCK:
        loaded: dict[str, Any] = json.loads(CLOUD.read_text())
    return loaded


def put(id: str, group: dict[str, Any] | None) -> None:
    """Put a group into the cloud, or take it out."""
    with LOCK:
        cloud = json.loads(CLOUD.read_text())
        cloud.pop(id, None)
        CLOUD.write_text(json.dumps(cloud if group is None else {**cloud, id: group}))


class Group(Resource):  # type: ignore[misc]
    """A group of machines, with sets, a map, a block and a secret."""

    def __init__(self, provider: Provider) -> None:
        """Keep nothing: the cloud is a file."""

    @classmethod
    def get_name(cls) -> str:
        """Name the type behind the prefix of the provider."""
        return "group"

    @classmethod
    def get_schema(cls) -> Schema:
        """Say what a group has."""
        rule = Block(
            attributes=[
                Attribute("port", Number(), required=True),
                Attribute("cidr", String(), required=True),
            ]
        )
        return Schema(
            attributes=[
                Attribute("id", String(), computed=True),
                Attribute("name", String(), required=True, requires_replace=True),
                Attribute("size", Number(), required=True),
                Attribute("zones", Set(String()), optional=True),
                Attribute("labels", Map(String()), optional=True),
                Attribute("password", String(), optional=True, sensitive=True),
            ],
            block_types=[SetNestedBlock("rule", rule)],
        )

    def create(self, ctx: Any, planned: dict[str, Any]) -> dict[str, Any]:
        """Put a group into the cloud."""
        made = {**planned, "id": f"g-{planned['name']}"}
        put(made["id"], made)
        return made

    def read(self, ctx: Any, current: dict[str, Any]) -> dict[str, Any] | None:
        """Find a group in the cloud."""
        found: dict[str, Any] | None = load().get(current["id"])
        return found

    def update(self, ctx: Any, current: dict[str, Any], planned: dict[str, Any]) -> dict[str, Any]:
        """Change a group in the cloud."""
        made = {**planned, "id": current["id"]}
        put(made["id"], made)
        return made

    def delete(self, ctx: Any, current: dict[str, Any]) -> None:
        """Take a group out of the cloud."""
        put(current["id"], None)


class Toy(Provider):  # type: ignore[misc]
    """The provider."""

    def get_model_prefix(self) -> str:
        """Give what the names of types start with."""
        return "toy_"

    def get_provider_schema(self, diags: Any) -> Schema:
        """Take no settings."""
        return Schema(attributes=[])

    def full_name(self) -> str:
        """Give the address of the provider."""
        return "example.com/drift/toy"

    def validate_config(self, diags: Any, config: Any) -> None:
        """Accept anything."""

    def configure_provider(self, diags: Any, config: Any) -> None:
        """Need nothing."""

    def get_data_sources(self) -> list[Any]:
        """Have none."""
        return []

    def get_resources(self) -> list[Any]:
        """Have groups."""
        return [Group]


if __name__ == "__main__":
    run_provider(Toy())
