"""What a run of the tests tells at its end."""

from __future__ import annotations

import pytest

# A plugin that Terraform starts.
collect_ignore = ["toy_provider.py"]

FIGURES = pytest.StashKey[list[str]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[FIGURES] = []


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    for figure in config.stash[FIGURES]:
        terminalreporter.write_line(figure)
