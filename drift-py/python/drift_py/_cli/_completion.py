"""Scripts that complete the command in a shell, written from its own parser."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from dataclasses import dataclass

SHELLS = ("bash", "zsh", "fish")


@dataclass(frozen=True)
class _Level:
    """What can follow the words of a command."""

    words: tuple[str, ...]
    commands: dict[str, str]
    #: Each with its help, and with its values: none for a switch, ``[]`` for any.
    options: dict[str, tuple[str, list[str] | None]]
    positionals: list[str]


def script(shell: str, parser: argparse.ArgumentParser) -> str:
    """Write the script for a shell."""
    levels = list(_levels(parser, (parser.prog,)))
    if shell == "fish":
        return _fish(levels)
    bash = _bash(levels)
    if shell == "zsh":
        return f"#compdef drift\nautoload -U +X bashcompinit && bashcompinit\n{bash}"
    return bash


def _levels(parser: argparse.ArgumentParser, words: tuple[str, ...]) -> Iterator[_Level]:
    commands: dict[str, str] = {}
    options: dict[str, tuple[str, list[str] | None]] = {}
    positionals: list[str] = []
    below: list[tuple[argparse.ArgumentParser, tuple[str, ...]]] = []
    for action in parser._actions:
        choices = [] if action.choices is None else [str(choice) for choice in action.choices]
        if isinstance(action, argparse._SubParsersAction):
            for told in action._choices_actions:
                commands[str(told.dest)] = str(told.help)
            below.extend((sub, (*words, name)) for name, sub in action.choices.items())
        elif action.option_strings:
            takes = None if action.nargs == 0 else choices
            for name in action.option_strings:
                options[name] = (action.help or "", takes)
        else:
            positionals.extend(choices)
    yield _Level(words, commands, options, positionals)
    for sub, path in below:
        yield from _levels(sub, path)


def _bash(levels: list[_Level]) -> str:
    cases = []
    for level in levels:
        path = " ".join(level.words)
        words = " ".join([*level.commands, *level.positionals])
        cases.append(f'    "{path}") words="{words}" options="{" ".join(level.options)}" ;;')
        for name, (_, values) in level.options.items():
            if values is not None:
                cases.append(f'    "{path} {name}") words="{" ".join(values)}" value=1 ;;')
    groups = "|".join(f'"{" ".join(level.words)}"' for level in levels if len(level.words) > 1)
    return _BASH.replace("@GROUPS@", groups).replace("@CASES@", "\n".join(cases))


_BASH = """\
_drift() {
  local cur="${COMP_WORDS[COMP_CWORD]}" prev="${COMP_WORDS[COMP_CWORD-1]}" start=""
  local path="drift" words="" options="" value="" i one
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$path ${COMP_WORDS[i]}" in
      @GROUPS@) path="$path ${COMP_WORDS[i]}" ;;
    esac
  done
  # --option=value is three words, or one where = breaks none.
  if [[ "$cur" == "=" ]]; then
    cur=""
  elif [[ "$prev" == "=" ]]; then
    prev="${COMP_WORDS[COMP_CWORD-2]}"
  elif [[ "$cur" == --*=* ]]; then
    prev="${cur%%=*}" start="${cur%%=*}=" cur="${cur#*=}"
  fi
  [[ "$prev" == -* ]] && _drift_words "$path $prev"
  [[ -z "$value" ]] && _drift_words "$path"
  [[ -z "$value" && "$cur" == -* ]] && words="$options"
  COMPREPLY=()
  # Names may hold spaces. There is no mapfile in the shells of macOS.
  while IFS= read -r one; do
    COMPREPLY+=("$start$one")
  done < <(if [[ -n "$words" ]]; then compgen -W "$words" -- "$cur"; else compgen -f -- "$cur"; fi)
}
_drift_words() {
  case "$1" in
@CASES@
  esac
}
complete -o filenames -F _drift drift
"""


def _fish(levels: list[_Level]) -> str:
    lines = ["complete -c drift -n __fish_use_subcommand -f"]
    for level in levels:
        below = [*level.commands]
        seen = " ".join(level.words[1:])
        when = [f"__fish_seen_subcommand_from {word}" for word in level.words[1:]]
        if below and when:
            when.append(f"not __fish_seen_subcommand_from {' '.join(below)}")
        condition = f"-n {_quoted('; and '.join(when))} " if seen else "-n __fish_use_subcommand "
        start = f"complete -c drift {condition}"
        for name, help in level.commands.items():
            lines.append(f"{start}-f -a {name} -d {_quoted(help)}")
        for name, (help, values) in level.options.items():
            flag = f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}"
            takes = f" -x -a {_quoted(' '.join(values))}" if values else " -r"
            takes = "" if values is None else takes
            lines.append(f"{start}{flag}{takes} -d {_quoted(help)}")
        if level.positionals:
            lines.append(f"{start}-f -a {_quoted(' '.join(level.positionals))}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return "'" + re.sub(r"(['\\])", r"\\\1", text) + "'"
