"""What a Python program does with the package: sources, options, errors and objects."""

from __future__ import annotations

import enum
import json
import os
import pickle
import re
from collections import OrderedDict
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

import drift_py as drift
from drift_py import _native

from .cases import ROOT

AT = "2026-01-01T00:00:00Z"


def record(**attributes: Any) -> list[dict[str, Any]]:
    return [{"type": "queue", "id": "jobs", "attributes": attributes}]


def test_one_version_for_crate_wheel_and_npm_package() -> None:
    cargo = re.search(r'^version = "(.+)"$', (ROOT / "Cargo.toml").read_text(), re.MULTILINE)
    assert cargo is not None
    npm = json.loads((ROOT / "drift-node" / "package.json").read_text())["version"]
    assert drift.__version__ == cargo[1] == npm


class TestSources:
    def test_bytes_str_and_objects_are_the_same_document(self) -> None:
        text = json.dumps(record(delay=0))
        live = record(delay=30)
        reports = [
            drift.detect(source, live, at=AT).to_json()
            for source in (
                text,
                text.encode(),
                bytearray(text.encode()),
                memoryview(text.encode()),
                record(delay=0),
            )
        ]
        assert len(set(reports)) == 1

    def test_a_path_is_a_file_and_its_name_stands_in_the_report(self, tmp_path: Path) -> None:
        file = tmp_path / "queues.json"
        file.write_text(json.dumps(record(delay=0)))
        [resource] = drift.Snapshot.parse(file).resources
        assert resource["source"]["file"] == file.as_posix()

    def test_a_folder_is_all_of_its_documents(self, tmp_path: Path) -> None:
        (tmp_path / "b").mkdir()
        (tmp_path / ".git").mkdir()
        manifest = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s}\n"
        for name in ("a.yaml", "b/c.yml", ".git/hidden.yaml", "notes.txt"):
            (tmp_path / name).write_text(manifest % Path(name).stem)
        found = drift.Snapshot.parse(tmp_path).resources
        assert [one["source"].get("file") for one in found] == ["a.yaml", "b/c.yml"]

    def test_a_name_that_is_no_unicode_is_a_name(self, tmp_path: Path) -> None:
        try:
            (tmp_path / os.fsdecode(b"\xff.json")).write_text(json.dumps(record()))
        except OSError:
            pytest.skip("the file system takes no such name")
        [resource] = drift.Snapshot.parse(tmp_path).resources
        assert resource["source"]["file"] == "\ufffd.json"

    def test_a_file_that_is_absent_is_an_os_error(self, tmp_path: Path) -> None:
        with pytest.raises(FileNotFoundError):
            drift.Snapshot.parse(tmp_path / "no.json")

    def test_a_name_passed_for_content_is_told(self, tmp_path: Path) -> None:
        file = tmp_path / "queues.json"
        file.write_text("[]")
        with pytest.raises(drift.DriftError, match=r"pathlib\.Path") as raised:
            drift.Snapshot.parse(str(file))
        assert raised.value.code == "DRIFT_NO_RESOURCES"

    def test_what_is_no_document_is_a_type_error(self) -> None:
        for source in (None, 7, object(), {1, 2}):
            with pytest.raises(TypeError, match="a document is bytes, a str, a path, a dict or a"):
                drift.Snapshot.parse(source)  # type: ignore[arg-type]

    def test_objects_of_the_standard_library(self) -> None:
        class Level(enum.IntEnum):
            HIGH = 3

        at = datetime(2026, 1, 1, 13, 30, tzinfo=timezone(timedelta(hours=1)))
        live = record(
            big=2**70,
            exact=Decimal("1.10"),
            at=at,
            day=date(2026, 1, 2),
            raw=b"\x00\xff",
            level=Level.HIGH,
            pair=(1, 2),
            view=MappingProxyType({"a": OrderedDict(b=None)}),
            emoji="\U0001f600",
        )
        desired = record(
            big=1180591620717411303424,
            exact=1.1,
            at="2026-01-01T12:30:00Z",
            day="2026-01-02",
            raw="AP8=",
            level=3,
            pair=[1, 2],
            view={"a": {"b": None}},
            emoji="\U0001f600",
        )
        assert drift.detect(desired, live).verdict == "in_sync"

    @pytest.mark.parametrize(
        ("value", "error", "text"),
        [
            (float("nan"), drift.DriftError, "not finite"),
            (Decimal("Infinity"), drift.DriftError, "not finite"),
            (datetime(2026, 1, 1), drift.DriftError, "time zone"),
            ({1: 2}, TypeError, "keys of a document must be str"),
            ({1, 2}, TypeError, "type set"),
            ("\ud800", drift.DriftError, "surrogate"),
        ],
    )
    def test_what_cannot_stand_in_a_document(
        self, value: object, error: type[Exception], text: str
    ) -> None:
        with pytest.raises(error, match=text):
            drift.Snapshot.parse(record(value=value))

    def test_a_value_that_holds_itself_passes_the_depth(self) -> None:
        loop: dict[str, Any] = {}
        loop["self"] = loop
        with pytest.raises(drift.DriftError) as raised:
            drift.Snapshot.parse(record(loop=loop))
        assert raised.value.code == "DRIFT_LIMIT"

    def test_bytes_may_go_before_the_report_does(self) -> None:
        detector = drift.Detector()
        report = detector.detect(
            json.dumps(record(delay=0)).encode(), json.dumps(record(delay=30)).encode(), at=AT
        )
        assert "0" in report.explain("jobs", "delay").to_json()


class TestOptions:
    def test_what_a_snapshot_speaks_for(self) -> None:
        def verdict(**options: Any) -> str:
            live = drift.Snapshot.parse("[]", format="records", **options)
            return drift.detect(record(delay=0), live, packs=[]).verdict

        assert verdict() == "partial"
        assert verdict(complete=True) == "drifted"
        assert verdict(covers=iter([{"type": "queue"}])) == "drifted"
        assert verdict(covers=[{"type": "topic"}]) == "partial"
        gap = {"cell": {"type": "queue"}, "reason": "denied"}
        assert verdict(complete=True, gaps=(one for one in [gap])) == "partial"

    def test_times_are_aware(self) -> None:
        taken = datetime(2026, 1, 1, tzinfo=timezone.utc)
        snapshot = drift.Snapshot.parse("[]", format="records", taken_at=taken, revision="abc")
        assert (snapshot.taken_at, snapshot.revision) == ("2026-01-01T00:00:00.000Z", "abc")
        with pytest.raises(drift.DriftError) as raised:
            drift.detect("[]", "[]", at=datetime(2026, 1, 1))
        assert raised.value.code == "DRIFT_TIME"

    def test_a_report_of_now_says_so(self) -> None:
        before = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
        assert drift.detect(record(), record()).detected_at >= before.replace("+00:00", "Z")

    def test_an_option_that_does_not_exist_is_a_type_error(self) -> None:
        with pytest.raises(TypeError, match="colour"):
            drift.Snapshot.parse("[]", colour=1)  # type: ignore[call-arg]
        with pytest.raises(TypeError, match="colour"):
            drift.Snapshot.parse_many([], colour=1)

    @pytest.mark.parametrize(
        "call",
        [
            lambda: drift.Snapshot.parse("[]", format="excel"),
            lambda: drift.Snapshot.parse("[]", duplicate_keys="first"),  # type: ignore[arg-type]
            lambda: drift.Snapshot.parse("[]", limits={"max_teeth": 32}),  # type: ignore[arg-type]
            lambda: drift.Snapshot.parse("[]", covers=[{"tpye": "queue"}]),  # type: ignore[typeddict-unknown-key]
            lambda: drift.Detector(packs=["everything"]),
            lambda: drift.detect("[]", "[]", detail="all"),  # type: ignore[arg-type]
            lambda: drift.detect(record(), record()).exit_code("perl"),  # type: ignore[arg-type]
        ],
    )
    def test_an_unknown_word_is_refused(self, call: Any) -> None:
        with pytest.raises(drift.DriftError) as raised:
            call()
        assert raised.value.help or "known" in raised.value.text or "expected" in raised.value.text

    def test_rules_come_as_text_path_object_or_list(self, tmp_path: Path) -> None:
        text = "[{id: delay, paths: [/delay], ignore: true}]"
        file = tmp_path / "rules.yaml"
        file.write_text(text)
        one = {"id": "delay", "paths": ["/delay"], "ignore": True}
        every = (
            text,
            file,
            [one],
            {"version": 1, "rules": [one]},
            drift.Rules.parse(text),
            [drift.Rules.parse(file)],
            [file],
        )
        for rules in every:
            report = drift.detect(record(delay=0), record(delay=1), rules=rules)
            assert report.verdict == "in_sync", rules

    def test_an_argument_of_another_type_is_a_type_error(self) -> None:
        for rules in (3, b"[]"):
            with pytest.raises(TypeError, match="rules are text, a path"):
                drift.Detector(rules=rules)  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="a time is an aware datetime"):
            drift.detect("[]", "[]", at=3)  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="takes parts"):
            drift.finish(["part"])  # type: ignore[list-item]

    def test_an_error_in_a_rule_file_has_its_place(self, tmp_path: Path) -> None:
        file = tmp_path / "rules.yaml"
        file.write_text("version: 1\nrules:\n  - id: a\n    paths: [/x]\n    ignroe: true\n")
        with pytest.raises(drift.DriftError) as raised:
            drift.Detector(rules=file)
        error = raised.value
        assert (error.code, error.file, error.line) == ("DRIFT_RULE", file.as_posix(), 5)

    def test_a_mapping_comes_as_name_text_path_or_object(self, tmp_path: Path) -> None:
        mapping = {"items": "$.items[*]", "type": {"const": "queue"}, "id": "$.name"}
        file = tmp_path / "mapping.yaml"
        file.write_text(json.dumps(mapping))
        content = {"items": [{"name": "jobs", "delay": 0}]}
        for given in (mapping, json.dumps(mapping), file):
            found = drift.Snapshot.parse(content, format="mapping", mapping=given)
            assert [one["id"] for one in found.resources] == ["jobs"]

    def test_managers_are_a_list(self) -> None:
        with pytest.raises(TypeError, match="managers is a list of names"):
            drift.Detector(managers="kubectl")
        drift.Detector(managers=["kubectl"])


class TestBuilder:
    def test_pages_of_a_collector(self) -> None:
        live = drift.SnapshotBuilder("aws", scope={"region": "eu-west-1"})
        live.add(
            "aws_sqs_queue", "jobs", {"delay": 30}, tags={"team": "ops"}, managed_by="terraform"
        )
        live.add_many("aws_sqs_queue", ({"QueueName": name} for name in "ab"), "QueueName")
        live.complete("aws_sqs_queue").incomplete("aws_iam_role", "denied", "AccessDenied")
        live.add_snapshot(drift.Snapshot.parse(record()))
        snapshot = live.build()
        assert [one["id"] for one in snapshot.resources] == ["jobs", "a", "b", "jobs"]
        assert snapshot.resources[0]["tags"] == {"team": "ops"}
        assert snapshot.resources[0]["scope"] == {"region": "eu-west-1"}
        with pytest.raises(drift.DriftError) as raised:
            live.complete_all()
        assert raised.value.code == "DRIFT_OPTION"

    def test_documents_page_by_page(self, tmp_path: Path) -> None:
        page = {"DBInstances": [{"DBInstanceIdentifier": "a", "Engine": "mysql"}], "Marker": "x"}
        live = drift.SnapshotBuilder("aws").add_document(page).failed(None, 403, "no")
        (tmp_path / "last.json").write_text('{"DBInstances": []}')
        live.add_document(tmp_path / "last.json").add_document(tmp_path).expect({"region": "r"})
        live.add_listed("aws_sqs_queue", "jobs").incomplete(None, "stale")
        assert [one["id"] for one in live.build().resources] == ["a", "jobs"]
        with pytest.raises(TypeError, match="unexpected option 'nam'"):
            drift.SnapshotBuilder().add_document("[]", nam="x")
        with pytest.raises(drift.DriftError):
            drift.SnapshotBuilder().add_document("[")

    def test_a_page_that_is_refused_leaves_the_builder_as_it_was(self) -> None:
        live = drift.SnapshotBuilder("aws").add("aws_sqs_queue", "jobs", {})
        with pytest.raises(drift.DriftError):
            live.add_many("aws_sqs_queue", [{"QueueName": "a"}, {}], "QueueName")
        with pytest.raises(drift.DriftError):
            live.incomplete("aws_sqs_queue", "tired")
        assert len(live.build()) == 1


class TestErrors:
    def test_an_error_says_what_where_and_what_to_do(self) -> None:
        with pytest.raises(drift.DriftError) as raised:
            drift.Snapshot.parse('[\n  {"type": }\n]', name="live.json")
        error = raised.value
        assert (error.code, error.file, error.line) == ("DRIFT_PARSE", "live.json", 2)
        assert error.column is not None
        assert str(error).startswith(error.text)

    def test_an_error_pickles(self) -> None:
        with pytest.raises(drift.DriftError) as raised:
            drift.Snapshot.parse("{", name="a.json")
        again = pickle.loads(pickle.dumps(raised.value))
        assert vars(again) == vars(raised.value)
        assert str(again) == str(raised.value)

    def test_a_panic_is_an_error_without_its_message(
        self, capfd: pytest.CaptureFixture[str]
    ) -> None:
        with pytest.raises(drift.DriftError) as raised:
            _native.panic_for_test("a secret of the document")
        assert raised.value.code == "DRIFT_INTERNAL"
        assert re.search(r"tools\.rs:\d+", raised.value.message)
        assert "secret" not in f"{raised.value!r} {raised.value} {vars(raised.value)}"
        assert capfd.readouterr() == ("", "")


class TestReport:
    def report(self, **options: Any) -> drift.Report:
        desired, actual = record(delay=0, fifo=True), record(delay=30, fifo=True, extra=1)
        return drift.detect(desired, actual, at=AT, **options)

    def test_its_parts_are_the_json(self) -> None:
        report = self.report()
        data = json.loads(report.to_json())
        assert report.verdict == data["verdict"] == "drifted"
        assert [one.to_dict() for one in report.findings] == data["findings"]
        assert [one.to_dict() for one in report.undeclared] == data["undeclared"]
        for name in ("schema_version", "partial", "detected_at", "summary", "not_checked"):
            assert getattr(report, name) == data[name], name
        assert (report.rule_usage, report.warnings) == (data["rule_usage"], data["warnings"])
        assert report.packs == data["packs"]
        [finding] = report.findings
        [change] = finding.changes
        for entry, fields in (
            (finding, data["findings"][0]),
            (change, finding.to_dict()["changes"][0]),
        ):
            for name, value in fields.items():
                if name != "changes":
                    assert getattr(entry, name) == value, name

    def test_every_field_of_the_schema_is_an_attribute(self) -> None:
        definitions = json.loads((ROOT / "docs" / "report.schema.json").read_text())["$defs"]
        for name, kind in (("Change", drift.Change), ("Finding", drift.Finding)):
            for field in definitions[name]["properties"]:
                assert hasattr(kind, field), f"{name}.{field}"

    def test_exit_codes(self) -> None:
        report = self.report()
        assert (report.exit_code(), report.exit_code("terraform")) == (1, 2)

    def test_an_ignore_rule_leaves_out_what_it_was_written_for(self) -> None:
        report = self.report()
        for entry in (report.findings[0], report.findings[0].changes[0]):
            assert self.report(rules=entry.ignore_rule()).findings == []
        [extra] = report.undeclared
        assert extra.path == "extra"
        assert self.report(rules=extra.ignore_rule()).undeclared == []

    def test_an_ignore_rule_of_a_change_in_a_list_leaves_the_others(self) -> None:
        def side(*values: int) -> list[dict[str, Any]]:
            return [{"type": "t", "id": "a", "attributes": {"v": list(values)}}]

        report = drift.detect(side(1, 2, 3), side(7, 8, 3))
        first, second = report.findings[0].changes
        left = drift.detect(side(1, 2, 3), side(7, 8, 3), rules=first.ignore_rule())
        assert [change.path for change in left.findings[0].changes] == [second.path]

    def test_a_copy_does_not_change_the_report(self) -> None:
        report = self.report()
        report.findings[0].to_dict()["status"] = "fine"
        report.findings[0].changes.clear()
        assert report.findings[0].status == "drifted"
        assert len(report.findings[0].changes) == 1

    def test_reports_are_equal_by_their_bytes_and_pickle(self) -> None:
        report = self.report()
        again = pickle.loads(pickle.dumps(report))
        assert again == report == drift.Report.from_json(report.to_json())
        assert hash(again) == hash(report)
        assert report != self.report(rules=report.findings[0].ignore_rule())
        assert again.findings == report.findings
        with pytest.raises(drift.DriftError) as raised:
            again.explain("jobs", "delay")
        assert raised.value.code == "DRIFT_NO_DOCUMENTS"

    def test_it_prints(self) -> None:
        report = self.report()
        assert str(report) == report.to_text()
        assert "\x1b[" in report.to_text(color=True)
        assert "\x1b[" not in report.to_text()
        assert report._repr_markdown_() == report.to_markdown()
        assert repr(report) == "<Report drifted, 1 findings>"
        assert repr(report.findings[0]) == "<Finding medium drifted 'queue jobs', 1 changes>"
        assert repr(report.findings[0].changes[0]) == "<Change changed 'delay' (drift, medium)>"

    def test_it_explains_itself(self) -> None:
        found = self.report().explain("jobs", "delay")
        assert (found.desired, found.actual, found.reference) == (0, 30, None)
        assert found.to_dict() == json.loads(found.to_json())
        assert found.conclusion in str(found)
        assert (found.path, found.secret, found.resource["id"]) == ("delay", False, "jobs")
        detector = drift.Detector()
        again = detector.explain(
            record(delay=0, fifo=True), record(delay=30), "jobs", "delay", at=AT
        )
        assert again.conclusion == found.conclusion
        with pytest.raises(drift.DriftError) as raised:
            self.report().explain("nobody", "delay")
        assert raised.value.code == "DRIFT_ADDRESS"

    def test_numbers_are_not_rounded(self) -> None:
        side = '[{"type": "t", "id": "a", "attributes": {"n": %s, "f": %s, "h": %s}}]'
        desired = side % (12345678901234567890123, "0.10000000000000000000001", 1.5)
        actual = side % (0, 0, 0)
        changes = {
            one.path: one.desired for one in drift.detect(desired, actual).findings[0].changes
        }
        assert changes["n"] == 12345678901234567890123
        assert changes["f"] == Decimal("0.10000000000000000000001")
        assert changes["h"] == 1.5 and isinstance(changes["h"], float)

    def test_integers_of_any_length_come_through(self) -> None:
        def side(n: object) -> list[dict[str, Any]]:
            return [{"type": "t", "id": "a", "attributes": {"n": n}}]

        for number in (10**5000, -(10**5000) - 1, 3**9999):
            [change] = drift.detect(side(number), side(1)).findings[0].changes
            assert change.desired == Decimal(number)
            text = json.dumps(side(1)).replace('"n": 1', f'"n": {Decimal(number)}')
            assert drift.detect(side(number), text).verdict == "in_sync"
            assert drift.detect(side(number), side(number + 1)).verdict == "drifted"

    def test_objects_are_made_by_the_engine_alone(self) -> None:
        for kind in (drift.Snapshot, drift.Report, drift.Rules, drift.Partial, drift.Explanation):
            with pytest.raises(TypeError, match="from"):
                kind()


class TestThreads:
    def records(self, count: int, delay: int) -> list[dict[str, object]]:
        return [
            {"type": "queue", "id": f"q{n}", "attributes": {"delay": delay if n % 7 == 0 else 0}}
            for n in range(count)
        ]

    def test_any_number_gives_the_same_bytes(self) -> None:
        desired, actual = self.records(500, 0), self.records(500, 30)
        at = "2026-01-01T00:00:00Z"
        reports = {
            drift.detect(desired, actual, at=at, threads=threads).to_json()
            for threads in (None, 1, 2, 5)
        }
        assert len(reports) == 1

    def test_lines_are_read_by_any_number(self) -> None:
        lines = "\n".join(f'{{"id": "q{n}", "delay": {n}}}' for n in range(40_000))
        mapping = {"items": "$", "type": {"const": "queue"}, "id": "$.id"}
        for threads in (None, 1, 3):
            snapshot = drift.Snapshot.parse(lines, mapping=mapping, threads=threads)
            assert len(snapshot) == 40_000

    def test_a_number_that_there_cannot_be(self) -> None:
        for threads in (0, -1, 1.5, 1025, "2"):
            with pytest.raises(
                drift.DriftError, match="`threads` as a whole number from 1 to 1024"
            ):
                drift.Detector(threads=threads)  # type: ignore[arg-type]
            with pytest.raises(
                drift.DriftError, match="`threads` as a whole number from 1 to 1024"
            ):
                drift.Snapshot.parse("[]", threads=threads)  # type: ignore[arg-type]


class TestParts:
    def test_parts_in_any_order_make_the_whole(self) -> None:
        detector = drift.Detector()
        desired = [{"type": "t", "id": str(n), "attributes": {"n": n}} for n in range(9)]
        actual = [{"type": "t", "id": str(n), "attributes": {"n": 0}} for n in range(9)]
        whole = detector.detect(desired, actual, at=AT)
        parts = detector.partials(desired, actual, 4, at=AT)
        sent = [pickle.loads(pickle.dumps(part)) for part in reversed(parts)]
        assert drift.finish(sent, AT) == whole
        assert drift.finish(detector.partial(desired, actual, at=AT), AT) == whole
        assert repr(parts[0]) == "<Partial>"

    def test_no_parts_make_nothing(self) -> None:
        with pytest.raises(ValueError, match="at least one"):
            drift.finish([])
        for parts in (0, -1, 1.5, 10**9, 4097):
            with pytest.raises(drift.DriftError, match="`parts` as a whole number from 1 to 4096"):
                drift.Detector().partials("[]", "[]", parts)  # type: ignore[arg-type]


class TestFindings:
    GROUP = "aws_security_group"

    def side(self, *cidrs: str) -> list[dict[str, Any]]:
        rule = {"protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_blocks": list(cidrs)}
        return [{"type": self.GROUP, "id": "web", "attributes": {"ingress": [rule]}}]

    def test_a_finding_says_what_it_is_and_what_to_do(self) -> None:
        [finding] = drift.detect(
            self.side("10.0.0.0/8"), self.side("10.0.0.0/8", "0.0.0.0/0"), at=AT
        ).findings
        known = {entry["id"]: entry for entry in drift.catalogue()}
        entry = known[finding.rule or ""]
        assert (finding.rule, finding.title) == ("net.ingress_widened", entry["title"])
        assert (finding.runbook, finding.category) == (entry["next_step"], entry["category"])
        assert (finding.severity, finding.confidence, finding.replace) == (
            "critical",
            "high",
            False,
        )
        [change] = finding.changes
        assert (change.rule, change.title) == (finding.rule, finding.title)
        assert (change.confidence, change.replace) == ("high", False)
        assert any(place["type"] == self.GROUP for place in entry["places"])

    def test_priorities_are_configuration(self) -> None:
        sides = self.side("10.0.0.0/8"), self.side("10.0.0.0/8", "11.0.0.0/8")
        assert drift.detect(*sides, at=AT).findings[0].priority == {
            "level": "p1",
            "score": 78,
            "factors": {"impact": 75, "exposure": 100, "criticality": 50, "confidence": 100},
        }
        [finding] = drift.detect(
            *sides,
            at=AT,
            priority={
                "weights": {"impact": 0, "exposure": 0, "confidence": 0},
                "matrix": {"high": {"critical": "p2"}},
                "criticality": [{"type": "aws_*", "level": "critical"}],
            },
        ).findings
        assert (finding.priority["level"], finding.priority["score"]) == ("p2", 100)
        with pytest.raises(drift.DriftError, match="no such level"):
            drift.Detector(priority={"matrix": {"high": {"low": "p9"}}})
