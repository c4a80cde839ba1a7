"""Objects, paths and open files, alone and among other documents."""

from __future__ import annotations

import io
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest

import drift_py as drift

AT = "2026-01-01T00:00:00Z"


def record(name: str = "jobs") -> dict[str, Any]:
    return {"type": "queue", "id": name, "attributes": {"read": 1}}


def ids(source: Any, **options: Any) -> list[str]:
    return [one["id"] for one in drift.Snapshot.parse(source, **options).resources]


def added(source: Any, **options: Any) -> list[str]:
    built = drift.SnapshotBuilder().add_document(source, **options).build()
    return [one["id"] for one in built.resources]


class AttrDict(dict[str, Any]):
    """A dict that has every attribute, most of them None."""

    __getattr__ = dict.get


class Reader(dict[str, Any]):
    """A dict that has a method of files."""

    def read(self) -> bytes:
        return b"[]"


class TestObjects:
    @pytest.mark.parametrize("kind", [AttrDict, Reader])
    def test_a_dict_is_a_dict_whatever_attributes_it_has(self, kind: Any) -> None:
        assert ids(kind(record())) == added(kind(record())) == ["jobs"]
        assert ids([kind(record())]) == ["jobs"]
        assert ids(iter([kind(record())])) == ["jobs"]

    def test_instances_of_the_dynamic_client(self) -> None:
        resource = pytest.importorskip("kubernetes.dynamic.resource")
        service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}}
        one = resource.ResourceInstance(None, service)
        listed = {"apiVersion": "v1", "kind": "ServiceList", "items": [dict(service)]}
        several = resource.ResourceInstance(None, listed)
        for source in (one, several, [one], iter([one]), several.items):
            assert ids(source) == ["web"]
        assert added(one) == ["web"]

    def test_a_wrapped_file_is_a_file(self) -> None:
        with tempfile.NamedTemporaryFile("w+", suffix=".json") as file:
            json.dump([record()], file)
            file.seek(0)
            assert ids(file) == ["jobs"]
            file.seek(0)
            assert added(file) == ["jobs"]


class TestFolders:
    def test_an_empty_one_is_an_error_wherever_it_stands(self, tmp_path: Path) -> None:
        for name in ("dev", "prod"):
            (tmp_path / name).mkdir()
        (tmp_path / "dev/a.json").write_text(json.dumps([record()]))
        (tmp_path / "prod/README.md").write_text("none yet")
        for read in (
            lambda: ids(tmp_path / "prod"),
            lambda: added(tmp_path / "prod"),
            lambda: ids([tmp_path / "dev", tmp_path / "prod"]),
            lambda: drift.detect([tmp_path / "prod"], [record()]),
        ):
            with pytest.raises(drift.DriftError, match="none of the files holds res") as raised:
                read()
            assert raised.value.code == "DRIFT_NO_RESOURCES"

    def test_a_file_without_resources_is_a_warning_wherever_it_stands(self, tmp_path: Path) -> None:
        (tmp_path / "a.json").write_text(json.dumps([record()]))
        (tmp_path / "b.yaml").write_text("# nothing yet\n")
        alone = drift.Snapshot.parse(tmp_path)
        assert [one["code"] for one in alone.warnings] == ["no_resources"]
        listed = drift.Snapshot.parse([tmp_path])
        assert (listed.resources, listed.warnings) == (alone.resources, alone.warnings)
        (tmp_path / "a.json").write_text(" ")
        for source in (tmp_path, [tmp_path], tmp_path / "*"):
            with pytest.raises(drift.DriftError, match="none of the files holds resources"):
                drift.Snapshot.parse(source)

    def test_pages_in_files_belong_together(self, tmp_path: Path) -> None:
        def page(name: str, **more: Any) -> str:
            group = {"GroupId": name, "GroupName": name, "IpPermissions": [], "OwnerId": "1"}
            return json.dumps({"SecurityGroups": [group], **more})

        (tmp_path / "1.json").write_text(page("sg-1", NextToken="x"))
        (tmp_path / "2.json").write_text(page("sg-2"))
        declared = drift.Snapshot.parse(page("sg-3"))
        for source in ([tmp_path], [tmp_path / "1.json", tmp_path / "2.json"]):
            report = drift.detect(declared, source, at=AT)
            assert "missing" in [one.status for one in report.findings]


#: Files that are no JSON and no YAML, and the options that they need.
CONFIG: dict[str, tuple[str, dict[str, Any]]] = {
    "main.tf": ('resource "aws_sqs_queue" "jobs" {\n  name = "jobs"\n}\n', {}),
    "app.toml": ("[server]\nport = 1\n", {}),
    "app.ini": ("[server]\nport = 1\n", {}),
    ".env": ("A=1\n", {}),
    ".env.production": ("A=1\n", {}),
    "schema.sql": ("create table a (b int);", {"dialect": "postgresql"}),
}


@pytest.mark.parametrize("name", CONFIG)
def test_a_file_is_read_in_a_list_as_it_is_alone(name: str, tmp_path: Path) -> None:
    text, options = CONFIG[name]
    file = tmp_path / name
    file.write_text(text)
    alone = drift.Snapshot.parse(file, **options)
    for source in (file, tmp_path):
        listed = drift.Snapshot.parse([source], **options)
        built = drift.SnapshotBuilder().add_document(source, **options).build()
        assert drift.detect(alone, listed, at=AT).verdict == "in_sync"
        assert [one["id"] for one in listed.resources] == [one["id"] for one in alone.resources]
        assert built.resources == listed.resources
    assert drift.Snapshot.parse([file], **options).resources == alone.resources
    with file.open("rb") as opened:
        assert drift.Snapshot.parse(opened, **options).resources == alone.resources
    with file.open() as opened:
        assert drift.Snapshot.parse(iter([opened]), **options).resources == alone.resources
    # In the scope of a builder.
    here = drift.SnapshotBuilder("", {"region": "r"}).add_document(file, **options).build()
    assert {one["scope"].get("region") for one in here.resources} == {"r"}


class TestOpenFiles:
    def test_an_error_names_the_file(self, tmp_path: Path) -> None:
        file = tmp_path / "a.json"
        file.write_text('[\n{"type": }]')
        for mode in ("r", "rb"):
            for read in (drift.Snapshot.parse, drift.SnapshotBuilder().add_document):
                with file.open(mode) as opened, pytest.raises(drift.DriftError) as raised:
                    read(opened)
                assert raised.value.file == file.as_posix()
                with file.open(mode) as opened, pytest.raises(drift.DriftError) as raised:
                    read(opened, name="mine.json")
                assert raised.value.file == "mine.json"
        with pytest.raises(drift.DriftError) as raised:
            drift.Snapshot.parse(io.StringIO("{"))
        assert raised.value.file is None

    def test_several_in_a_list(self, tmp_path: Path) -> None:
        for name in ("a", "b"):
            (tmp_path / name).write_text(json.dumps([record(name)]))
        with (tmp_path / "a").open() as first, (tmp_path / "b").open("rb") as second:
            assert ids([first, second]) == ["a", "b"]

    def test_what_is_no_text_is_told_with_its_place(self, tmp_path: Path) -> None:
        file = tmp_path / "a.json"
        file.write_bytes(b'[\n"\xff"]')
        for encoding, shown in (("utf-8", "UTF-8"), ("ascii", "ASCII")):
            told = pytest.raises(drift.DriftError, match=f"not valid {shown}")
            with file.open(encoding=encoding) as opened, told as raised:
                drift.Snapshot.parse(opened)
            error = raised.value
            assert (error.code, error.file, error.line) == ("DRIFT_PARSE", file.as_posix(), 2)
        opened = io.TextIOWrapper(io.BytesIO(b"\xff"), encoding="utf-8")
        with pytest.raises(drift.DriftError, match=r"not valid UTF-8, line 1 column 1"):
            drift.SnapshotBuilder().add_document(opened)
