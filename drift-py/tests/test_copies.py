"""What users hold goes to other processes and is copied: detectors, rules and policies."""

from __future__ import annotations

import copy
import json
import multiprocessing
import pickle
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import drift_py as drift

AT = "2026-01-01T00:00:00Z"
RULES = "[{id: size, match: {type: queue}, paths: [/size], ignore: true, reason: known}]"
REGO = """
package queues
deny contains "the queue has no name" if not input.tags.name
"""


def side(size: int, password: str = "hunter2-hunter2") -> list[dict[str, Any]]:
    attributes = {"size": size, "delay": size, "password": password}
    queue = {"type": "queue", "tags": {"owner": "team-jobs"}, "attributes": attributes}
    return [{**queue, "id": f"q{n}"} for n in range(5)]


def full() -> drift.Detector:
    """Make a detector of everything that one is made from."""
    return drift.Detector(
        rules=[RULES, {"version": 1, "rules": []}],
        packs=["kubernetes"],
        layers={"queue": "application"},
        priority={"criticality": []},
        limits={"max_depth": 100},
        managers=["argocd"],
        digest_key="0123456789abcdef0123456789abcdef",
        owners=[{"tags": ["owner"]}],
        routes=[{"match": {"type": "queue"}, "to": "ticket"}],
        tags={"tags": [{"key": "name"}]},
        policies=REGO,
        threads=2,
    )


def answer(detector: drift.Detector) -> str:
    report = detector.detect(side(1), side(2, "changed-changed"), at=AT)
    return report.to_json() + detector.baseline(side(1), at=AT).to_json()


def through_pickle(given: Any) -> Any:
    return pickle.loads(pickle.dumps(given))


class TestDetector:
    @pytest.mark.parametrize("again", [through_pickle, copy.copy, copy.deepcopy])
    def test_it_answers_as_before(self, again: Callable[[Any], Any]) -> None:
        detector = full()
        expected = answer(detector)
        assert "team-jobs" in expected
        assert "the queue has no name" in expected
        assert answer(again(detector)) == expected
        assert answer(again(again(detector))) == expected
        held = again({"detectors": [detector]})
        assert answer(held["detectors"][0]) == expected

    @pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
    def test_every_protocol_does(self, protocol: int) -> None:
        detector = full()
        assert answer(pickle.loads(pickle.dumps(detector, protocol))) == answer(detector)

    @pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
    @pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
    def test_it_goes_to_other_processes(self, method: str) -> None:
        detector = full()
        expected = answer(detector)
        context = multiprocessing.get_context(method)
        with ProcessPoolExecutor(2, mp_context=context) as pool:
            assert set(pool.map(answer, [detector] * 4)) == {expected}
            # It comes back as well.
            assert answer(pool.submit(full).result()) == expected

    def test_threads_share_and_pickle_it(self) -> None:
        detector = full()
        expected = answer(detector)

        def work(n: int) -> str:
            return answer(through_pickle(detector) if n % 2 else detector)

        with ThreadPoolExecutor(8) as pool:
            assert set(pool.map(work, range(32))) == {expected}

    def test_a_class_of_the_users_stays_it(self) -> None:
        again = through_pickle(Own(rules=RULES))
        assert type(again) is Own
        assert answer(again) == answer(drift.Detector(rules=RULES))

    def test_a_file_that_is_gone_is_not_read_again(self, tmp_path: Path) -> None:
        file = tmp_path / "rules.yaml"
        file.write_text(RULES)
        detector = drift.Detector(rules=file)
        expected = answer(detector)
        pickled = pickle.dumps(detector)
        file.unlink()
        assert answer(pickle.loads(pickled)) == expected

    @pytest.mark.parametrize("given", ["", "{}", json.dumps({"drift_detector": 99})])
    def test_what_is_no_detector_is_refused(self, given: str) -> None:
        with pytest.raises(drift.DriftError) as raised:
            drift.Detector._again(given)
        assert raised.value.code == "DRIFT_WIRE"

    def test_what_holds_a_function_says_so_before_it_is_made(self) -> None:
        layers: dict[str, Any] = {"queue": len}
        with pytest.raises(TypeError, match="type builtin_function_or_method cannot stand"):
            drift.Detector(layers=layers)


class Own(drift.Detector):
    """A detector of the user's."""


class TestRulesAndPolicies:
    @pytest.mark.parametrize("again", [through_pickle, copy.copy, copy.deepcopy])
    def test_rules(self, again: Callable[[Any], Any], tmp_path: Path) -> None:
        file = tmp_path / "known.yaml"
        file.write_text(RULES)
        for source in (RULES, file, {"version": 1, "rules": []}):
            rules = drift.Rules.parse(source)
            copied = again(rules)
            assert type(copied) is drift.Rules
            assert repr(copied) == repr(rules)
            made, other = drift.Detector(rules=rules), drift.Detector(rules=copied)
            assert answer(made) == answer(other)
        # An error in them has its file.
        assert again(drift.Rules.parse(file))._inner.source()[1].endswith("known.yaml")

    @pytest.mark.parametrize("again", [through_pickle, copy.copy, copy.deepcopy])
    def test_policies(self, again: Callable[[Any], Any], tmp_path: Path) -> None:
        (tmp_path / "queues.rego").write_text(REGO)
        (tmp_path / "policies.yaml").write_text("[{id: named, file: queues.rego}]")
        sources = (
            REGO,
            tmp_path,
            tmp_path / "queues.rego",
            tmp_path / "policies.yaml",
            {"version": 1, "policies": [{"id": "named", "rego": REGO}]},
        )
        for source in sources:
            policies = drift.Policies.parse(source)
            copied = again(policies)
            assert copied.ids == policies.ids
            fired = [one.dry_run([side(1)], at=AT) for one in (policies, copied)]
            assert fired[0] == fired[1]
            assert fired[0]["policies"][0]["fired"] == 5


class TestValues:
    """What is equal where its data is."""

    def equal(self, one: Any, other: Any, different: Any) -> None:
        assert one == other and hash(one) == hash(other) and len({one, other}) == 1
        assert one != different and one != "" and different not in {one}
        for again in (through_pickle, copy.copy, copy.deepcopy):
            assert again(one) == one and type(again(one)) is type(one)

    def test_rules(self, tmp_path: Path) -> None:
        file = tmp_path / "rules.yaml"
        file.write_text(RULES)
        rules = [drift.Rules.parse(given) for given in (RULES, RULES, file, file)]
        self.equal(rules[0], rules[1], drift.Rules.parse("[]"))
        # Their errors differ.
        self.equal(rules[2], rules[3], rules[0])

    def test_parts(self) -> None:
        parts = [drift.Detector().partial(side(1), side(n), at=AT) for n in (2, 2, 3)]
        self.equal(*parts)

    def test_owners(self) -> None:
        maps = [drift.OwnerMap().tags("owner").alias("a", "b").alias("c", "d") for _ in "ab"]
        self.equal(maps[0], maps[1], drift.OwnerMap().tags("owner"))
        assert maps[0] == drift.OwnerMap([{"tags": ["owner"]}], aliases={"c": "d", "a": "b"})


class TestSnapshot:
    def test_it_is_not_pickled_and_says_why(self) -> None:
        snapshot = drift.Snapshot.parse(side(1))
        assert copy.copy(snapshot) is snapshot
        assert copy.deepcopy({"a": snapshot})["a"] is snapshot
        with pytest.raises(TypeError, match="pass the documents") as raised:
            pickle.dumps(snapshot)
        assert "hunter2" not in str(raised.value)
