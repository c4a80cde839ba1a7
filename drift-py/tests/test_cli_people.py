"""Owners, routes and events on the command line, and files that are not what they ought to be."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import drift_py as drift
from drift_py._cli import main

AT = "2026-01-01T00:00:00Z"
MODULE = [sys.executable, "-m", "drift_py"]
DETECT = ["detect", "desired.json", "actual.json", "--at", AT, "--output=json", "-o", "r.json"]


def side(delay: int) -> str:
    return json.dumps(
        [{"type": "queue", "id": "jobs", "attributes": {"delay": delay}, "tags": {"app": "shop"}}]
    )


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("desired.json").write_text(side(0))
    Path("actual.json").write_text(side(30))
    Path("owners.csv").write_text("id,owner\njobs,payments\n")
    Path("CODEOWNERS").write_text("* @acme/platform\n")
    Path("rules.yaml").write_text(
        "[{id: a, match: {type: queue}, paths: [/other], severity: low, owner: rules-team}]"
    )
    Path("catalog.yaml").write_text(
        "apiVersion: backstage.io/v1alpha1\nkind: Component\n"
        "metadata: {name: shop}\nspec: {owner: group:default/shops}\n"
    )


def finding(*given: str) -> drift.Finding:
    assert main([*DETECT, *given]) == 1
    [found] = drift.Report.from_json(Path("r.json").read_text()).findings
    return found


class TestOwners:
    @pytest.mark.parametrize(
        ("given", "expected"),
        [
            ([], None),
            (["--owners=csv=owners.csv"], "payments"),
            (["--owners=tags=owner,app"], "shop"),
            (["--owners", "tags=app", "--owner-alias", "shop=Shops & Co"], "Shops & Co"),
            (["--owners=codeowners=CODEOWNERS"], "@acme/platform"),
            (["--owners=codeowners=CODEOWNERS", "--codeowners-folder=infra"], "@acme/platform"),
            (["--owners=backstage=catalog.yaml", "--backstage-match=name=app"], "shops"),
            (["--owners=backstage=catalog.yaml"], None),
            (["--owners=csv=owners.csv", "--owners=tags=app"], "payments"),
            (["--owners=tags=app", "--owners=csv=owners.csv"], "shop"),
            (["--owners=rules", "--owners=csv=owners.csv", "--rules=rules.yaml"], "payments"),
        ],
    )
    def test_they_are_asked_in_the_order_given(
        self, given: list[str], expected: str | None
    ) -> None:
        assert finding(*given).owner == expected

    @pytest.mark.parametrize(
        "text",
        [
            '[{"tags": ["app"]}]',
            '{"sources": [{"tags": ["app"]}], "aliases": {}}',
            "- tags: [app]  # as YAML",
            "sources: [tags: [app]]",
        ],
    )
    def test_a_map_is_data(self, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
        Path("map").write_text(text)
        assert finding("--owners", "map").owner == "shop"
        stdin = SimpleNamespace(buffer=io.BytesIO(text.encode()))
        monkeypatch.setattr(sys, "stdin", stdin)
        assert finding("--owners", "-", "--owner-alias=shop=ours").owner == "ours"

    @pytest.mark.parametrize("text", ["1", "[1]", "{tags: [app]}"])
    def test_what_is_no_map_is_told(self, text: str, capsys: pytest.CaptureFixture[str]) -> None:
        Path("map").write_text(text)
        assert main([*DETECT, "--owners", "map"]) == 2
        said = capsys.readouterr().err
        assert "file `map` holds no map of owners" in said and "codeowners=FILE" in said

    def test_faults_are_told_with_their_place(self, capsys: pytest.CaptureFixture[str]) -> None:
        Path("map").write_text("- tags: [app\n- x: }")
        assert main([*DETECT, "--owners", "map"]) == 2
        assert "file `map`, line 2 column" in capsys.readouterr().err
        assert main([*DETECT, "--owners", "csv=gone.csv"]) == 2
        assert "No such file or directory: gone.csv" in capsys.readouterr().err
        Path("owners.csv").write_text("id\njobs\n")
        assert main([*DETECT, "--owners", "csv=owners.csv"]) == 2
        assert "owners.csv" in capsys.readouterr().err


class TestRoutes:
    @pytest.mark.parametrize(
        "text",
        [
            '[{"match": {"type": "queue"}, "to": "page", "reason": "it is the queue"}]',
            "- {match: {type: queue}, to: page, reason: it is the queue}",
        ],
    )
    def test_they_come_before_the_defaults(self, text: str) -> None:
        Path("routes").write_text(text)
        routes = [finding().route, finding("--routes", "routes").route]
        assert [route and route["to"] for route in routes] == ["ticket", "page"]
        assert routes[1] and routes[1]["reason"].startswith("it is the queue")

    def test_what_is_no_list_of_routes_is_told(self, capsys: pytest.CaptureFixture[str]) -> None:
        for text in ("{to: nowhere}", "[{to: nowhere}]", "1"):
            Path("routes").write_text(text)
            assert main([*DETECT, "--routes", "routes"]) == 2, text
            said = capsys.readouterr().err
            assert said.startswith("error[DRIFT_OPTION]"), said


class TestEvents:
    def event(self, name: str = "alice", **more: Any) -> str:
        return json.dumps(
            {
                "time": "2025-12-31T10:00:00Z",
                "actor": {"name": name, "kind": "person"},
                "action": "update",
                "resources": [{"type": "queue", "id": "jobs"}],
                "paths": ["delay"],
                **more,
            }
        )

    def test_they_tell_who(self, monkeypatch: pytest.MonkeyPatch) -> None:
        Path("log.json").write_text(self.event())
        Path("more.json").write_text(self.event("bob", time="2025-12-30T10:00:00Z"))
        [change] = finding("--events", "log.json", "--events", "more.json").changes
        assert change.attribution and change.attribution["actor"]["name"] == "alice"
        given = ["--events=log.json", "--events-format=change_events", "--events-scope=account=1"]
        [change] = finding(*given, "--since", "2025-12-31T12:00:00Z").changes
        assert change.attribution and change.attribution["why"] == "no_event_in_window"
        stdin = SimpleNamespace(buffer=io.BytesIO(self.event("carol").encode()))
        monkeypatch.setattr(sys, "stdin", stdin)
        [change] = finding("--events", "-").changes
        assert change.attribution and change.attribution["actor"]["name"] == "carol"

    def test_they_go_with_a_baseline(self) -> None:
        Path("log.json").write_text(self.event())
        assert main(["baseline", "take", "desired.json", "--at", AT, "-o", "b.json"]) == 0
        compare = ["baseline", "compare", "b.json", *DETECT[1:], "--events=log.json"]
        assert main([*compare, "--owners=csv=owners.csv"]) == 1
        [found] = drift.Report.from_json(Path("r.json").read_text()).findings
        attribution = found.changes[0].attribution
        assert found.owner == "payments"
        assert attribution and attribution["actor"]["name"] == "alice"

    def test_faults_are_told_with_their_place(self, capsys: pytest.CaptureFixture[str]) -> None:
        Path("log.json").write_text('{"time": "never"}')
        assert main([*DETECT, "--events", "log.json", "--events-format=change_events"]) == 2
        assert "file `log.json`, line 1" in capsys.readouterr().err
        assert main([*DETECT, "--events", "-", "--rules", "-"]) == 2
        assert "can be read once" in capsys.readouterr().err


BINARY = b"- id: a\n\xffrest"


class TestFiles:
    @pytest.mark.parametrize(
        "given",
        [
            ["rules", "check", "FILE"],
            [*DETECT, "--rules", "FILE"],
            [*DETECT, "--acceptances", "FILE"],
            [*DETECT, "--baseline", "FILE"],
            [*DETECT, "--owners", "FILE"],
            [*DETECT, "--owners=csv=FILE"],
            [*DETECT, "--owners=codeowners=FILE"],
            [*DETECT, "--routes", "FILE"],
            [*DETECT, "--digest-key-file", "FILE"],
            [*DETECT, "--desired-mapping", "FILE"],
            ["rules", "suggest", "FILE"],
            ["policy", "check", "FILE"],
            [*DETECT, "--policies", "FILE"],
            [*DETECT, "--tags", "FILE"],
        ],
    )
    def test_what_is_no_text_is_told_with_its_name(
        self, given: list[str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        Path("bad.bin").write_bytes(BINARY)
        assert main([one.replace("FILE", "bad.bin") for one in given]) == 2
        said = capsys.readouterr().err
        place = "file `bad.bin`, line 2 column 1"
        assert said == f"error[DRIFT_PARSE]: the text is not valid UTF-8, {place}\n"

    def test_nor_is_that_of_the_standard_input(self) -> None:
        done = subprocess.run(
            [*MODULE, "rules", "check", "-"], input=BINARY, capture_output=True, check=False
        )
        assert done.returncode == 2 and b"file `stdin`, line 2 column 1" in done.stderr
        done = subprocess.run(
            [*MODULE, "policy", "check", "-"], input=BINARY, capture_output=True, check=False
        )
        assert done.returncode == 2 and b"file `stdin`, line 2 column 1" in done.stderr

    def test_a_byte_order_mark_is_no_content(self) -> None:
        mark = "\ufeff"
        Path("p.rego").write_text(f'{mark}package p\ndeny contains "x" if input.acl == 1\n')
        Path("accepted.json").write_text(f"{mark}[]")
        report = drift.detect(Path("desired.json"), Path("actual.json"))
        Path("report.json").write_text(mark + report.to_json())
        assert main(["policy", "check", "p.rego"]) == 0
        assert main([*DETECT, "--acceptances", "accepted.json", "--fail-on", "never"]) == 0
        assert drift.Report.from_json(Path("report.json").read_text()) == report

    def test_utf_16_is_told(self, capsys: pytest.CaptureFixture[str]) -> None:
        Path("wide.json").write_text("[]", encoding="utf-16")
        assert main(["detect", "wide.json", "wide.json"]) == 2
        assert "save it as UTF-8" in capsys.readouterr().err

    @pytest.mark.skipif(sys.platform != "linux", reason="names are Unicode elsewhere")
    def test_names_may_be_any_bytes(self) -> None:
        name = b"caf\xe9.json"
        for content, code, said in (
            (side(30).encode(), 1, b""),
            (b"{", 2, b"error[DRIFT_PARSE]: "),
            (None, 2, b"error: No such file or directory: caf"),
        ):
            if content is None:
                Path(os.fsdecode(name)).unlink()
            else:
                Path(os.fsdecode(name)).write_bytes(content)
            done = subprocess.run(
                [*map(os.fsencode, MODULE), b"detect", b"desired.json", name, b"-o", b"out"],
                capture_output=True,
                check=False,
            )
            assert (done.returncode, done.stderr[: len(said)]) == (code, said), done.stderr
            assert b"surrogate" not in done.stderr
        Path(os.fsdecode(name)).write_text("[{id: a, pahts: []}]")
        done = subprocess.run(
            [*map(os.fsencode, MODULE), b"rules", b"check", name], capture_output=True, check=False
        )
        assert "file `caf\ufffd.json`, line 1".encode() in done.stderr

    @pytest.mark.skipif(sys.platform == "win32", reason="a shell closes what it starts with")
    @pytest.mark.parametrize(
        ("closed", "given"),
        [
            ("<&-", ["detect", "-", "actual.json"]),
            ("<&-", ["rules", "check", "-"]),
            ("<&-", ["detect", "desired.json", "actual.json", "--events", "-"]),
            ("2>&-", ["detect", "desired.json", "gone.json"]),
            (">&- 2>&-", ["detect", "desired.json", "actual.json"]),
        ],
    )
    def test_what_is_closed_is_told_without_a_traceback(
        self, closed: str, given: list[str]
    ) -> None:
        line = f'"$@" {closed}'
        done = subprocess.run(
            ["sh", "-c", line, "sh", *MODULE, *given], capture_output=True, check=False
        )
        assert done.returncode == 2
        assert b"Traceback" not in done.stderr and done.stdout == b""
        if "2>" not in closed:
            assert done.stderr == b"error: the standard input is closed\n"

    def test_a_closed_error_stream_hides_no_answer(self) -> None:
        given = [*MODULE, "detect", "desired.json", "actual.json"]
        done = subprocess.run(
            ["sh", "-c", '"$@" 2>&-', "sh", *given], capture_output=True, check=False
        )
        assert done.returncode == 1 and b"jobs" in done.stdout
