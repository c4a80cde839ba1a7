"""The command ``drift``: what it prints, where, and how it exits."""

from __future__ import annotations

import io
import json
import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import drift_py as drift
from drift_py._cli import main
from drift_py._cli._completion import SHELLS

from .cases import ROOT

AT = "2026-01-01T00:00:00Z"
MODULE = [sys.executable, "-m", "drift_py"]


def side(delay: int, **more: object) -> str:
    return json.dumps([{"type": "queue", "id": "jobs", "attributes": {"delay": delay, **more}}])


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "desired.json").write_text(side(0))
    (tmp_path / "same.json").write_text(side(0))
    (tmp_path / "actual.json").write_text(side(30, extra=1))
    (tmp_path / "empty.json").write_text("[]")
    (tmp_path / "rules.yaml").write_text("[{id: delay, paths: [/delay], ignore: true}]")
    monkeypatch.chdir(tmp_path)


def on_terminal(
    given: list[str], command: list[str] = MODULE, variables: dict[str, str] | None = None
) -> tuple[bytes, bytes]:
    """Run the command on two terminals, and give what it wrote on each."""
    environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    environment |= {"TERM": "xterm", "COLUMNS": "200", **(variables or {})}
    out, err = pty.openpty(), pty.openpty()
    with subprocess.Popen(
        [*command, *given], stdout=out[1], stderr=err[1], env=environment
    ) as process:
        os.close(out[1])
        os.close(err[1])
        said = read_all(out[0]), read_all(err[0])
    assert process.returncode in (0, 1), said
    return said


def read_all(terminal: int) -> bytes:
    found = b""
    while True:
        try:
            some = os.read(terminal, 65536)
        except OSError:
            # The other end has been closed.
            some = b""
        if not some:
            os.close(terminal)
            return found
        found += some


def report_of(actual: str = "actual.json", **options: str) -> drift.Report:
    return drift.detect(Path("desired.json"), Path(actual), at=AT)


class TestDetect:
    @pytest.mark.parametrize(
        ("output", "method"),
        [("json", "to_json"), ("text", "to_text"), ("markdown", "to_markdown")],
    )
    def test_it_prints_what_the_engine_writes(
        self, output: str, method: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["detect", "desired.json", "actual.json", "--output", output, "--at", AT]) == 1
        written = getattr(report_of(), method)()
        assert capsys.readouterr() == (written.rstrip("\n") + "\n", "")

    def test_a_file_takes_the_output(self, capsys: pytest.CaptureFixture[str]) -> None:
        given = ["detect", "desired.json", "actual.json", "--at", AT, "--output=json", "-o", "r"]
        assert main(given) == 1
        assert drift.Report.from_json(Path("r").read_text()) == report_of()
        assert capsys.readouterr() == ("", "")

    def test_a_side_comes_from_the_standard_input(self, monkeypatch: pytest.MonkeyPatch) -> None:
        stdin = SimpleNamespace(buffer=io.BytesIO(side(0).encode()))
        monkeypatch.setattr(sys, "stdin", stdin)
        assert main(["detect", "desired.json", "-", "--output=json", "-o", "r"]) == 0

    def test_a_dash_is_the_standard_output(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["detect", "desired.json", "actual.json", "-o", "-", "--at", AT]) == 1
        assert capsys.readouterr().out == report_of().to_text()
        assert not Path("-").exists()

    def test_the_standard_input_is_read_once(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["detect", "-", "-"]) == 2
        assert main(["detect", "-", "same.json", "--rules", "-"]) == 2
        assert "can be read once" in capsys.readouterr().err

    def test_acceptances_are_a_list_in_json(self, capsys: pytest.CaptureFixture[str]) -> None:
        [finding] = report_of().findings
        [change] = finding.changes
        given = ["detect", "desired.json", "actual.json", "--acceptances", "a.json", "--at", AT]
        accepted = {"fingerprint": change.fingerprint, "digest": change.digest, "by": "ada"}
        good = json.dumps([{**accepted, "reason": "sale"}])
        for content, code in ((good, 0), ("[]", 1), ("{}", 2), ("x", 2)):
            Path("a.json").write_text(content)
            assert main(given) == code, content
        assert "line 1 column 1" in capsys.readouterr().err

    @pytest.mark.parametrize(
        ("actual", "given", "code"),
        [
            ("same.json", [], 0),
            ("same.json", ["--exit-style", "terraform"], 0),
            ("actual.json", [], 1),
            ("actual.json", ["--exit-style", "terraform"], 2),
            ("empty.json", ["--format=records"], 3),
            ("empty.json", ["--format=records", "--exit-style=terraform"], 1),
            ("no.json", [], 2),
            ("no.json", ["--exit-style=terraform"], 1),
            ("actual.json", ["--format=teeth"], 2),
            ("actual.json", ["--exit-style=terraform", "--format=teeth"], 1),
            ("actual.json", ["--exit-style", "perl"], 2),
            ("actual.json", ["--fail-on", "medium"], 1),
            ("actual.json", ["--fail-on", "high"], 0),
            ("actual.json", ["--fail-on", "high", "--fail-on", "drifted"], 1),
            ("actual.json", ["--fail-on", "missing"], 0),
            ("actual.json", ["--fail-on", "never"], 0),
            ("actual.json", ["--fail-on", "low", "--exit-style", "terraform"], 2),
            ("no.json", ["--fail-on", "never"], 2),
            ("empty.json", ["--format=records", "--fail-on=high"], 0),
            ("empty.json", ["--format=records", "--fail-on=high", "--strict"], 3),
            ("empty.json", ["--format=records", "--strict"], 3),
            ("empty.json", ["--format=records", "--actual-complete", "--fail-on=missing"], 1),
            ("actual.json", ["--rules=rules.yaml"], 0),
            ("actual.json", ["--packs=none", "--threads=1", "--detail=full"], 1),
            ("actual.json", ["--packs=nothing"], 2),
            ("actual.json", ["--limit=max_depth=1"], 2),
            ("actual.json", ["--limit=max_depth=x"], 2),
            ("actual.json", ["--actual-scope=region"], 2),
        ],
    )
    def test_the_exit_code_says_it(self, actual: str, given: list[str], code: int) -> None:
        assert main(["detect", "desired.json", actual, *given]) == code

    def test_what_was_not_compared_is_told_where_it_is_no_failure(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        given = ["detect", "desired.json", "empty.json", "--format=records", "--fail-on=never"]
        assert main(given) == 0
        assert capsys.readouterr().err == "warning: not everything could be compared\n"

    def test_errors_come_as_the_engine_gives_them(self, capsys: pytest.CaptureFixture[str]) -> None:
        Path("rules.yaml").write_text("version: 1\nrules:\n  - id: a\n    ignroe: true\n")
        assert main(["detect", "desired.json", "actual.json", "--rules=rules.yaml"]) == 2
        with pytest.raises(drift.DriftError) as raised:
            drift.Rules.parse(Path("rules.yaml"))
        error = raised.value
        assert capsys.readouterr().err == f"error[DRIFT_RULE]: {error.text}\n  help: {error.help}\n"

    def test_what_acts_on_a_terminal_is_escaped(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["detect", "desired.json", "\x1b[2J.json"]) == 2
        assert main(["detect", "desired.json", "actual.json", "--packs=\x1b[2J"]) == 2
        assert "\x1b" not in capsys.readouterr().err

    def test_a_fault_of_ours_is_an_error(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(drift.Detector, "detect", lambda *_, **__: 1 / 0)
        assert main(["detect", "desired.json", "actual.json"]) == 2
        assert "ZeroDivisionError" in capsys.readouterr().err

    def test_an_interrupt_is_no_answer(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def interrupt(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(drift.Detector, "detect", interrupt)
        assert main(["detect", "desired.json", "actual.json"]) == 130

    def test_secrets_have_their_key_from_a_file_or_the_environment(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name, password in (("desired.json", "one"), ("actual.json", "two")):
            Path(name).write_text(side(0, password=password))
        given = ["detect", "desired.json", "actual.json", "--at", AT, "--output=json", "-o", "r"]

        def digest() -> str | None:
            assert main(given) == 1
            [change] = drift.Report.from_json(Path("r").read_text()).findings[0].changes
            return change.digest

        assert digest() is None
        monkeypatch.setenv("DRIFT_DIGEST_KEY", "key")
        keyed = digest()
        assert keyed is not None
        monkeypatch.delenv("DRIFT_DIGEST_KEY")
        Path("key").write_text("key\n")
        given += ["--digest-key-file", "key"]
        assert digest() == keyed


class TestOthers:
    def test_explain(self, capsys: pytest.CaptureFixture[str]) -> None:
        given = ["explain", "desired.json", "actual.json", "jobs", "delay", "--at", AT]
        assert main(given) == 0
        assert "drift: actual differs" in capsys.readouterr().out
        assert main([*given, "--output=json"]) == 0
        assert json.loads(capsys.readouterr().out)["disposition"] == "drift"
        assert main([*given[:3], "nobody", "delay"]) == 2

    def test_a_baseline_is_taken_compared_and_added_to(self) -> None:
        assert main(["baseline", "take", "actual.json", "--at", AT, "-o", "b.json"]) == 0
        baseline = drift.Detector().baseline(Path("actual.json"), at=AT)
        assert drift.Baseline.from_json(Path("b.json").read_text()) == baseline
        compare = ["baseline", "compare", "b.json", "desired.json", "actual.json", "--at", AT]
        assert main([*compare, "--output=json", "-o", "r.json"]) == 1
        report = drift.Report.from_json(Path("r.json").read_text())
        assert [one.disposition for one in report.suppressed] == ["accepted"]
        [change] = report.findings[0].changes
        given = ["baseline", "promote", "b.json", "r.json", change.fingerprint]
        assert main([*given, "--by=ada", "--reason=sale", "-o", "b.json"]) == 0
        assert main(compare) == 0
        both = ["detect", "desired.json", "actual.json", "--at", AT, "--baseline=b.json"]
        assert main(both) == 0
        again = ["baseline", "take", "actual.json", "--previous=b.json", "--at", AT]
        assert main([*again, "--desired=desired.json", "-o", "c.json"]) == 0
        assert len(drift.Baseline.from_json(Path("c.json").read_text()).acceptances) == 1

    def test_rules_are_checked(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["rules", "check", "rules.yaml"]) == 0
        assert capsys.readouterr().out == "FILE        RULES\nrules.yaml  1\n"
        Path("bad.yaml").write_text("[{id: a, paths: [/x], ignore: true, list: sett}]")
        assert main(["rules", "check", "rules.yaml", "bad.yaml"]) == 2
        assert "file `bad.yaml`, line 1" in capsys.readouterr().err

    def test_rules_are_suggested_and_previewed(self, capsys: pytest.CaptureFixture[str]) -> None:
        for name in ("1.json", "2.json", "3.json"):
            Path(name).write_text(report_of().to_json())
        reports = ["1.json", "2.json", "3.json"]
        assert main(["rules", "suggest", *reports]) == 0
        text = capsys.readouterr().out
        assert "paths:" in text and "# 3 times" in text
        assert main(["rules", "suggest", *reports, "--output=json"]) == 0
        for one in json.loads(capsys.readouterr().out):
            assert len(drift.Rules.parse(one["rule"])) == 1
        two = [{"type": kind, "id": "a", "attributes": {"x": 1}} for kind in ("queue", "topic")]
        live = [{**one, "attributes": {"x": 2}} for one in two]
        for name in ("4.json", "5.json", "6.json"):
            Path(name).write_text(drift.detect(two, live, at=AT).to_json())
        many = ["4.json", "5.json", "6.json"]
        assert main(["rules", "suggest", *many, "-o", "suggested.yaml"]) == 0
        assert main(["rules", "check", "suggested.yaml"]) == 0
        assert capsys.readouterr().out == "FILE            RULES\nsuggested.yaml  2\n"
        assert main(["rules", "suggest", "1.json"]) == 0
        assert capsys.readouterr().out.startswith("# nothing")
        assert main(["rules", "preview", "rules.yaml", *reports]) == 0
        assert capsys.readouterr().out.startswith("would have hidden 3 changes of 1 resources")
        assert main(["rules", "preview", "rules.yaml", *reports, "--output=json"]) == 0
        assert len(json.loads(capsys.readouterr().out)["hidden"]) == 3

    def test_a_closed_output_is_an_error_without_a_traceback(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with monkeypatch.context() as patched:
            patched.setattr(sys, "stdout", None)
            assert main(["formats"]) == 2
        assert "the standard output is closed" in capsys.readouterr().err

    def test_what_is_read_is_listed(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["formats"]) == 0
        assert "\nkubernetes " in capsys.readouterr().out
        assert main(["formats", "--mappings"]) == 0
        assert "\nkong " in capsys.readouterr().out
        assert main(["formats", "--mappings", "--output=json"]) == 0
        assert json.loads(capsys.readouterr().out) == drift.mappings()
        assert main(["formats", "--output=json"]) == 0
        assert json.loads(capsys.readouterr().out)["formats"] == drift.formats()

    def test_the_schema_is_the_documented_one(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["schema"]) == 0
        assert capsys.readouterr().out == (ROOT / "docs" / "report.schema.json").read_text()

    def test_help_and_version_are_no_errors(self, capsys: pytest.CaptureFixture[str]) -> None:
        for given in (["--help"], ["detect", "--help"], ["--version"]):
            with pytest.raises(SystemExit) as raised:
                main(given)
            assert raised.value.code == 0
        assert drift.__version__ in capsys.readouterr().out
        assert main([]) == 2


class TestProcess:
    def test_the_module_is_the_command(self) -> None:
        done = subprocess.run([*MODULE, "detect", "desired.json", "actual.json"], check=False)
        assert done.returncode == 1

    def test_a_reader_that_leaves_is_no_fault(self) -> None:
        reading, writing = os.pipe()
        os.close(reading)
        done = subprocess.run(
            [*MODULE, "schema"], stdout=writing, stderr=subprocess.PIPE, check=False
        )
        os.close(writing)
        assert done.stderr == b""

    @pytest.mark.parametrize(("variables", "wanted"), [({}, True), ({"NO_COLOR": "1"}, False)])
    def test_colours_are_for_terminals_that_want_them(
        self, variables: dict[str, str], wanted: bool
    ) -> None:
        said, _ = on_terminal(["detect", "desired.json", "actual.json"], variables=variables)
        assert (b"\x1b[" in said) == wanted

    def test_tables_are_drawn_on_a_terminal(self) -> None:
        pytest.importorskip("rich")
        said, _ = on_terminal(["formats"])
        assert b"\x1b[1mFORMAT" in said and b"kubernetes" in said
        plain, _ = on_terminal(["formats"], variables={"NO_COLOR": "1"})
        assert b"\x1b" not in plain and b"kubernetes" in plain

    def test_what_takes_long_is_told(self) -> None:
        code = """
import sys, time
from drift_py import Detector
from drift_py._cli import main, _output
_output.PATIENCE = 0.01
real = Detector.detect
def slow(*given, **options):
    time.sleep(0.3)
    return real(*given, **options)
Detector.detect = slow
sys.exit(main(["detect", "desired.json", "actual.json", *sys.argv[1:]]))
"""
        command = [sys.executable, "-c", code]
        _, told = on_terminal([], command=command)
        assert "\rcomparing …\x1b[K".encode() in told
        assert told.endswith(b"\r\x1b[K")
        _, told = on_terminal([], command=command, variables={"TERM": "dumb"})
        assert told == "comparing …\r\n".encode()
        _, told = on_terminal(["-q"], command=command)
        assert told == b""

    def test_how_far_it_has_come_is_told(self) -> None:
        code = """
import sys, time
from drift_py import Detector, Progress
from drift_py._cli import main, _output
_output.PATIENCE = 0.01
real = Detector.detect
def slow(*given, progress, **options):
    time.sleep(0.3)
    progress(Progress("comparing", 1234, 56789))
    return real(*given, **options)
Detector.detect = slow
sys.exit(main(["detect", "desired.json", "actual.json"]))
"""
        command = [sys.executable, "-c", code]
        _, told = on_terminal([], command=command)
        assert "\rcomparing 1,234 of 56,789 …\x1b[K".encode() in told
        _, told = on_terminal([], command=command, variables={"COLUMNS": "9"})
        assert "\rcompari…\x1b[K".encode() in told and b"comparing" not in told

    @pytest.mark.parametrize("shell", SHELLS)
    def test_a_script_is_one_of_its_shell(
        self, shell: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["completion", shell]) == 0
        script = capsys.readouterr().out
        assert "--fail-on" in script or "-l fail-on" in script
        if shutil.which(shell) is None:
            pytest.skip(f"there is no {shell} here")
        assert subprocess.run([shell, "-n"], input=script.encode(), check=False).returncode == 0

    @pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash here")
    @pytest.mark.parametrize(
        ("words", "expected"),
        [
            (["ru"], {"rules"}),
            (["rules", ""], {"check", "preview", "suggest"}),
            (["detect", "--exit-style", "t"], {"terraform"}),
            (["detect", "--fail-on", "m"], {"medium", "missing", "moved"}),
            (["detect", "--str"], {"--strict"}),
            (["detect", "des"], {"desired.json"}),
            (["detect", "desired.json", "--rules", "ru"], {"rules.yaml"}),
            (["completion", "z"], {"zsh"}),
            (["detect", "--owner"], {"--owners", "--owner-alias"}),
            (["detect", "--events-format", "cloud"], {"cloudtrail"}),
            (["detect", "--events", "act"], {"actual.json"}),
            (["detect", "a n"], {"a name.json"}),
            (["detect", "--exit-style", "=", "t"], {"terraform"}),
            (["detect", "--exit-style", "="], {"diff", "terraform"}),
            (["detect", "--exit-style=t"], {"--exit-style=terraform"}),
            (["detect", "--rules=ru"], {"--rules=rules.yaml"}),
        ],
    )
    def test_bash_completes(
        self, words: list[str], expected: set[str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        main(["completion", "bash"])
        Path("a name.json").touch()
        script = capsys.readouterr().out + (
            'COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _drift; printf "%s\\n" "${COMPREPLY[@]}"'
        )
        done = subprocess.run(
            ["bash", "-c", script, "bash", "drift", *words], capture_output=True, check=True
        )
        assert set(done.stdout.decode().splitlines()) == expected


def test_a_severity_counts_wherever_it_is_found() -> None:
    """What nobody declared is no drift where desired is not all there is; it may be severe."""
    group = {"apiGroup": "rbac.authorization.k8s.io"}
    binding = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": "b"},
        "roleRef": {**group, "kind": "ClusterRole", "name": "cluster-admin"},
        "subjects": [{**group, "kind": "Group", "name": "system:authenticated"}],
    }
    declared = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}}
    Path("declared.json").write_text(json.dumps(declared))
    listed = {"apiVersion": "v1", "kind": "List", "items": [declared, binding]}
    Path("live.json").write_text(json.dumps(listed))
    found = drift.detect(Path("declared.json"), Path("live.json"))
    assert [(one.status, one.severity) for one in found.findings] == [("unmanaged", "high")]
    sides = ["detect", "declared.json", "live.json"]
    assert main(sides) == 0
    assert main([*sides, "--fail-on", "high"]) == 1
    assert main([*sides, "--fail-on", "critical"]) == 0


class TestDoctor:
    def test_a_check_that_fails_is_the_exit_code(self, capsys: pytest.CaptureFixture[str]) -> None:
        sides = ["doctor", "desired.json", "same.json", "--at", AT]
        assert main([*sides, "--output", "json"]) == 1
        found = json.loads(capsys.readouterr().out)
        failed = [check["id"] for check in found["checks"] if check["status"] == "fail"]
        assert failed == ["owners"]
        assert main([*sides, "--exit-style", "terraform"]) == 2
        assert main([*sides[:2], "no.json", "--exit-style", "terraform"]) == 1
        assert found["ready"] is False

    def test_objectives(self, capsys: pytest.CaptureFixture[str]) -> None:
        sides = ["doctor", "desired.json", "same.json", "--at", AT]
        assert main([*sides, "--objective", "iac=0.5", "--objective", "max_age=1h"]) == 1
        assert "cadence: the age of a side is not known" in capsys.readouterr().out
        assert main([*sides, "--objective", "iac=much"]) == 2
        assert "takes a number from 0 to 1" in capsys.readouterr().err
        assert main([*sides, "--objective", "speed=1"]) == 2
        assert "no such field in the objectives: `speed`" in capsys.readouterr().err

    def test_tags(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (tmp_path / "tags.yaml").write_text("tags: [{key: owner}]")
        assert main(["doctor", "desired.json", "same.json", "--tags", "tags.yaml"]) == 1
        assert "tags: 0 of 1 resource as the policy wants them" in capsys.readouterr().out
