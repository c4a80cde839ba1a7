"""The documentation says what the code does, and the examples print what stands beside them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from .cases import ROOT

DOCUMENTS = ["README.md", "drift-py/README.md"]
EXAMPLES = sorted(path.parent for path in (ROOT / "examples").glob("[0-9]*/main.py"))
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def run(*arguments: str | Path) -> str:
    done = subprocess.run([sys.executable, *arguments], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def blocks() -> list[tuple[str, str, str]]:
    """Give the place of each Python block, the block, and the text that it should print."""
    found = []
    for name in DOCUMENTS:
        text = (ROOT / name).read_text(encoding="utf-8")
        all_blocks = BLOCK.findall(text)
        for at, (kind, code) in enumerate(all_blocks):
            if kind == "python":
                following = all_blocks[at + 1 :]
                # In the README one result stands behind the first language.
                printed = [body for kind, body in following[:1] if kind == "text"]
                printed = printed or [body for kind, body in all_blocks if kind == "text"]
                found.append((f"{name} block {at}", code, printed[0]))
    return found


@pytest.mark.parametrize(("place", "code", "printed"), blocks())
def test_a_block_prints_what_stands_behind_it(place: str, code: str, printed: str) -> None:
    assert run("-c", code).rstrip("\n") == printed.rstrip("\n"), place


def test_there_are_blocks_and_examples() -> None:
    assert len(blocks()) == 8
    in_rust = sorted(path.parent for path in (ROOT / "examples").glob("*/main.rs"))
    assert in_rust == EXAMPLES


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda folder: str(folder.name))
def test_an_example_prints_what_is_expected(folder: Path) -> None:
    assert run(folder / "main.py") == (folder / "expected.txt").read_text(encoding="utf-8")
    rust = ROOT / "target" / "equal" / "examples" / f"{folder.name}.json"
    if not rust.is_file():
        pytest.skip(f"{rust.relative_to(ROOT)} is absent: `make test` writes it")
    assert run(folder / "main.py", "--json") == rust.read_text(encoding="utf-8")
