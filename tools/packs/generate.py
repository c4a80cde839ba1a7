"""Writes every generated pack, from the packages of `requirements.txt`, which must be installed.

Called with the folder to write to: `make packs` calls it with `drift-core/packs/generated`, the
test with a folder of its own.
"""

import sys
from importlib.metadata import Distribution, distribution
from pathlib import Path

import aws
import kubernetes


def main(output: str) -> None:
    """Writes the packs into the folder `output`."""
    lint = distribution("cfn-lint")
    print("aws.jsonl")
    aws.main(folder(lint, "cfnlint/data/schemas"), lint.version, str(Path(output, "aws.jsonl")))
    validate = distribution("kubernetes-validate")
    print("kubernetes.json")
    schemas = folder(validate, "kubernetes_validate/kubernetes-json-schema")
    kubernetes.main(schemas, str(Path(output, "kubernetes.json")))


def folder(package: Distribution, path: str) -> str:
    """A folder of a package, which is not imported: what it needs itself is not there."""
    return str(package.locate_file(path))


if __name__ == "__main__":
    main(*sys.argv[1:])
