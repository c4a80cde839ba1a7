"""The packs that are generated are what their tool makes of the pinned schemas, byte for byte."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GENERATED = ROOT / "drift-core" / "packs" / "generated"
SCHEMAS = ROOT / "tools" / "packs" / ".venv"

# What pip says where it reaches no index; a wrong hash or a version that is gone is a failure.
OUT_OF_REACH = re.compile(
    r"NewConnectionError|NameResolutionError|ConnectTimeout|ReadTimeout|ProxyError|SSLError"
    r"|Max retries exceeded|Connection (aborted|refused|reset)|timed out|connection broken"
)


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    # What an outer `make` passes on is not for this one.
    environment = {name: of for name, of in os.environ.items() if not name.startswith("MAKE")}
    environment.pop("MFLAGS", None)
    return subprocess.run(
        command, cwd=ROOT, env=environment, check=False, capture_output=True, text=True
    )


@pytest.fixture(scope="module")
def python() -> Path:
    """An interpreter beside which the schemas are installed."""
    if shutil.which("make") is None:
        pytest.skip("packs are not generated again: make is missing")
    done = run("make", "-s", SCHEMAS.relative_to(ROOT) / ".installed")
    said = done.stdout + done.stderr
    if done.returncode and OUT_OF_REACH.search(said):
        pytest.skip("packs are not generated again: the package index cannot be reached")
    assert done.returncode == 0, said
    return SCHEMAS / "bin" / "python"


def test_generated_packs_are_what_the_tool_makes(python: Path, tmp_path: Path) -> None:
    done = run(python, ROOT / "tools" / "packs" / "generate.py", tmp_path)
    assert done.returncode == 0, done.stderr
    names = sorted(path.name for path in GENERATED.iterdir())
    assert names == sorted(path.name for path in tmp_path.iterdir())
    for name in names:
        # Bytes are compared, and not shown: they are many.
        is_same = (GENERATED / name).read_bytes() == (tmp_path / name).read_bytes()
        assert is_same, f"{name} is not what `make packs` makes: run it, and look at the changes"
