"""What a test suite sees of the plugin of pytest."""

from __future__ import annotations

from importlib.metadata import entry_points

import pytest

from drift_py.pytest_plugin import pytest_assertrepr_compare

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


@pytest.mark.parametrize(
    "failing",
    [
        "value = gone; assert value is None",
        "value = Strange(); assert value is None",
        "exec(compile('\\n' * 500 + 'assert False', __file__, 'exec'))",
        "raise Silent",
        "value = Strange(); assert value == report",
    ],
)
def test_no_failure_brings_the_tests_down(pytester: pytest.Pytester, failing: str) -> None:
    pytester.makepyfile(
        SIDES
        + f"""
import weakref

class Strange:
    @property
    def __class__(self):
        raise ValueError("no class")

class Silent(AssertionError):
    def __str__(self):
        raise ValueError("no text")

gone = weakref.proxy(lambda: 0)

def test_fails():
    report = drift_py.detect(declared, live)
    {failing}

def test_explains(drift):
    report = drift.detect(declared, live)
    assert report.in_sync

def test_passes():
    pass
"""
    )
    result = pytester.runpytest()
    result.assert_outcomes(failed=2, passed=1)
    result.stdout.fnmatch_lines(SAID)


def test_no_terminal_is_needed(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        SIDES
        + """
def side(n):
    return [{"type": "queue", "id": f"q{i}", "attributes": {"delay": n}} for i in range(2000)]

def test_it(drift):
    assert drift.detect(side(0), side(1)).in_sync
"""
    )
    run = pytester.inline_run("-p", "no:terminal")
    [failure] = run.getfailures()
    assert "more with -vv" in str(failure.longrepr)


@pytest.mark.parametrize(
    "statement", ["assert self.report.in_sync", "self.assertTrue(report.in_sync)"]
)
def test_classes_of_unittest_are_explained(pytester: pytest.Pytester, statement: str) -> None:
    body = f"""
import unittest

class Tests(unittest.TestCase):
    report = drift_py.detect(declared, live)

    def test_it(self):
        report = self.report
        {statement}
"""
    failed(pytester, body).stdout.fnmatch_lines(SAID)


def test_a_fixture_that_fails_for_many_is_told_once_in_each(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        SIDES
        + """
@pytest.fixture(scope="session")
def estate():
    report = drift_py.detect(declared, live)
    assert report.in_sync

@pytest.mark.parametrize("number", range(3))
def test_it(estate, number):
    pass
"""
    )
    run = pytester.inline_run()
    told = [str(report.longrepr).count("drifted queue jobs") for report in run.getfailures()]
    assert told == [1, 1, 1]


@pytest.mark.parametrize("message", ["the reports differ", "see:\\n  the reports differ"])
def test_the_words_of_a_test_hide_nothing(pytester: pytest.Pytester, message: str) -> None:
    body = f"""
def test_it(drift):
    report = drift.detect(declared, live)
    assert report.in_sync, "{message}"
"""
    failed(pytester, body).stdout.fnmatch_lines(SAID)


@pytest.mark.parametrize(
    "statement", ["assert 'nope' in 'report.txt'", "assert not 'report.in_sync'  # report.x"]
)
def test_a_name_in_a_text_asks_nothing(pytester: pytest.Pytester, statement: str) -> None:
    body = f"""
def test_it(drift):
    report = drift.detect(declared, live)
    {statement}
"""
    failed(pytester, body).stdout.no_fnmatch_line("*delay: 0*")


def test_a_comparison_says_only_where_reports_differ(pytester: pytest.Pytester) -> None:
    body = """
def side(delay):
    return [{"type": "queue", "id": f"q{n}", "attributes": {"delay": delay}} for n in range(9)]

def test_it(drift):
    more = [*side(30)[:8], {"type": "queue", "id": "q8", "attributes": {"delay": 31}}]
    assert drift.detect(side(0), more, at=AT) == drift.detect(side(0), side(30), at=AT)
"""
    result = failed(pytester, body)
    result.stdout.fnmatch_lines(["*the reports differ*", "*-  ~ delay: 0 → 31*"])
    result.stdout.no_fnmatch_line("*drifted queue q0*")


def test_what_cannot_be_looked_at_is_no_report(pytestconfig: pytest.Config) -> None:
    class Strange:
        @property  # type: ignore[misc]
        def __class__(self) -> type:
            raise ValueError("no class")

    one = Strange()
    assert pytest_assertrepr_compare(pytestconfig, "==", one, one) is None


def test_the_fixture_takes_all_options_of_detect(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        SIDES
        + """
def test_it(drift):
    log = {"time": "2025-12-31T10:00:00Z", "actor": {"name": "alice", "kind": "person"},
           "action": "update", "resources": [{"type": "queue", "id": "jobs"}], "paths": ["delay"]}
    told = []
    report = drift.detect(declared, live, at=AT, events=[log], since="2025-12-30T00:00:00Z",
                          progress=told.append, threads=1)
    assert report.findings[0].changes[0].attribution["actor"]["name"] == "alice"
    assert told
"""
    )
    pytester.runpytest().assert_outcomes(passed=1)


@pytest.mark.parametrize("content", [None, "[{id: a, ignroe: true}]"])
def test_a_fault_of_the_setting_is_told_with_its_name(
    pytester: pytest.Pytester, content: str | None
) -> None:
    if content is not None:
        pytester.makefile(".yaml", nope=content)
    pytester.makeini("[pytest]\ndrift_rules = nope.yaml\n")
    pytester.makepyfile("def test_it(drift): pass")
    result = pytester.runpytest()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*the setting drift_rules: *nope.yaml*"])
