"""Arguments that say nothing, files that cannot be written, and messages that nobody can read."""

from __future__ import annotations

import json
import os
import shlex
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import drift_py as drift
from drift_py._cli import main
from drift_py._cli._exit import style_of

from .cases import ROOT
from .test_cli import on_terminal

AT = "2026-01-01T00:00:00Z"
MODULE = [sys.executable, "-m", "drift_py"]
DETECT = ["detect", "desired.json", "actual.json", "--at", AT]


def side(delay: int) -> str:
    return json.dumps(
        [{"type": "queue", "id": "jobs", "attributes": {"delay": delay}, "tags": {"team": "shop"}}]
    )


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("desired.json").write_text(side(0))
    Path("actual.json").write_text(side(30))
    Path("broken.json").write_text('{"x":')
    Path("rules.yaml").write_text("[{id: a, paths: [/other], ignore: true}]")
    Path("report.json").write_text(
        drift.detect(Path("desired.json"), Path("actual.json"), at=AT).to_json()
    )
    assert main(["baseline", "take", "actual.json", "--at", AT, "-o", "baseline.json"]) == 0


def said(given: list[str], capsys: pytest.CaptureFixture[str], code: int = 2) -> str:
    """Run the command, and give what it tells."""
    assert main(given) == code
    return capsys.readouterr().err


class TestArguments:
    @pytest.mark.parametrize(
        ("given", "name"),
        [
            (["detect", "", ""], "DESIRED"),
            (["detect", "desired.json", ""], "ACTUAL"),
            ([*DETECT, "--policies", ""], "--policies"),
            ([*DETECT, "-o", ""], "--out"),
            ([*DETECT, "--rules", "rules.yaml", "--rules="], "--rules"),
            ([*DETECT, "--owners="], "--owners"),
            ([*DETECT, "--events", ""], "--events"),
            ([*DETECT, "--baseline", ""], "--baseline"),
            (["baseline", "take", ""], "ACTUAL"),
            (["rules", "suggest", "report.json", ""], "REPORT"),
            (["policy", "check", ""], "POLICIES"),
        ],
    )
    def test_an_empty_one_is_no_folder(
        self, given: list[str], name: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        told = f"error: {name} is empty\n  help: is a variable unset?\n"
        assert said(given, capsys) == told

    @pytest.mark.parametrize("kind", ["csv", "codeowners", "backstage", "tags"])
    def test_nor_is_a_source_of_owners(self, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
        assert f"`--owners {kind}=` is empty" in said([*DETECT, f"--owners={kind}="], capsys)

    def test_the_path_of_a_resource_is_empty(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert "is empty" not in said(["explain", *DETECT[1:3], "nobody", ""], capsys)

    @pytest.mark.parametrize(
        ("given", "partner"),
        [
            ([*DETECT, "--events-format=cloudtrail"], "--events"),
            ([*DETECT, "--events-scope=a=1"], "--events"),
            ([*DETECT, "--codeowners-folder=x"], "--owners"),
            ([*DETECT, "--backstage-match=name=app"], "--owners"),
            ([*DETECT, "--owner-alias=a=b"], "--owners"),
            ([*DETECT, "--reference-format=records"], "--reference"),
            ([*DETECT, "--baseline=baseline.json", "--reference-view=x"], "--reference"),
            ([*DETECT, "--fail-on-policy=enforce"], "--policies"),
            (["baseline", "take", "actual.json", "--desired-complete"], "--desired"),
            (["baseline", "take", "actual.json", "--desired-scope=a=1"], "--desired"),
            (["baseline", "take", "actual.json", "--parameter=a=1"], "--desired"),
            (["baseline", "take", "actual.json", "--stack-resources=x"], "--desired"),
        ],
    )
    def test_one_without_its_other_is_told(
        self, given: list[str], partner: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        name = given[-1].split("=")[0]
        assert said(given, capsys) == f"error: `{name}` goes with `{partner}`\n"

    @pytest.mark.parametrize(
        ("given", "told"),
        [
            (["--desired-scope=a=1", "--desired-scope=a=2"], "`--desired-scope` is given twice"),
            (["--limit=max_depth=8", "--limit=max_depth=9"], "`--limit` is given twice"),
            (["--parameter==1"], "`--parameter` takes NAME=VALUE, found `=1`"),
            (["--actual-scope=region"], "`--actual-scope` takes NAME=VALUE, found `region`"),
            (["--limit=max_depth=x"], "`--limit max_depth` takes a whole number, found `x`"),
            (["--layer=queue"], "`--layer` takes TYPE=LAYER, found `queue`"),
        ],
    )
    def test_pairs_have_one_name_each(
        self, given: list[str], told: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert told in said([*DETECT, *given], capsys)

    @pytest.mark.parametrize("option", ["--at", "--since", "--actual-taken-at"])
    def test_a_time_that_is_none_is_told_with_its_option(
        self, option: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        times = {"--at": AT, "--since": AT, option: "x"}
        given = [*DETECT[:3], *(one for pair in times.items() for one in pair)]
        assert f"with an offset, `{option} x`\n" in said(given, capsys)

    def test_an_expiry_may_be_a_date(self, capsys: pytest.CaptureFixture[str]) -> None:
        [finding] = drift.Report.from_json(Path("report.json").read_text()).findings
        given = ["baseline", "promote", "baseline.json", "report.json", finding.fingerprint]
        given += ["--by=ada", "--reason=sale", "-o", "b.json", "--expires"]
        told = said([*given, "tomorrow"], capsys)
        assert "`--expires` takes a time or a date, found `tomorrow`" in told
        assert main([*given, "2030-01-01"]) == 0

    def test_the_last_exit_style_counts(self) -> None:
        assert style_of(["--exit-style", "terraform", "--exit-style=diff"]) == "diff"
        assert style_of(["--exit-style=diff", "--exit-style", "terraform"]) == "terraform"
        assert style_of(["--exit-style=diff", "--", "--exit-style", "terraform"]) == "diff"
        styles = ["--exit-style=diff", "--exit-style=terraform"]
        assert main(["detect", "gone.json", "gone.json", *styles]) == 1

    @pytest.mark.parametrize(
        "given",
        [
            ["schema", "--color=never"],
            ["formats", "-q"],
            ["baseline", "take", "actual.json", "--color=never"],
        ],
    )
    def test_an_option_that_does_nothing_is_none(self, given: list[str]) -> None:
        assert main(given) == 2


class TestErrors:
    @pytest.mark.parametrize(
        "given",
        [
            ["rules", "suggest", "report.json", "broken.json"],
            ["rules", "preview", "rules.yaml", "report.json", "broken.json"],
            ["baseline", "compare", "broken.json", "desired.json", "actual.json"],
            ["baseline", "promote", "broken.json", "report.json", "f", "--by=a", "--reason=b"],
            ["baseline", "promote", "baseline.json", "broken.json", "f", "--by=a", "--reason=b"],
            [*DETECT, "--baseline=broken.json"],
            [*DETECT, "--owners=broken.json"],
        ],
    )
    def test_they_name_the_file(self, given: list[str], capsys: pytest.CaptureFixture[str]) -> None:
        assert ", file `broken.json`" in said(given, capsys)

    @pytest.mark.parametrize("name", ["a\n::error::b.json", "a\r\n::error::b.json", "a\u202eb"])
    def test_names_begin_no_line(self, name: str, capsys: pytest.CaptureFixture[str]) -> None:
        for given in (
            ["detect", "desired.json", name],
            ["rules", "check", name],
            [*DETECT, "--limit", f"{name}=x"],
            [*DETECT, "--owners", f"csv={name}"],
            ["detect", "desired.json", "actual.json", name],
        ):
            told = said(given, capsys)
            assert "\n::" not in told and "\r" not in told and "\u202e" not in told, told

    def test_help_has_its_line(self, capsys: pytest.CaptureFixture[str]) -> None:
        told = said(["detect"], capsys)
        assert told.endswith("\n  help: see `drift detect --help`\n")

    @pytest.mark.parametrize("fault", [GeneratorExit, BaseException])
    def test_nothing_that_is_raised_is_an_answer(
        self, fault: type[BaseException], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: object, **__: object) -> None:
            raise fault

        monkeypatch.setattr(drift.Detector, "detect", fail)
        assert main(DETECT[:3]) == 2

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
    @pytest.mark.parametrize(
        ("given", "streams", "code"),
        [
            (["detect", "gone.json", "actual.json"], "2>/dev/full", 2),
            (["detect", "--wrong"], "2>/dev/full", 2),
            (["detect", "gone.json", "x", "--exit-style=terraform"], "2>/dev/full", 1),
            (["detect", "gone.json", "actual.json"], ">/dev/full 2>&1", 2),
            (DETECT, ">/dev/full", 2),
            (["detect", "desired.json", "none.json", "--fail-on=never"], "2>/dev/full", 0),
        ],
    )
    def test_what_cannot_be_told_keeps_its_exit_code(
        self, given: list[str], streams: str, code: int
    ) -> None:
        Path("none.json").write_text("[]")
        line = ["sh", "-c", f'"$@" {streams}', "sh", *MODULE, *given]
        # What is still in a buffer is written at the exit.
        environment = {**os.environ, "PYTHONUNBUFFERED": ""}
        done = subprocess.run(line, capture_output=True, check=False, env=environment)
        assert done.returncode == code, done.stderr

    def test_nobody_who_reads_it_is_no_answer(self) -> None:
        reading, writing = os.pipe()
        os.close(reading)
        given = [*MODULE, "detect", "gone.json", "actual.json"]
        environment = {**os.environ, "PYTHONUNBUFFERED": ""}
        done = subprocess.run(given, stdout=writing, stderr=writing, check=False, env=environment)
        os.close(writing)
        assert done.returncode == 2

    @pytest.mark.skipif(sys.platform != "linux", reason="names are Unicode elsewhere")
    @pytest.mark.parametrize(
        ("given", "code"),
        [
            ([b"policy", b"check", b"p\xe9.rego"], 0),
            ([b"policy", b"test", b"c\xe9.yaml", b"--policies", b"p.rego"], 2),
            ([b"explain", b"desired.json", b"actual.json", b"jobs\xe9", b"delay"], 2),
        ],
    )
    def test_what_is_no_unicode_gives_no_traceback(self, given: list[bytes], code: int) -> None:
        for name in (b"p\xe9.rego", b"p.rego", b"c\xe9.yaml"):
            Path(os.fsdecode(name)).write_text("package p\ndeny contains 1 if input.a == 1\n")
        done = subprocess.run([*map(os.fsencode, MODULE), *given], capture_output=True, check=False)
        assert b"Traceback" not in done.stderr
        assert done.returncode == code, done.stderr

    @pytest.mark.skipif(sys.platform != "linux", reason="names are Unicode elsewhere")
    @pytest.mark.parametrize("output", ["json", "text"])
    def test_a_folder_may_have_any_name(self, output: str) -> None:
        name = b"p\xe9"
        Path(os.fsdecode(name)).mkdir()
        Path(os.fsdecode(name), "p.rego").write_text("package p\ndeny contains 1 if input.a == 1\n")
        given = [*map(os.fsencode, MODULE), b"policy", b"check", name, b"--output", output.encode()]
        done = subprocess.run(given, capture_output=True, check=False)
        assert done.returncode == 0 and "p\ufffd".encode() in done.stdout, done.stderr


class TestOutput:
    def test_a_file_that_cannot_be_written_stays(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        kept = Path("baseline.json").read_bytes()

        def fail(_: int) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "fsync", fail)
        told = said(["baseline", "take", "desired.json", "-o", "baseline.json"], capsys)
        assert told == "error: No space left on device: baseline.json\n"
        assert Path("baseline.json").read_bytes() == kept
        assert not list(Path().glob(".drift-*"))

    def test_a_text_that_cannot_be_written_leaves_the_file(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(drift.Report, "to_text", lambda *_: "\udce9")
        Path("kept").write_text("as it was")
        assert main([*DETECT, "-o", "kept"]) == 2
        assert Path("kept").read_text() == "as it was"

    @pytest.mark.skipif(sys.platform == "win32", reason="modes are of POSIX")
    def test_a_file_keeps_what_it_is(self, capsys: pytest.CaptureFixture[str]) -> None:
        Path("folder").mkdir()
        target = Path("folder", "r.txt")
        target.write_text("old")
        target.chmod(0o640)
        Path("link").symlink_to(target)
        assert main([*DETECT, "-o", "link"]) == 1
        assert Path("link").is_symlink() and "jobs" in target.read_text()
        assert stat.S_IMODE(target.stat().st_mode) == 0o640
        assert main([*DETECT, "-o", "new"]) == 1
        umask = os.umask(0)
        os.umask(umask)
        assert stat.S_IMODE(Path("new").stat().st_mode) == 0o666 & ~umask
        assert said([*DETECT, "-o", "folder"], capsys).endswith(": folder\n")
        assert said([*DETECT, "-o", "no/such"], capsys).endswith(": no/such\n")

    @pytest.mark.skipif(sys.platform == "win32", reason="modes are of POSIX")
    def test_nobody_reads_a_private_file_while_it_is_written(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        Path("baseline.json").chmod(0o600)
        modes: list[int] = []
        monkeypatch.setattr(os, "fsync", lambda file: modes.append(os.fstat(file).st_mode & 0o777))
        assert main(["baseline", "take", "actual.json", "-o", "baseline.json"]) == 0
        assert modes == [0o600]

    @pytest.mark.skipif(not Path("/dev/stdout").exists(), reason="there is no /dev/stdout here")
    def test_what_is_no_file_is_written_to(self) -> None:
        given = [*MODULE, *DETECT, "-o", "/dev/stdout"]
        done = subprocess.run(given, capture_output=True, check=False)
        assert done.returncode == 1 and b"jobs" in done.stdout
        os.mkfifo("pipe")
        reading = os.open("pipe", os.O_RDONLY | os.O_NONBLOCK)
        assert main([*DETECT, "-o", "pipe"]) == 1
        assert b"jobs" in os.read(reading, 65536)
        os.close(reading)
        assert stat.S_ISFIFO(Path("pipe").stat().st_mode)

    def test_colours_that_are_asked_for_are_in_tables(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("NO_COLOR", "1")
        assert main(["rules", "check", "rules.yaml", "--color=always"]) == 0
        assert capsys.readouterr().out == "\x1b[1mFILE        RULES\x1b[0m\nrules.yaml  1\n"
        assert main(["rules", "check", "rules.yaml"]) == 0
        assert "\x1b" not in capsys.readouterr().out

    def test_tables_are_utf_8_everywhere(self) -> None:
        Path("rü.yaml").write_text(Path("rules.yaml").read_text())
        given = ["rules", "check", "rü.yaml"]
        found, _ = on_terminal(given, variables={"PYTHONIOENCODING": "ascii"})
        assert "rü.yaml".encode() in found


class TestDoctor:
    SIDES = ("doctor", "desired.json", "desired.json", "--at", AT)

    def checks(self, capsys: pytest.CaptureFixture[str], *given: str) -> dict[str, Any]:
        main([*self.SIDES, "--output=json", *given])
        found = json.loads(capsys.readouterr().out)
        return {check["id"]: check["status"] for check in found["checks"]}

    def test_the_line_of_the_readme_can_pass(self) -> None:
        lines = (ROOT / "drift-py" / "README.md").read_text().splitlines()
        [line] = [line for line in lines if line.startswith("drift doctor ")]
        Path("manifests").mkdir()
        Path("manifests", "desired.json").write_text(side(0))
        Path("live.json").write_text(side(0))
        given = shlex.split(line)[1:]
        assert main(given) == 0
        assert main([*given, "--strict"]) == 1

    @pytest.mark.parametrize(
        ("check", "given"),
        [
            ("owners", ["--owners=tags=team"]),
            ("events", ["--events=log.json"]),
            ("layers", ["--layer=queue=platform"]),
            ("revision", ["--desired-revision=abc"]),
            ("expected", ["--expected=account=1", "--actual-scope=account=1"]),
            (
                "cadence",
                [
                    "--objective=max_age=1h",
                    f"--desired-taken-at={AT}",
                    f"--actual-taken-at={AT}",
                ],
            ),
        ],
    )
    def test_each_check_has_its_option(
        self, check: str, given: list[str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        Path("log.json").write_text(
            '{"time": "2025-12-31T10:00:00Z", "actor": {"name": "a", "kind": "person"},'
            ' "action": "update", "resources": [{"type": "queue", "id": "jobs"}]}'
        )
        assert self.checks(capsys)[check] != "ok"
        assert self.checks(capsys, *given)[check] == "ok"
