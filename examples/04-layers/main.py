"""Three layers of an estate in one report: a database, a gateway, a cloud.

What is declared: statements of SQL, a file of decK, a template of Azure. What runs: rows of
``information_schema``, what ``deck gateway dump`` writes, what ``az graph query`` prints. With
``--json`` the report comes as JSON.
"""

import sys
from pathlib import Path

import drift_py as drift

HERE = Path(__file__).parent
AZURE = {"subscription": "11111111-0000-0000-0000-000000000000", "resource_group": "shop"}


def add(builder: drift.SnapshotBuilder, name: str, **options: object) -> None:
    """Add a document under its name."""
    builder.add_document(HERE / name, name=name, **options)


desired = drift.SnapshotBuilder("")
add(desired, "desired/schema.sql", format="sql_ddl", dialect="postgresql")
add(desired, "desired/kong.yaml", mapping="kong")
add(desired, "desired/main.json", parameters={"stage": "prod"}, scope=AZURE)

# Each document is told by its shape, and speaks for all that is of its kind.
live = drift.SnapshotBuilder("")
add(live, "live/catalogue.json", dialect="postgresql")
add(live, "live/kong.yaml", mapping="kong")
add(live, "live/graph.json")

report = drift.detect(desired.build(), live.build(), at="2026-11-20T08:00:00Z")
if "--json" in sys.argv:
    print(report.to_json(), end="")
else:
    print(report)
