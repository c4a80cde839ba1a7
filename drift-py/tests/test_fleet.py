"""Fleets, tag policies and readiness: what only Python sees."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path

import pytest

import drift_py as drift

AT = "2026-01-01T00:00:00Z"


def flag(on: bool) -> list[dict[str, object]]:
    return [{"type": "flag", "id": "beta", "attributes": {"on": on, "percent": 10}}]


class TestParity:
    def parity(self, **options: object) -> drift.Parity:
        snapshots = {"a": flag(True), "b": flag(True), "c": flag(False)}
        return drift.compare_many(snapshots, at=AT, **options)  # type: ignore[arg-type]

    def test_every_field_of_the_json_is_an_attribute(self) -> None:
        parity = self.parity()
        for name, value in parity.to_dict().items():
            if name != "schema_version":
                assert getattr(parity, name) == value, name
        assert (parity.score, parity.exit_code()) == (0.5, 1)
        assert str(parity) == parity.to_text()
        assert repr(parity) == "<Parity different, 3 snapshots>"

    def test_it_is_equal_by_its_bytes_and_pickles(self) -> None:
        parity = self.parity()
        again = pickle.loads(pickle.dumps(parity))
        assert parity == again == copy.deepcopy(parity) == drift.Parity.from_json(parity.to_json())
        assert hash(again) == hash(parity)
        with pytest.raises(TypeError):
            drift.Parity()

    def test_snapshots_may_be_files(self, tmp_path: Path) -> None:
        (tmp_path / "a.json").write_text('[{"type": "t", "id": "x", "attributes": {}}]')
        read = drift.Snapshot.parse(tmp_path / "a.json")
        parity = drift.Detector().compare_many({"a": tmp_path / "a.json", "b": read}, at=AT)
        assert parity.verdict == "alike"

    def test_options_are_told_by_name(self) -> None:
        with pytest.raises(drift.DriftError) as raised:
            self.parity(allow=[{"pth": "on", "reason": "r"}])
        assert (raised.value.code, raised.value.path) == ("DRIFT_OPTION", "/allow/0/pth")
        with pytest.raises(drift.DriftError) as raised:
            self.parity(baseline="d")
        assert raised.value.help == "the snapshots are `a`, `b`, `c`"


class TestTags:
    def test_a_policy_is_a_file_a_text_or_an_object(self, tmp_path: Path) -> None:
        text = "version: 1\ntags:\n  - {key: owner}\n"
        (tmp_path / "tags.yaml").write_text(text)
        policies = [tmp_path / "tags.yaml", text, {"tags": [{"key": "owner"}]}, [{"key": "owner"}]]
        for policy in policies:
            report = drift.detect(flag(True), flag(True), tags=policy, at=AT)  # type: ignore[arg-type]
            assert [one["problem"] for one in report.tag_violations] == ["missing"]
            assert report.summary["tags"]["ratio"] == 0

    def test_errors_name_the_file(self, tmp_path: Path) -> None:
        file = tmp_path / "tags.yaml"
        file.write_text("- {key: owner, regexp: x}\n")
        with pytest.raises(drift.DriftError) as raised:
            drift.Detector(tags=file)
        assert (raised.value.file, raised.value.line) == (file.as_posix(), 1)


class TestReadiness:
    def test_every_field_of_the_json_is_an_attribute(self) -> None:
        readiness = drift.doctor(flag(True), flag(True), at=AT)
        for name, value in readiness.to_dict().items():
            if name != "schema_version":
                assert getattr(readiness, name) == value, name
        assert (readiness.exit_code(), readiness.exit_code(strict=True)) == (1, 1)
        again = pickle.loads(pickle.dumps(readiness))
        assert again == readiness == drift.Readiness.from_json(readiness.to_json())

    def test_a_baseline_is_a_reference(self) -> None:
        detector = drift.Detector(owners=drift.OwnerMap().tags("owner"))
        baseline = detector.baseline(flag(True), at=AT)
        found = detector.doctor([], flag(True), reference=baseline, at=AT)
        checks = {check["id"]: check["status"] for check in found.checks}
        assert checks["baseline"] == "ok"
