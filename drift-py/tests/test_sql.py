"""Schemas on real engines: made from statements, migrated behind their back, and read back."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import drift_py as drift

from .sql_statements import NOT_FOLLOWED, POSTGRESQL, POSTGRESQL_EDITS, SQLITE, SQLITE_EDITS

#: What a database of PostgreSQL is asked, each a list of rows.
CATALOGUE = {
    "tables": "information_schema.tables",
    "columns": "information_schema.columns",
    "table_constraints": "information_schema.table_constraints",
    "key_column_usage": "information_schema.key_column_usage",
    "referential_constraints": "information_schema.referential_constraints",
    "check_constraints": "information_schema.check_constraints",
    "views": "information_schema.views",
    "sequences": "information_schema.sequences",
    "indexes": "pg_indexes",
}


def found(desired: drift.Snapshot, actual: drift.Snapshot) -> set[tuple[str, str]]:
    """What drifted: the table and the path, or what happened to the table."""
    detector = drift.Detector()
    report = json.loads(detector.detect(desired, actual, at="2026-01-01T00:00:00Z").to_json())
    assert report["unknown"] == [], report["unknown"]
    assert report["not_checked"] == [], report["not_checked"]
    assert report["undeclared"] == [], report["undeclared"]
    changes = set()
    for one in report["findings"]:
        name = one["resource"]["id"]
        if one["status"] == "drifted":
            changes |= {(name, change["path"]) for change in one["changes"]}
        else:
            changes.add((name, one["status"]))
    return changes


def declared(statements: str, dialect: Any, **options: Any) -> drift.Snapshot:
    return drift.Snapshot.parse(statements, format="sql_ddl", dialect=dialect, **options)


def sqlite_rows(database: sqlite3.Connection) -> drift.Snapshot:
    database.row_factory = sqlite3.Row
    rows = [dict(row) for row in database.execute("SELECT * FROM sqlite_master")]
    return drift.Snapshot.parse(json.dumps(rows))


def test_sqlite_agrees_with_its_own_statements() -> None:
    database = sqlite3.connect(":memory:")
    database.executescript(SQLITE)
    assert found(declared(SQLITE, "sqlite"), sqlite_rows(database)) == set()


@pytest.mark.parametrize("edit", SQLITE_EDITS)
def test_an_edit_of_sqlite_is_found_at_its_path(edit: str) -> None:
    database = sqlite3.connect(":memory:")
    database.executescript(SQLITE)
    database.executescript(edit)
    assert found(declared(SQLITE, "sqlite"), sqlite_rows(database)) == SQLITE_EDITS[edit]


class Server:
    """A server of PostgreSQL with its files in a folder of its own."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self.programs = programs
        self.folder = folder
        # The server refuses to run as root.
        self.user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []

    def run(self, program: str, *arguments: str) -> str:
        command = [*self.user, str(self.programs / program), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, cwd="/", check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self) -> None:
        if self.user:
            shutil.chown(self.folder, "postgres")
        data = str(self.folder / "data")
        self.run("initdb", "-D", data, "-A", "trust", "-U", "drift", "--no-sync")
        settings = f"-c listen_addresses= -c unix_socket_directories={self.folder} -c fsync=off"
        log = str(self.folder / "log")
        self.run("pg_ctl", "-D", data, "-w", "-l", log, "-o", settings, "start")

    def stop(self) -> None:
        self.run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "stop")

    def sql(self, text: str, database: str = "postgres") -> str:
        at = ["-h", str(self.folder), "-U", "drift", "-d", database]
        return self.run("psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", *at, "-c", text)

    def rows(self, database: str) -> dict[str, Any]:
        asked = {}
        for name, view in CATALOGUE.items():
            text = f"SELECT coalesce(json_agg(row_to_json(r)), '[]') FROM {view} r"
            asked[name] = json.loads(self.sql(text, database))
        return asked


def programs() -> Path | None:
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return next((folder for folder in reversed(folders) if (folder / "postgres").exists()), None)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    folder = programs()
    if folder is None:
        pytest.skip("no server of PostgreSQL: the vectors hold rows that were written by hand")
    with tempfile.TemporaryDirectory(prefix="drift-pg-", dir="/tmp") as name:
        server = Server(folder, Path(name))
        server.start()
        try:
            yield server
        finally:
            server.stop()


def made(server: Server, database: str, *texts: str) -> drift.Snapshot:
    server.sql(f'CREATE DATABASE "{database}"')
    for text in texts:
        server.sql(text, database)
    return drift.Snapshot.parse(json.dumps(server.rows(database)))


def test_postgresql_agrees_with_its_own_statements(server: Server) -> None:
    actual = made(server, "same", POSTGRESQL)
    assert found(declared(POSTGRESQL, "postgresql"), actual) == set()


@pytest.mark.parametrize("edit", POSTGRESQL_EDITS)
def test_an_edit_of_postgresql_is_found_at_its_path(server: Server, edit: str) -> None:
    name = f"edit_{list(POSTGRESQL_EDITS).index(edit)}"
    actual = made(server, name, POSTGRESQL, edit)
    scope = {"schema": "public"}
    assert found(declared(POSTGRESQL, "postgresql", scope=scope), actual) == POSTGRESQL_EDITS[edit]


def test_statements_of_a_migration_come_to_what_they_make(server: Server) -> None:
    """The edits as a migration: applied by the server and by the engine alike."""
    for index, edit in enumerate(POSTGRESQL_EDITS):
        if edit in NOT_FOLLOWED:
            continue
        actual = made(server, f"after_{index}", POSTGRESQL, edit)
        assert found(declared(f"{POSTGRESQL};\n{edit}", "postgresql"), actual) == set(), edit


def test_statements_of_sqlite_come_to_what_they_make() -> None:
    for edit in SQLITE_EDITS:
        if edit in NOT_FOLLOWED:
            continue
        database = sqlite3.connect(":memory:")
        database.executescript(SQLITE)
        database.executescript(edit)
        desired = declared(f"{SQLITE};\n{edit}", "sqlite")
        assert found(desired, sqlite_rows(database)) == set(), edit
