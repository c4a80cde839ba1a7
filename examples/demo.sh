#!/usr/bin/env bash
# Runs every example in three languages: prints what it finds once, and checks that all agree.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

out=$(mktemp -d)
trap 'rm -r "$out"' EXIT

in_rust() { "target/debug/$1" "${@:2}"; }
in_python() { .venv/bin/python "examples/$1/main.py" "${@:2}"; }
in_node() { node "examples/$1/main.mjs" "${@:2}"; }

for folder in examples/[0-9]*; do
  example=$(basename "$folder")
  # What is for one language alone is a program of its own.
  [ -f "$folder/main.rs" ] || continue
  for language in rust python node; do
    "in_$language" "$example" >"$out/$language.txt"
    "in_$language" "$example" --json >"$out/$language.json"
    if ! cmp -s "$out/rust.txt" "$out/$language.txt" || ! cmp -s "$out/rust.json" "$out/$language.json"; then
      echo "demo: $example printed something else in $language than in Rust" >&2
      exit 1
    fi
  done
  printf '── %s ──\n\n' "$example"
  cat "$out/rust.txt"
  printf '\nThe same %s bytes of JSON from Rust, Python and Node.\n\n' "$(wc -c <"$out/rust.json" | tr -d ' ')"
done
