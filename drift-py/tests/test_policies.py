"""Policies: where they come from, cases, dry runs, and what the command does with them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import drift_py as drift
from drift_py._cli import main

AT = "2026-01-01T00:00:00Z"
PUBLIC = """
package buckets
deny contains "the bucket is public" if input.acl == "public-read"
"""
FILE = """
version: 1
policies:
  - id: public
    file: rego/public.rego
    enforcement: enforce
libraries:
  - {file: rego/lib.rego}
"""


def bucket(acl: str, id: str = "logs") -> list[dict[str, object]]:
    return [{"type": "bucket", "id": id, "attributes": {"acl": acl}}]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    rego = tmp_path / "rego"
    rego.mkdir()
    (rego / "public.rego").write_text(
        "package buckets\nimport data.lib\ndeny contains lib.said if lib.is_public(input.acl)\n"
    )
    (rego / "lib.rego").write_text(
        'package lib\nsaid := "public"\nis_public(acl) if startswith(acl, "public")\n'
    )
    (rego / "public_test.rego").write_text("package buckets\ntest_nothing if http.send({})\n")
    (tmp_path / "policies.yaml").write_text(FILE)
    (tmp_path / "desired.json").write_text(json.dumps(bucket("private")))
    (tmp_path / "public.json").write_text(json.dumps(bucket("public-read")))
    (tmp_path / "cases.yaml").write_text(
        "- {name: refused, input: {acl: public-read}, expect: [{rule: deny}]}\n"
        "- {name: let pass, given: {type: bucket, id: a, attributes: {acl: private}}, expect: []}\n"
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


class TestSources:
    @pytest.mark.parametrize(
        "given",
        [
            PUBLIC,
            [PUBLIC],
            {"version": 1, "policies": [{"id": "buckets", "rego": PUBLIC}]},
            [{"id": "buckets", "rego": PUBLIC}],
            drift.Policies.parse(PUBLIC),
        ],
    )
    def test_a_policy_comes_as_text_as_an_object_or_read(self, given: object) -> None:
        report = drift.detect(
            bucket("public-read"),
            bucket("public-read"),
            policies=given,  # type: ignore[arg-type]
        )
        assert (report.verdict, report.findings) == ("in_sync", [])
        [found] = report.policy_violations
        assert (found["policy"], found["message"]) == ("buckets", "the bucket is public")
        assert (found["status"], found["introduced_by_drift"]) == ("in_sync", False)
        assert report.summary["policy"]["violations"] == 1
        assert report.policy_usage[0]["resources"] == 1
        assert report.policy_errors == []

    def test_files_stand_beside_a_policy_file(self, folder: Path) -> None:
        for source in (folder / "policies.yaml", folder / "rego"):
            policies = drift.Policies.parse(source)
            assert len(policies) == 1
            report = drift.detect(bucket("private"), bucket("public-read"), policies=policies)
            [found] = report.policy_violations
            assert (found["message"], found["introduced_by_drift"]) == ("public", True)

    def test_a_pattern_is_the_modules_that_match(self, folder: Path) -> None:
        for pattern in (Path("rego/*.rego"), folder / "*" / "*"):
            policies = drift.Policies.parse(pattern)
            assert policies.ids == drift.Policies.parse(folder / "rego").ids
            report = drift.detect(bucket("private"), bucket("public-read"), policies=policies)
            assert len(report.policy_violations) == 1
        with pytest.raises(FileNotFoundError, match="no file matches"):
            drift.Policies.parse(Path("rego/*.reg"))

    def test_no_modules_are_an_error(self, folder: Path) -> None:
        other = folder / "other"
        other.mkdir()
        (other / "a.REGO").write_text(PUBLIC)
        (other / "policies.yaml").write_text(FILE)
        for place in (other, other / "*.yaml"):
            with pytest.raises(drift.DriftError, match=r"no `\.rego` file in `.*other") as raised:
                drift.detect([], [], policies=place)
            assert raised.value.code == "DRIFT_POLICY"
            assert "by itself" in (raised.value.help or "")
        (other / "a_test.rego").write_text("package a\n")
        with pytest.raises(drift.DriftError, match="but for tests"):
            drift.Policies.parse(other)

    def test_an_error_of_a_policy_file_names_it(self, folder: Path) -> None:
        for wrong in ("policies: [", "policies: 5", "- 5", "[{id: a, file: 5}]"):
            (folder / "wrong.yaml").write_text(wrong)
            with pytest.raises(drift.DriftError, match=r"wrong\.yaml") as raised:
                drift.Policies.parse(folder / "wrong.yaml")
            assert raised.value.file == (folder / "wrong.yaml").as_posix()

    def test_what_is_no_policy_is_refused(self) -> None:
        with pytest.raises(TypeError):
            drift.Policies()
        with pytest.raises(TypeError):
            drift.detect([], [], policies=b"package a")  # type: ignore[arg-type]
        with pytest.raises(drift.DriftError) as raised:
            drift.Policies.parse("package a\ndeny contains x if {")
        assert (raised.value.code, raised.value.line) == ("DRIFT_POLICY", 2)

    def test_a_report_without_policies_says_nothing_of_them(self) -> None:
        report = drift.detect(bucket("private"), bucket("private"))
        assert not [*report.policy_violations, *report.policy_errors, *report.policy_usage]
        assert "policy" not in report.summary


class TestBefore:
    def test_cases(self, folder: Path) -> None:
        policies = drift.Policies.parse(folder / "rego")
        tests = policies.test(folder / "cases.yaml", at=AT)
        assert (tests["passed"], tests["failed"]) == (2, 0)
        case = {"name": "wrong", "input": {"acl": "public-read"}, "expect": [{"rule": "warn"}]}
        [failed] = policies.test([case])["cases"]
        assert failed["missing"] == ['{"rule":"warn"}']
        assert failed["unexpected"] == ["buckets deny: public"]

    def test_a_dry_run(self) -> None:
        policies = drift.Policies.parse(PUBLIC)
        taken = [
            drift.Snapshot.parse(json.dumps(bucket(acl)), taken_at=f"2026-01-0{day}T00:00:00Z")
            for day, acl in ((1, "private"), (2, "public-read"), (3, "public-read"))
        ]
        found = policies.dry_run(taken, at=AT)
        [policy] = found["policies"]
        assert (found["snapshots"], policy["snapshots"], policy["fired"]) == (3, 2, 2)
        [hit] = policy["hits"]
        assert (hit["first"], hit["last"], hit["snapshots"]) == (
            "2026-01-02T00:00:00.000Z",
            "2026-01-03T00:00:00.000Z",
            2,
        )


class TestCommand:
    def detect(self, *given: str) -> int:
        return main(["detect", "public.json", "public.json", "--at", AT, *given])

    def test_what_is_enforced_is_a_failure(self, folder: Path) -> None:
        assert self.detect() == 0
        assert self.detect("--policies", "policies.yaml") == 1
        assert self.detect("--policies", "policies.yaml", "--exit-style", "terraform") == 2
        assert self.detect("--policies", "policies.yaml", "--fail-on-policy", "never") == 0
        assert self.detect("--policies", "rego") == 0
        assert self.detect("--policies", "rego", "--fail-on-policy", "require_approval") == 0
        assert self.detect("--policies", "rego", "--fail-on-policy", "warn") == 1

    def test_policies_are_checked_tested_and_tried(
        self, folder: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["policy", "check", "policies.yaml"]) == 0
        assert "public" in capsys.readouterr().out
        assert main(["policy", "test", "cases.yaml", "--policies", "rego"]) == 0
        assert capsys.readouterr().out.splitlines() == [
            "ok   cases.yaml:1 refused",
            "ok   cases.yaml:2 let pass",
            "2 passed, 0 failed",
        ]
        Path("cases.yaml").write_text("- {name: a, input: {acl: x}, expect: [{rule: deny}]}\n")
        assert main(["policy", "test", "cases.yaml", "--policies", "rego"]) == 1
        assert capsys.readouterr().out.splitlines()[1:] == [
            '       missing: {"rule":"deny"}',
            "0 passed, 1 failed",
        ]
        assert main(["policy", "dry-run", "public.json", "desired.json", "--policies", "rego"]) == 0
        assert capsys.readouterr().out.splitlines() == [
            "buckets (warn): 1 times in 1 of 2 snapshots",
            "  medium bucket logs: public (1)",
        ]
        (folder / "bad.rego").write_text("package a\ndeny if http.send({})\n")
        assert main(["policy", "check", "bad.rego"]) == 2
        assert "`http.send` is not available" in capsys.readouterr().err
