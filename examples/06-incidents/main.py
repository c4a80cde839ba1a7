"""A night on call: how bad each difference is, whose it is, who made it, where it goes.

A Terraform state and manifests are held against what the AWS CLI and ``kubectl get -o json``
print. ``cloudtrail.json`` says who called which interface, ``owners.csv`` whose what is. With
``--json`` the report comes as JSON.
"""

import sys
from pathlib import Path

import drift_py as drift

HERE = Path(__file__).parent
ACCOUNT = {"account": "111122223333", "region": "eu-west-1"}

desired = drift.SnapshotBuilder("")
for name in ("terraform.tfstate", "webhooks.yaml"):
    desired.add_document(HERE / "desired" / name, name=name)

live = drift.SnapshotBuilder("")
for name in (
    "security-groups.json",
    "functions.json",
    "scaling-policies.json",
    "target-groups.json",
    "role-policy.json",
    "queues.json",
):
    live.add_document(HERE / "live" / name, name=name, scope=ACCOUNT)
# These do not show by themselves what they are of.
parameters = {**ACCOUNT, "parameter_group": "shop-pg16"}
mapping = "aws rds describe-db-parameters"
live.add_document(
    HERE / "live/parameters.json", name="parameters.json", mapping=mapping, scope=parameters
)
mapping = "aws secretsmanager get-secret-value"
live.add_document(
    HERE / "live/secret-value.json", name="secret-value.json", mapping=mapping, scope=ACCOUNT
)
live.add_document(HERE / "live/cluster.json", name="cluster.json")

report = drift.detect(
    desired.build(),
    live.build(),
    owners=drift.OwnerMap().csv(HERE / "owners.csv"),
    events=HERE / "cloudtrail.json",
    since="2026-11-19T18:00:00Z",
    at="2026-11-20T08:00:00Z",
)
if "--json" in sys.argv:
    print(report.to_json(), end="")
else:
    print(report)
