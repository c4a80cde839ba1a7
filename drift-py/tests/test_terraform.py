"""Terraform itself plans over resources that were changed and deleted behind its back."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import drift_py as drift

TERRAFORM = shutil.which("terraform") or shutil.which("tofu")
pytestmark = [
    pytest.mark.skipif(TERRAFORM is None, reason="neither terraform nor tofu is on PATH"),
    pytest.mark.skipif(
        importlib.util.find_spec("tf") is None, reason="tf is not installed: it needs Python 3.11"
    ),
]

SECRETS = ("hunter2-before", "hunter2-by-hand")
CONFIGURATION = """
terraform {
  required_providers {
    toy = { source = "example.com/drift/toy" }
  }
}

resource "toy_group" "edited" {
  name     = "edited"
  size     = 1
  zones    = ["a", "b"]
  labels   = { team = "shop" }
  password = "hunter2-before"
  rule {
    port = 443
    cidr = "10.0.0.0/8"
  }
}
resource "toy_group" "deleted" {
  name = "deleted"
  size = 1
}
resource "toy_group" "steady" {
  for_each = toset(["left", "right"])
  name     = each.key
  size     = 1
  zones    = ["c", "b", "a"]
}
resource "toy_group" "resized" {
  name = "resized"
  size = SIZE
}
"""


class Told(NamedTuple):
    """What Terraform printed."""

    state: str
    shown: str
    schema: str
    plan: str


class Folder(NamedTuple):
    """A folder that Terraform works in."""

    path: Path

    def run(self, *arguments: str) -> str:
        """Run a command of Terraform, and return what it prints."""
        environment = {
            **os.environ,
            "TF_CLI_CONFIG_FILE": str(self.path / "cli.tfrc"),
            "TOY_CLOUD": str(self.path / "cloud.json"),
            "CHECKPOINT_DISABLE": "1",
        }
        assert TERRAFORM is not None
        done = subprocess.run(
            [TERRAFORM, *arguments],
            cwd=self.path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=50,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def prepare(self) -> None:
        """Lay out the provider, the configuration and an empty cloud."""
        plugin = self.path / "terraform-provider-toy"
        source = Path(__file__).with_name("toy_provider.py")
        plugin.write_text(f"#!/bin/sh\nexec '{sys.executable}' '{source}' \"$@\"\n")
        plugin.chmod(0o755)
        (self.path / "cli.tfrc").write_text(
            "provider_installation {\n"
            f'  dev_overrides {{ "example.com/drift/toy" = "{self.path}" }}\n'
            "  direct {}\n}\n"
        )
        (self.path / "cloud.json").write_text("{}")
        self.declare(1)

    def declare(self, size: int) -> None:
        """Write the configuration."""
        (self.path / "main.tf").write_text(CONFIGURATION.replace("SIZE", str(size)))

    def edit(self) -> None:
        """Change one group by hand, and delete another."""
        place = self.path / "cloud.json"
        cloud: dict[str, Any] = json.loads(place.read_text())
        del cloud["g-deleted"]
        edited = cloud["g-edited"]
        edited["zones"] = ["b", "c"]
        edited["labels"] = {"team": "nobody"}
        edited["password"] = SECRETS[1]
        edited["rule"].append({"port": 22, "cidr": "0.0.0.0/0"})
        cloud["g-left"]["zones"].reverse()
        place.write_text(json.dumps(cloud))


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """Apply, edit, declare another size, and plan."""
    folder = Folder(tmp_path_factory.mktemp("terraform"))
    folder.prepare()
    folder.run("apply", "-auto-approve", "-no-color")
    state, shown = folder.run("state", "pull"), folder.run("show", "-json")
    folder.edit()
    folder.declare(2)
    folder.run("plan", "-out=plan", "-no-color")
    plan = folder.run("show", "-json", "plan")
    yield Told(state, shown, folder.run("providers", "schema", "-json"), plan)


def found(report: drift.Report) -> dict[str, tuple[str, list[str]]]:
    """Sum the findings up: by address the status and the paths."""
    return {
        one.resource["address"]: (one.status, [change.path for change in one.changes])
        for one in report.findings
    }


def test_a_state_agrees_with_what_is_shown_of_it(told: Told) -> None:
    report = drift.detect(drift.Snapshot.parse(told.state), drift.Snapshot.parse(told.shown))
    assert report.verdict == "in_sync", str(report)
    assert len(drift.Snapshot.parse(told.state)) == 5


def test_terraform_saw_the_drift_that_is_meant(told: Told) -> None:
    seen = {
        one["address"]: one["change"]["actions"] for one in json.loads(told.plan)["resource_drift"]
    }
    assert seen == {"toy_group.edited": ["update"], "toy_group.deleted": ["delete"]}


DRIFT = {
    "toy_group.deleted": ("missing", []),
    "toy_group.edited": (
        "drifted",
        [
            "labels.team",
            "password",
            'rule[={"cidr":"0.0.0.0/0","port":22}]',
            'zones[="a"]',
            'zones[="c"]',
        ],
    ),
}


@pytest.mark.parametrize("view", ["planned", "prior"])
def test_what_was_changed_and_deleted_is_found(told: Told, view: str) -> None:
    report = drift.detect(
        drift.Snapshot.parse(told.plan, view=view),
        drift.Snapshot.parse(told.plan, view="refreshed", complete=True),
        rules=drift.Rules.parse(told.schema),
    )
    assert found(report) == DRIFT, str(report)
    # What is declared and not applied yet is no drift.
    pending = [("toy_group.resized", "size", 1, 2)] if view == "planned" else []
    told_of = [
        (one.resource and one.resource["address"], one.path, one.actual, one.desired)
        for one in report.pending
    ]
    assert told_of == pending, str(report)


def test_no_secret_is_shown(told: Told) -> None:
    refreshed = drift.Snapshot.parse(told.plan, view="refreshed")
    for view in ("planned", "prior"):
        report = drift.detect(drift.Snapshot.parse(told.plan, view=view), refreshed)
        for printed in (report.to_json(), report.to_text(), report.to_markdown()):
            assert not any(secret in printed for secret in SECRETS)
