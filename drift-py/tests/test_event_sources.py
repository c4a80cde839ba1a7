"""Where events come from: whatever documents come from."""

from __future__ import annotations

import copy
import io
import json
import pickle
from pathlib import Path
from typing import Any

import pytest

import drift_py as drift

AT = "2026-01-01T12:00:00Z"


def event(name: str = "jobs", who: str = "alice") -> dict[str, Any]:
    return {
        "time": "2026-01-01T10:00:00Z",
        "actor": {"name": who, "kind": "person"},
        "action": "update",
        "resources": [{"type": "queue", "id": name}],
    }


A, B = event("a"), event("b", "bob")
BOTH = drift.Events.parse([A, B])


def side(delay: int) -> list[dict[str, Any]]:
    return [{"type": "queue", "id": "a", "attributes": {"delay": delay}}]


def same(source: Any) -> bool:
    """Read it as a source and as an argument."""
    report = drift.detect(side(0), side(1), events=source, at=AT).to_json()
    expected = drift.detect(side(0), side(1), events=BOTH, at=AT).to_json()
    return report == expected


class TestSources:
    def test_files_folders_and_patterns(self, tmp_path: Path) -> None:
        (tmp_path / "a.json").write_text(json.dumps([A]))
        (tmp_path / "b.ndjson").write_text(json.dumps(B))
        assert drift.Events.parse(tmp_path).to_json() == BOTH.to_json()
        assert drift.Events.parse(tmp_path / "*son").to_json() == BOTH.to_json()
        assert (
            drift.Events.parse([tmp_path / "a.json", tmp_path / "b.ndjson"]).to_json()
            == BOTH.to_json()
        )
        assert same(tmp_path)
        with pytest.raises(drift.DriftError, match=r"b\.ndjson"):
            (tmp_path / "b.ndjson").write_text("{")
            drift.Events.parse(tmp_path, name="c")

    def test_a_folder_without_logs_is_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(drift.DriftError, match="there are no logs in") as raised:
            drift.Events.parse(tmp_path)
        assert raised.value.code == "DRIFT_NO_RESOURCES"

    def test_open_files(self, tmp_path: Path) -> None:
        file = tmp_path / "a.json"
        file.write_text(json.dumps([A, B], indent=1))
        with file.open() as opened:
            assert drift.Events.parse(opened).to_json() == BOTH.to_json()
        with file.open("rb") as opened:
            assert same(opened)
        file.write_text("{")
        with file.open() as opened, pytest.raises(drift.DriftError, match=r"a\.json"):
            drift.Events.parse(opened)
        assert same([io.StringIO(json.dumps([A])), drift.Events.parse([B])])

    def test_the_name_of_a_file_is_no_log(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        Path("a.json").write_text(json.dumps([A]))
        with pytest.raises(drift.DriftError) as raised:
            drift.detect([], [], events="a.json")
        assert "pathlib.Path" in (raised.value.help or "")

    def test_generators_and_lists(self) -> None:
        assert same([A, B])
        assert same(iter([A, B]))
        assert same([[A], json.dumps([B])])
        assert same(one for one in (json.dumps([A]).encode(), [B]))
        assert len(drift.Events.parse(iter([]))) == len(drift.Events.parse([])) == 0
        with pytest.raises(TypeError, match=r", log 2$"):
            drift.Events.parse(iter([A, 5]))
        with pytest.raises(drift.DriftError, match=r", log 2$"):
            drift.detect([], [], events=["[]", "{"])

    def test_tables(self) -> None:
        pyarrow = pytest.importorskip("pyarrow")
        logs = pyarrow.table({"document": [json.dumps([A]), json.dumps([B])], "n": [1, 2]})
        assert drift.Events.parse(logs).to_json() == BOTH.to_json()
        assert same(logs)

    def test_lists_of_the_kubernetes_client(self) -> None:
        resource = pytest.importorskip("kubernetes.dynamic.resource")
        told = {
            "level": "Metadata",
            "stage": "ResponseComplete",
            "verb": "patch",
            "auditID": "1",
            "user": {"username": "alice"},
            "objectRef": {"resource": "pods", "namespace": "shop", "name": "web"},
            "responseStatus": {"code": 200},
            "stageTimestamp": "2026-01-01T10:00:00.000000Z",
        }
        listed = {"apiVersion": "audit.k8s.io/v1", "kind": "EventList", "items": [told]}
        held = resource.ResourceInstance(None, listed)
        again = drift.Events.parse(json.dumps(listed))
        assert drift.Events.parse(held).to_json() == again.to_json()
        assert len(drift.Events.parse([held])) == 1
        assert drift.detect(side(0), side(0), events=held, at=AT).in_sync


class TestValues:
    def test_they_are_not_compared_by_what_they_show(self) -> None:
        again = drift.Events.parse(json.dumps([B, A]))
        # What requests held counts in an attribution, and is not in what may be shown.
        assert again.to_json() == BOTH.to_json() and again != BOTH

    def test_they_are_copied_and_say_why_they_are_not_pickled(self) -> None:
        assert copy.copy(BOTH) is BOTH
        assert copy.deepcopy([BOTH])[0] is BOTH
        with pytest.raises(TypeError, match="pass the logs"):
            pickle.dumps(BOTH)
