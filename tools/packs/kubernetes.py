"""Distils the JSON schema of the Kubernetes API into the generated part of the Kubernetes pack.

Called with the folder of the schemas (`kubernetes_validate/kubernetes-json-schema` of the package
kubernetes-validate; the newest minor version in it counts) and the file to write. What no schema
says, the values that the API server fills in, stands in `kubernetes_defaults.json`, each with the
sentence of the documentation that says so; this script checks that the sentence is there, and that
every sentence about a default has an entry or a reason to have none.
"""

import json
import re
import sys
from pathlib import Path

DEFAULTS = Path(__file__).with_name("kubernetes_defaults.json")

# Types made for kinds that the schema does not know, and where their objects have them.
ELSEWHERE = {
    "other.v1.Object": "",
    "other.v1.Pod": "..",
    "other.v1.Template": "..template",
}

# What a sentence looks like that states a default.
STATES_DEFAULT = re.compile(
    r"\bdefaults? to\b|\bdefaulted to|\bdefault (value )?is\b|\(default\)|\bdefault value"
    r"|\bdefault:|\bdefault (false|true)\b|\bdefault (policy|mode|count|behaviou?r)\b"
    r"|implied when|When unset, ",
    re.IGNORECASE,
)
SENTENCE = re.compile(r"(?<=[.!\n])\s+")

# Named types that are scalars, and the equality of their values.
SCALARS = {
    "io.k8s.apimachinery.pkg.api.resource.Quantity": "quantity",
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": "text",
    "io.k8s.apimachinery.pkg.apis.meta.v1.Time": "timestamp",
    "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime": "timestamp",
}
FORMATS = {"byte": "base64", "date-time": "timestamp"}

# What is in the pod spec of any template; these stand in other specs too.
POD_LISTS = ("containers", "ephemeralContainers", "initContainers", "volumes")
POD_SPEC = "io.k8s.api.core.v1.PodSpec"
OBJECT_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"

# Types whose values are any JSON: nothing is known of what lies inside.
OPAQUE = re.compile(r"\.(RawExtension|JSON|FieldsV1|Patch)$")

# The least stable version of a type comes last.
STABILITY = re.compile(r"v(\d+)(?:(alpha|beta)(\d+))?$")


def main(folder: str, output: str) -> None:
    """Writes the pack that the newest schema in `folder` comes to."""
    version, definitions = newest(Path(folder))
    curated = json.loads(DEFAULTS.read_text("utf-8"))
    Curated(curated).check(definitions)
    shapes = {key: shape(key, schema, curated) for key, schema in definitions.items()}
    objects = types(definitions)
    roots = [key for keys in objects.values() for key in keys]
    shapes = reachable(prune(shapes | elsewhere(shapes)), [*roots, *ELSEWHERE])
    objects = {name: [key for key in keys if key in shapes] for name, keys in objects.items()}
    pack = {
        "version": version,
        "source": "kubernetes-validate (Apache-2.0), the JSON schema of the Kubernetes API",
        "everywhere": curated["everywhere"],
        "types": {name: [short(key) for key in keys] for name, keys in objects.items()},
        "elsewhere": {at: short(key) for key, at in ELSEWHERE.items()},
        "shapes": {short(key): renamed(fields) for key, fields in shapes.items()},
    }
    Path(output).write_text(canonical(pack), "utf-8", newline="\n")


def newest(folder: Path) -> tuple[str, dict]:
    """The definitions of the newest minor version."""
    found = {}
    for path in folder.glob("v*-local/_definitions.json"):
        version = path.parent.name.removeprefix("v").removesuffix("-local")
        found[tuple(int(part) for part in version.split("."))] = path
    number = max(found)
    definitions = json.loads(found[number].read_text("utf-8"))["$defs"]
    return ".".join(str(part) for part in number), definitions


def short(key: str) -> str:
    """`core.v1.PodSpec` for `io.k8s.api.core.v1.PodSpec`."""
    return ".".join(key.split(".")[-3:])


def unversioned(key: str) -> str:
    """`core.PodSpec` for `io.k8s.api.core.v1.PodSpec`."""
    group, _, kind = key.split(".")[-3:]
    return f"{group}.{kind}"


class Curated:
    """What is written by hand about the values that the API server fills in."""

    def __init__(self, curated: dict) -> None:
        """Takes what stands in the file."""
        self.curated = curated

    def check(self, definitions: dict) -> None:
        """Fails where an entry says what no schema says, and where a sentence has no entry."""
        wrong = [*self.unfounded(definitions), *self.unheard(definitions)]
        if wrong:
            sys.exit("\n".join(wrong))

    def unfounded(self, definitions: dict):
        """Entries about fields that are not there, and sentences that are not there."""
        said = {}
        for key, schema in definitions.items():
            for name, field in schema.get("properties", {}).items():
                entry = said.setdefault(f"{unversioned(key)}.{name}", [])
                entry.append(field.get("description", ""))
        for part in ("defaults", "documented", "zero", "pointers", "left_out"):
            for path in self.curated[part]:
                if path not in said:
                    yield f"{part}: no such field: {path}"
        for path, entry in self.curated["defaults"].items():
            if not any(entry["says"] in text for text in said.get(path, [])):
                yield f"defaults: {path}: the schema does not say `{entry['says']}`"

    def unheard(self, definitions: dict):
        """Sentences about defaults that have neither an entry nor a reason."""
        known = {
            path
            for part in ("defaults", "documented", "zero", "left_out")
            for path in self.curated[part]
        }
        for key, schema in sorted(definitions.items()):
            if key.endswith(("List", "Status")):
                continue
            for name, field in sorted(schema.get("properties", {}).items()):
                path = f"{unversioned(key)}.{name}"
                for sentence in SENTENCE.split(field.get("description", "")):
                    if path not in known and STATES_DEFAULT.search(sentence):
                        yield f"no entry for {path}: {sentence.strip()}"


def shape(key: str, schema: dict, curated: dict) -> dict:
    """What is known of each field of a type."""
    if OPAQUE.search(key):
        return {}
    required = set(schema.get("required", []))
    fields = {}
    for name, field in schema.get("properties", {}).items():
        known = value(field)
        known |= default(f"{unversioned(key)}.{name}", field, name in required, curated)
        read_only = "Read-only." in field.get("description", "") and "of" not in known
        is_status = name == "status" and "metadata" in schema["properties"]
        fields[name] = {"read_only": True} if read_only or is_status else known
    if schema.get("x-kubernetes-map-type") == "atomic":
        fields[""] = {"closed": True}
    return fields


def value(field: dict) -> dict:
    """What the schema of a field says of its value."""
    known = {}
    reference = field.get("$ref", "").removeprefix("#/$defs/")
    if reference in SCALARS:
        return {"equal": SCALARS[reference]}
    if field.get("format") in FORMATS:
        return {"equal": FORMATS[field["format"]]}
    if reference and not OPAQUE.search(reference):
        known["of"] = reference
    # A reference may speak against its type: `granular` where that is atomic.
    if field.get("x-kubernetes-map-type") in ("atomic", "granular"):
        known["closed"] = field["x-kubernetes-map-type"] == "atomic"
    if "array" in field.get("type", []):
        known |= elements(field)
    elif isinstance(field.get("additionalProperties"), dict):
        inside = value(field["additionalProperties"])
        known |= {"values": inside.get("of") or inside} if inside else {"map": 1}
    return known


def elements(field: dict) -> dict:
    """How a list is compared, and what is in it. Without a word of the schema a list is atomic."""
    kind = field.get("x-kubernetes-list-type", "atomic")
    known = {"list": field["x-kubernetes-list-map-keys"] if kind == "map" else kind}
    inside = value(field.get("items", {}))
    if "of" in inside:
        known["items"] = inside["of"]
    return known


def default(path: str, field: dict, required: bool, curated: dict) -> dict:
    """What an absent field stands for."""
    entry = curated["defaults"].get(path)
    if entry and entry["says"] in field.get("description", ""):
        return {"default": entry["value"], "says": entry["says"]}
    if entry := curated["documented"].get(path):
        return {"default": entry["value"], "says": entry["says"], "at": entry["at"]}
    if path in curated["zero"]:
        return {"default": curated["zero"][path]}
    # A literal default of the schema; an empty one is the zero value of its type.
    literal = field.get("default")
    if literal not in (None, "", 0, {}, []):
        return {"default": literal, "says": "default"}
    is_text = field.get("type") == ["string", "null"] and "format" not in field
    if is_text and not required and path not in curated["pointers"] and "enum" not in field:
        return {"default": ""}
    return {}


def elsewhere(shapes: dict) -> dict:
    """Types for what unknown kinds have in common with known ones."""
    pod = shapes[POD_SPEC]
    lists = {name: pod[name] for name in POD_LISTS}
    rest = {name: field for name, field in pod.items() if name not in POD_LISTS}
    claim = {"list": "atomic", "items": "io.k8s.api.core.v1.PersistentVolumeClaim"}
    return {
        "other.v1.Object": {"metadata": {"of": OBJECT_META}, "status": {"read_only": True}},
        "other.v1.Pod": {"spec": {"of": "other.v1.Lists"}, "volumeClaimTemplates": claim},
        "other.v1.Lists": lists,
        "other.v1.Template": {"metadata": {"of": OBJECT_META}, "spec": {"of": "other.v1.PodSpec"}},
        "other.v1.PodSpec": rest,
    }


def reachable(shapes: dict, roots: list) -> dict:
    """The types that stand in objects."""
    found = {}
    while roots:
        key = roots.pop()
        if key in found or key not in shapes:
            continue
        found[key] = shapes[key]
        fields = shapes[key].values()
        roots += [
            field[part]
            for field in fields
            for part in ("of", "items", "values")
            if isinstance(field.get(part), str)
        ]
    return found


def prune(shapes: dict) -> dict:
    """Takes out fields of which nothing is known, and types without any other."""
    while True:
        kept = {}
        for key, fields in shapes.items():
            known = {name: told(field, shapes) for name, field in fields.items()}
            kept[key] = {name: field for name, field in known.items() if field}
        kept = {key: fields for key, fields in kept.items() if fields}
        if kept == shapes:
            return kept
        shapes = kept


def told(field: dict, shapes: dict) -> dict:
    """What is known of a field, without the types of which nothing is known."""
    known = {}
    for part, of in field.items():
        is_type = part in ("of", "items", "values") and isinstance(of, str)
        if not is_type or of in shapes:
            known[part] = of
    return known


def renamed(fields: dict) -> dict:
    """The fields with short names of types, and those that stand for empty strings as one list."""

    def rename(part: str, known: object) -> object:
        is_type = part in ("of", "items", "values") and isinstance(known, str)
        return short(known) if is_type else known

    texts = sorted(name for name, known in fields.items() if known == {"default": ""})
    named = {
        name: {part: rename(part, of) for part, of in known.items()}
        for name, known in fields.items()
        if name not in texts
    }
    if texts:
        named[""] = named.get("", {}) | {"texts": texts}
    return named


def types(definitions: dict) -> dict:
    """The types of objects, `group/Kind`, each with its versions, the most stable one first."""
    found = {}
    for key, schema in definitions.items():
        kinds = schema.get("x-kubernetes-group-version-kind", [])
        # What stands in every group is no object: options and events of a watch.
        is_object = len(kinds) == 1 and "metadata" in schema.get("properties", {})
        if is_object and not key.endswith("List"):
            group = kinds[0]["group"] or "core"
            found.setdefault(f"{group}/{kinds[0]['kind']}", []).append(key)
    return {name: sorted(keys, key=by_stability) for name, keys in found.items()}


def by_stability(key: str) -> tuple:
    """Sorts versions: stable ones first, the newest of each first."""
    major, stage, minor = STABILITY.match(key.split(".")[-2]).groups()
    rank = {None: 0, "beta": 1, "alpha": 2}[stage]
    return (rank, -int(major), -int(minor or 0))


def canonical(pack: dict) -> str:
    """The pack as text: sorted, one type a line."""

    def line(part: object) -> str:
        return json.dumps(part, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    parts = []
    for name, part in sorted(pack.items()):
        if isinstance(part, dict):
            inside = (f"{line(key)}:{line(value)}" for key, value in sorted(part.items()))
            parts.append(f"{line(name)}:{{\n" + ",\n".join(inside) + "\n}")
        else:
            parts.append(f"{line(name)}:{line(part)}")
    return "{" + ",\n".join(parts) + "}\n"


if __name__ == "__main__":
    main(*sys.argv[1:])
