"""What a test suite sees of the plugin of pytest."""

from __future__ import annotations

from importlib.metadata import entry_points

import pytest

pytest_plugins = ["pytester"]

SIDES = """
import drift_py
import pytest

declared = [{"type": "queue", "id": "jobs", "attributes": {"delay": 0}}]
live = [{"type": "queue", "id": "jobs", "attributes": {"delay": 30}}]
AT = "2026-01-01T00:00:00Z"
"""
SAID = ["*medium drifted queue jobs*", "*delay: 0 → 30*", "*Checked 1 of 1 declared resource*"]


def failed(pytester: pytest.Pytester, body: str, *given: str) -> pytest.RunResult:
    pytester.makepyfile(SIDES + body)
    result = pytester.runpytest(*given)
    result.assert_outcomes(failed=1)
    return result


def test_the_plugin_is_found_by_itself() -> None:
    [found] = entry_points(group="pytest11", name="drift")
    assert found.value == "drift_py.pytest_plugin"


def test_a_failed_assertion_explains_itself(pytester: pytest.Pytester) -> None:
    body = """
def test_it(drift):
    report = drift.detect(declared, live, at=AT)
    assert report.in_sync
"""
    result = failed(pytester, body)
    result.stdout.fnmatch_lines(["E*assert False", "E*<Report drifted*in_sync", *SAID])
    # One line in the summary.
    result.stdout.fnmatch_lines(["FAILED *::test_it - assert False"])


@pytest.mark.parametrize(
    "statement",
    [
        "assert drift.detect(declared, live).in_sync",
        "assert drift.detect(declared, live).in_sync, 'the queues'",
        "assert drift.detector().detect(declared, live).verdict == 'in_sync'",
        "report = drift.detect(declared, live); assert not report.findings",
        "report = drift.detect(declared, live); assert report.exit_code() == 0",
        "report = drift.detect(declared, live); assert report.verdict == 'in_sync'",
        "check(drift_py.detect(declared, live))",
        "assert Held.report.in_sync",
    ],
)
def test_other_ways_to_ask(pytester: pytest.Pytester, statement: str) -> None:
    body = f"""
def check(found):
    assert found.in_sync

class Held:
    report = drift_py.detect(declared, live)

def test_it(drift):
    {statement}
"""
    failed(pytester, body).stdout.fnmatch_lines(SAID)


def test_reports_that_differ_show_where(pytester: pytest.Pytester) -> None:
    body = """
def test_it(drift):
    assert drift.detect(declared, live, at=AT) == drift.detect(declared, declared, at=AT)
"""
    result = failed(pytester, body)
    result.stdout.fnmatch_lines(["*the reports differ*", "*-  ~ delay: 0 → 30*"])


def test_a_long_report_is_cut(pytester: pytest.Pytester) -> None:
    body = """
def side(n):
    return [{"type": "queue", "id": f"q{i}", "attributes": {"delay": n}} for i in range(2000)]

def test_it(drift):
    report = drift.detect(side(0), side(1))
    assert report.in_sync
"""
    result = failed(pytester, body)
    result.stdout.fnmatch_lines(["*more with -vv*"])
    # Whole on machines of continuous integration, pytest's summary repeats what a failure says.
    result.stdout.fnmatch_lines(["*drifted queue q1"])
    result.stdout.no_fnmatch_line("*queue q1999*")


def test_other_failures_are_left_alone(pytester: pytest.Pytester) -> None:
    body = """
def test_it():
    report = drift_py.detect(declared, live)
    assert report.in_sync is False
    assert 1 == 2
"""
    result = failed(pytester, body)
    result.stdout.no_fnmatch_line("*delay: 0*")


def test_what_holds_passes(pytester: pytest.Pytester) -> None:
    pytester.makefile(".yaml", rules="[{id: delay, paths: [/delay], ignore: true}]")
    pytester.makeini("[pytest]\ndrift_rules = rules.yaml\n")
    pytester.makepyfile(
        SIDES
        + """
def test_rules_of_the_settings(drift):
    assert drift.detect(declared, live).in_sync
    own = {"id": "own", "paths": ["/none"], "ignore": True}
    for rules in ([own], {"version": 1, "rules": [own]}, [{"version": 1, "rules": [own]}], "[]"):
        assert drift.detect(declared, live, rules=rules).in_sync

def test_reports_can_be_equal(drift):
    assert drift.detect(declared, live, at=AT) == drift.detect(declared, live, at=AT)
"""
    )
    pytester.runpytest().assert_outcomes(passed=2)
