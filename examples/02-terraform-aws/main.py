"""A Terraform state against what the cloud says of itself.

``terraform.tfstate`` is what ``terraform state pull`` prints, the files in ``live`` are what the
AWS CLI prints: ``aws ec2 describe-security-groups --filters Name=group-name,Values=shop-*`` and so
on. How the documents are read, and with whose rights, is up to you: with boto3, pass on the dicts
that it gives. With ``--json`` the report comes as JSON.
"""

import sys
from pathlib import Path

import drift_py as drift

HERE = Path(__file__).parent
ACCOUNT = "111122223333"

desired = drift.Snapshot.parse(HERE / "terraform.tfstate", name="terraform.tfstate")

# An answer says what it holds by its shape, and nowhere what region it came from.
ireland = {"account": ACCOUNT, "region": "eu-west-1"}
live = drift.SnapshotBuilder("aws", ireland)
for name in ("security-groups.json", "instances.json", "db-instances.json"):
    live.add_snapshot(drift.Snapshot.parse(HERE / "live" / name, name=name, scope=ireland))
secret = HERE / "live" / "secret-value.json"
mapping = "aws secretsmanager get-secret-value"
live.add_snapshot(drift.Snapshot.parse(secret, name=secret.name, mapping=mapping, scope=ireland))

# The other region refused to answer. Say so, and nothing there is taken for missing.
virginia = drift.SnapshotBuilder("aws", {"account": ACCOUNT, "region": "us-east-1"})
virginia.incomplete("aws_security_group", "denied", "ec2:DescribeSecurityGroups is not allowed")
live.add_snapshot(virginia.build())

report = drift.detect(desired, live.build(), at="2026-11-20T08:00:00Z")
if "--json" in sys.argv:
    print(report.to_json(), end="")
else:
    print(report)
    # Every change leads to its place in the answer of the cloud.
    group = report.findings[0]
    [change] = group.changes
    answer = group.resource["source"]["actual"]
    place = f"{answer['pointer']}{change.actual_pointer}"
    print(f"The opened port stands in {answer['file']} at {place}")
