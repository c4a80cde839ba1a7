"""What was passed for what it is not is refused, and the error says what to pass."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import drift_py as drift

AT = "2026-01-01T00:00:00Z"
SIDE: list[dict[str, Any]] = [{"type": "queue", "id": "jobs", "attributes": {"delay": 0}}]
REPORT = drift.detect(SIDE, SIDE, at=AT)
BASELINE = drift.Detector().baseline(SIDE, at=AT)
EVENTS = drift.Events.parse("[]")
Call = Callable[[], object]

#: Calls with an argument of the wrong type, and what is said.
CALLS: dict[str, tuple[Any, str]] = {
    "a part": (lambda p: p.merge(5), r"merge\(\) takes a Partial, not int"),
    "a part's text": (lambda p: p.merge("{}"), "not str: Partial.from_json reads it"),
    "events": (lambda _: EVENTS.merge(5), r"merge\(\) takes Events, not int"),  # type: ignore[arg-type]
    "previous": (
        lambda _: drift.Detector().baseline(SIDE, previous=BASELINE.to_json()),  # type: ignore[arg-type]
        "previous takes a Baseline, not str: Baseline.from_json reads it",
    ),
    "preview": (
        lambda _: drift.preview([], [REPORT.to_json()]),  # type: ignore[list-item]
        "reports takes a Report, not str: Report.from_json reads it",
    ),
    "one text to preview": (
        lambda _: drift.preview([], REPORT.to_json()),  # type: ignore[arg-type]
        "reports takes a Report, not str",
    ),
    "suggestions": (
        lambda _: drift.noise_suggestions([REPORT.to_dict()]),  # type: ignore[list-item]
        "reports takes a Report, not dict",
    ),
    "usage": (lambda _: drift.rule_usage(5), "reports takes a Report, not int"),  # type: ignore[arg-type]
    "promote": (
        lambda _: BASELINE.promote(REPORT, [5], by="ada", reason="r"),  # type: ignore[list-item]
        "changes are changes, findings or fingerprints of these, not int",
    ),
    "snapshots": (
        lambda _: drift.compare_many([SIDE, SIDE]),  # type: ignore[arg-type]
        "snapshots is a dict of snapshots by their names, not list",
    ),
    "varying": (
        lambda _: drift.compare_many({"a": SIDE, "b": SIDE}, varying="region"),
        "varying is a list of names, not one name",
    ),
    "managers": (lambda _: drift.Detector(managers="argocd"), "managers is a list of names"),
}


@pytest.mark.parametrize(("call", "message"), CALLS.values(), ids=CALLS.keys())
def test_an_argument_of_the_wrong_type_is_named(call: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        call(drift.Detector().partial(SIDE, SIDE))


class TestDocuments:
    def test_the_document_of_the_wrong_type_is_told(self) -> None:
        for wrong in (5, None, [{"type": {1}}], [{1: 2}]):
            with pytest.raises(TypeError, match=r", document 2$"):
                drift.Snapshot.parse(iter([SIDE, wrong]))
        # Beyond those that are read at once, and among what is read one by one.
        with pytest.raises(TypeError, match=r", document 302$"):
            drift.Snapshot.parse(iter([[] for _ in range(301)] + [5]))
        snapshot = drift.Snapshot.parse(SIDE)
        with pytest.raises(TypeError, match=r", document 2$"):
            drift.Snapshot.parse(iter([snapshot, 5]))
        with pytest.raises(drift.DriftError, match=r", document 2$"):
            drift.Snapshot.parse(iter([snapshot, "{"]))

    def test_what_the_iterable_itself_raises_is_as_it_was(self) -> None:
        def fails() -> Any:
            yield SIDE
            raise ValueError("no more")

        with pytest.raises(ValueError, match=r"^no more$"):
            drift.Snapshot.parse(fails())

    def test_pages_in_a_list(self) -> None:
        groups = {"SecurityGroups": [], "ResponseMetadata": {"HTTPStatusCode": 200}}
        for pages in ([groups, groups], (groups,)):
            with pytest.raises(drift.DriftError) as raised:
                drift.Snapshot.parse(pages)
            assert raised.value.help == "these are pages: pass the paginator, or `iter(pages)`"
        assert len(drift.Snapshot.parse(iter([groups, groups]))) == 0

    def test_snapshots_in_a_list_are_put_together(self, tmp_path: Path) -> None:
        file = tmp_path / "more.json"
        file.write_text(json.dumps([{**SIDE[0], "id": "more"}]))
        found = drift.Snapshot.parse([drift.Snapshot.parse(SIDE), file])
        assert [one["id"] for one in found.resources] == ["jobs", "more"]

    def test_an_answer_of_requests(self) -> None:
        requests = pytest.importorskip("requests")
        answer = requests.Response()
        answer._content = json.dumps(SIDE).encode()
        for read in (
            lambda: drift.Snapshot.parse(answer),
            lambda: drift.SnapshotBuilder().add_document(answer),
            lambda: drift.Events.parse(answer),
        ):
            with pytest.raises(TypeError, match=r"pass its body, `response\.content`"):
                read()
        assert len(drift.Snapshot.parse(answer.content)) == 1

    def test_a_report(self) -> None:
        for read in (
            lambda: drift.Snapshot.parse(REPORT),
            lambda: drift.Snapshot.parse([REPORT]),
            lambda: drift.Detector().detect(SIDE, REPORT),
        ):
            with pytest.raises(TypeError, match="a Report is no document: pass what was compared"):
                read()

    def test_a_baseline_that_was_not_read(self, tmp_path: Path) -> None:
        file = tmp_path / "baseline.json"
        file.write_text(BASELINE.to_json())
        given: list[Any] = [file, BASELINE.to_json(), json.loads(BASELINE.to_json())]
        for reference in given:
            with pytest.raises(drift.DriftError) as raised:
                drift.detect(SIDE, SIDE, reference=reference)
            assert raised.value.help == "this is a baseline: `Baseline.from_json` reads it"
        with pytest.raises(drift.DriftError) as raised:
            drift.detect(SIDE, SIDE, reference="{}")
        assert "baseline" not in (raised.value.help or "")


class TestOwners:
    def test_the_name_of_a_file_is_no_text(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        Path("CODEOWNERS").write_text("* @team")
        asked: list[Call] = [
            lambda: drift.OwnerMap().codeowners("CODEOWNERS"),
            lambda: drift.OwnerMap().csv("CODEOWNERS"),
            lambda: drift.OwnerMap().backstage("CODEOWNERS"),
        ]
        for ask in asked:
            with pytest.raises(drift.DriftError, match="is the name of a file") as raised:
                ask()
            assert "pathlib.Path" in (raised.value.help or "")
        assert "codeowners" in repr(drift.OwnerMap().codeowners(Path("CODEOWNERS")))
        assert "codeowners" in repr(drift.OwnerMap().codeowners("* @team"))


class TestFailed:
    @pytest.mark.parametrize("code", [None, 4.5, True, b"AccessDenied", ValueError("no")])
    def test_a_code_is_a_text_or_a_number(self, code: Any) -> None:
        with pytest.raises(TypeError, match="code is a str, an int or a ClientError"):
            drift.SnapshotBuilder("aws").failed("t", code)

    def test_the_error_of_botocore_holds_it(self) -> None:
        exceptions = pytest.importorskip("botocore.exceptions")
        answer = {"Error": {"Code": "AccessDenied", "Message": "no"}}
        error = exceptions.ClientError(answer, "ListRoles")
        live = drift.SnapshotBuilder("aws").failed("aws_iam_role", error).build()
        declared = [{"provider": "aws", "type": "aws_iam_role", "id": "a", "attributes": {}}]
        [found] = drift.detect(declared, live, at=AT).not_checked
        assert found["reason"] == "denied"
