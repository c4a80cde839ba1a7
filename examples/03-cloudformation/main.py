"""A CloudFormation template against what Cloud Control says of its resources.

``stack.json`` is what ``aws cloudformation list-stack-resources`` prints, the files in ``live``
are pages of ``aws cloudcontrol list-resources --type-name …``. With ``--json`` the report comes as
JSON.
"""

import sys
from pathlib import Path

import drift_py as drift

HERE = Path(__file__).parent
SCOPE = {"account": "111122223333", "region": "eu-west-1"}

# What the stack was made with, and what became of it: references resolve, and nothing is guessed.
desired = drift.Snapshot.parse(
    HERE / "template.yaml",
    name="template.yaml",
    parameters={"Stage": "prod"},
    stack_resources=(HERE / "stack.json").read_text(),
    scope=SCOPE,
)

# Page by page: a type is complete once its last page is there.
live = drift.SnapshotBuilder("aws", SCOPE)
for name in ("queues-1.json", "queues-2.json", "tables.json"):
    live.add_document(HERE / "live" / name, name=name)
live.failed("AWS::Logs::LogGroup", "ThrottlingException", "Rate exceeded")

report = drift.detect(desired, live.build(), at="2026-11-20T08:00:00Z")
if "--json" in sys.argv:
    print(report.to_json(), end="")
else:
    print(report)
