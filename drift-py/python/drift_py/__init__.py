"""Finds, explains and ranks infrastructure drift: declared against running.

>>> import drift_py as drift
>>> declared = [{"type": "queue", "id": "jobs", "attributes": {"delay": 0}}]
>>> live = [{"type": "queue", "id": "jobs", "attributes": {"delay": 30}}]
>>> drift.detect(declared, live).verdict
'drifted'
"""

from . import _native
from ._baseline import Baseline, noise_suggestions, rule_usage
from ._detector import Detector, compare_many, detect, doctor, preview
from ._error import DriftError
from ._events import Events
from ._explanation import Explanation
from ._finding import Change, Finding
from ._fleet import Parity, Readiness
from ._owners import OwnerMap
from ._policies import Policies
from ._progress import Progress
from ._report import Partial, Report, finish
from ._rules import Rules
from ._snapshot import Snapshot, SnapshotBuilder
from ._tools import canonical, catalogue, formats, mappings, parse_path, select
from ._types import Row
from ._view import DiffView, FindingPage

__version__: str = _native.version()

__all__ = [
    "Baseline",
    "Change",
    "Detector",
    "DiffView",
    "DriftError",
    "Events",
    "Explanation",
    "Finding",
    "FindingPage",
    "OwnerMap",
    "Parity",
    "Partial",
    "Policies",
    "Progress",
    "Readiness",
    "Report",
    "Row",
    "Rules",
    "Snapshot",
    "SnapshotBuilder",
    "__version__",
    "canonical",
    "catalogue",
    "compare_many",
    "detect",
    "doctor",
    "finish",
    "formats",
    "mappings",
    "noise_suggestions",
    "parse_path",
    "preview",
    "rule_usage",
    "select",
]
