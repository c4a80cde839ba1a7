"""Distils the schemas of the CloudFormation registry into the generated part of the AWS pack.

Called with the folder of the schemas (`cfnlint/data/schemas` of the package cfn-lint), the version
of that package, and the file to write. The schema of us-east-1 counts; types that only other
regions have are taken from the first of these by name. The file has a line for the whole, then one
for each type, sorted. What cannot be said of a type is left out and counted on standard output.
"""

import json
import re
import sys
from collections import Counter
from pathlib import Path

import transforms

FIRST = "us-east-1"

# Fields that name an element of a list, if it has to have exactly one of them.
NAMES = re.compile(r"(^|[a-z0-9])(Key|Name|Id)$")

# Fields that hold a policy in the language of IAM, whose grammar says what means the same; policies
# of other kinds (filters, redrive, delivery) are plain JSON.
POLICY = re.compile(
    r"^(|Access|AssumeRole|FileSystem|Inline|Key|ModelPackageGroup|NamespaceResource|Permissions"
    r"|Repository|Resource|S3Access|DeliveryDestination)Polic(y|ies)(Document|Text)?$"
)

# How a policy on a resource is told of.
ON_RESOURCE = re.compile(r"ResourcePolicy|IAM|[Rr]esource[- ](based )?polic|[Kk]ey policy")

# What a constant looks like; what could be a number or a boolean is none.
NAME = re.compile(r"(?!true$|false$)[a-z]", re.IGNORECASE)

# Texts of these names are constants or stored in letters of one case, though no schema lists them.
CONSTANT = re.compile(
    r"(Type|Types|Mode|Status|State|Protocol|Protocols|Family|Engine|Scheme|Tenancy|Direction|Unit|Tier"
    r"|Method|Severity|Visibility|(Cluster|DBInstance|Snapshot|Group|Instance)Identifier)$"
)

# Lists whose order counts: arguments, what is done or tried one after the other, and what is laid
# over each other.
IN_ORDER = (
    "Actions",
    "Args",
    "BootstrapActions",
    "CacheBehaviors",
    "Command",
    "Containers",
    "DnsServers",
    "DomainNameServers",
    "EntryPoint",
    "EvaluateOnExit",
    "Functions",
    "InitContainers",
    "Items",
    "LayerArns",
    "Layers",
    "Members",
    "NetbiosNameServers",
    "OutputFilters",
    "Phases",
    "PlacementStrategies",
    "Processors",
    "Rules",
    "SortColumns",
    "StackSetRegions",
    "Stages",
    "Statements",
    "Steps",
    "Strategies",
    "TimestampFormats",
    "Transitions",
    "UniqueKeys",
)

# Lists whose order counts whatever their schema says of it, under these names: the rule `in-order`
# of the pack `cloudformation` speaks of them, with its sentences, and nothing does here.
ALWAYS = (
    "Args",
    "BootstrapActions",
    "Command",
    "DnsServers",
    "DomainNameServers",
    "EntryPoint",
    "InitContainers",
    "NetbiosNameServers",
    "PartitionKeys",
    "SortColumns",
    "Stages",
    "Steps",
)

# The same for lists of single types.
ALWAYS_IN = {
    "AWS::AppSync::Resolver": ("Functions",),
    "AWS::Glue::Table": ("BucketColumns", "Columns"),
    "AWS::KinesisAnalytics::Application": ("RecordColumns",),
    "AWS::KinesisAnalyticsV2::Application": ("RecordColumns",),
    "AWS::Logs::Transformer": ("Columns",),
    "AWS::OpsWorks::Layer": ("Configure", "Deploy", "Setup", "Shutdown", "Undeploy"),
    "AWS::SageMaker::Model": ("Containers",),
}

# Lists of scalars of these names hold what belongs to something or is allowed, none before the
# other.
REFERENCES = re.compile(
    r"(Accounts|Addresses|Aliases|Arns|ARNs|Attributes|Audiences|Blocks|Branches|Calendars"
    r"|Capabilities|Categories|Certificates|Cidrs|CIDRs|Clients|CNAMEs|Codes|Connections"
    r"|Cookies|Domains|Emails|Events|Exclusions|Exports|Features|Filters|Flows|Gids|Groups"
    r"|Headers|Hosts|Identifiers|Ids|Instances|Keywords|Labels|Languages|Locations|Mediums"
    r"|Methods|Metrics|Mfas|Modes|Numbers|Origins|Packages|Patterns|Permissions|Ports"
    r"|Owners|Principals|Products|Protocols|Providers|PublicKeys|QueryStrings|Recipients|Regions|Repositories"
    r"|Roles|Scopes|Services|Signers|Sources|Strategies|Subnets|Subscribers|Tables|TagKeys"
    r"|Tools|Topics|Types|Units|URIs|URLs|Uris|Urls|Users|Versions|Words|Zones)$"
    r"|^(Alarm|OK|InsufficientData)Actions$"
    r"|^(Allow|Allowed|Authorized|Disabled|Enable|Enabled|Exclude|Excluded|Include|Included|Required"
    r"|Supported|Trusted|Whitelisted)[A-Z]"
    r"|(Alarm|Metric|Policy|SubjectAlternative)Names$"
    r"|(Account|Asn|Cidr|Domain|Region|User)(Allow|Deny)?List$"
)

# What asks whether a value is one of some, in any order.
ASKS = re.compile(r"(Condition|Dimension|Expression|Filter|Tag|Target)\w*\.Values$")

# Fields that are compared as what they are, whatever the service does to them: names in the DNS and
# keys of OpenSSH.
BY_NATURE = (
    "DNSName",
    "DnsName",
    "DomainName",
    "FullyQualifiedDomainName",
    "HostName",
    "HostedZoneName",
    "Hostname",
    "PublicKeyMaterial",
    "SshPublicKey",
    "SshPublicKeyBody",
)

# What is said of paths.
LETTERS = {
    "c": "createOnlyProperties",
    "i": "primaryIdentifier",
    "n": "required",
    "r": "readOnlyProperties",
    "w": "writeOnlyProperties",
}

# What names the shape of something inside.
PARTS = ("of", "items", "values")

# Lists of these are the members of something; that they are listed in an order means nothing.
MEMBERS = ("AWS::EC2::SecurityGroup.Ids", "AWS::EC2::SecurityGroup.Names", "AWS::EC2::Subnet.Ids")


def main(folder: str, version: str, output: str) -> None:
    """Writes the pack that the schemas in `folder` come to."""
    schemas = Path(folder)
    left_out = Counter()
    lines = []
    known = []
    for name, digest in sorted(types(schemas / "providers").items()):
        schema = json.loads((schemas / "resources" / f"{digest}.json").read_text("utf-8"))
        lines.append(line(name, Type(schema, known, left_out).distil()))
    head = {
        "version": version,
        "source": f"CloudFormation registry schema of the type, cfn-lint {version}",
        "transforms": known,
    }
    text = "\n".join([compact(head), *lines]) + "\n"
    Path(output).write_text(text, "utf-8", newline="\n")
    for what, count in sorted(left_out.items()):
        print(f"left out: {what}: {count}")


def types(providers: Path) -> dict:
    """The types of all regions, each with the name of its schema."""
    found = {}
    paths = sorted(providers.glob("*.json"), key=lambda path: (path.stem != FIRST, path.stem))
    for path in paths:
        for name, digest in json.loads(path.read_text("utf-8")).items():
            if name.startswith("AWS::") and path.stem != "sam":
                found.setdefault(name, digest)
    return found


class Type:
    """One type, and what its schema says."""

    def __init__(self, schema: dict, transforms: list, left_out: Counter) -> None:
        """Takes the schema, the transforms so far, and where to count what is left out."""
        self.schema = schema
        self.transforms = transforms
        self.left_out = left_out
        self.shapes = {}
        # Fields by their names, with whether each takes one of some names.
        self.named = {}

    def distil(self) -> dict:
        """All that is known of the type."""
        self.shape("", self.schema)
        known = {"shapes": pruned(self.shapes), "paths": self.paths()}
        names = sorted(name for name, all_of in self.named.items() if all(all_of))
        versions = (name for name in self.named if name.endswith("Version"))
        known["names"] = " ".join(names)
        known["versions"] = " ".join(sorted(name for name in versions if name not in names))
        changed = {}
        for pointer, text in sorted(self.schema.get("propertyTransform", {}).items()):
            path = self.path(pointer)
            if path.split("/")[-1] in BY_NATURE:
                self.left_out["transform, of what is compared by its nature"] += 1
                continue
            try:
                found = transforms.read(text, path)
            except transforms.UnknownError as unknown:
                self.left_out[f"transform: {unknown}"] += 1
            except transforms.CoveredError as covered:
                self.left_out[f"transform, compared anyway: {covered}"] += 1
            else:
                # As a number of the list at the start of the file.
                if found not in self.transforms:
                    self.transforms.append(found)
                changed[path] = self.transforms.index(found)
        known["transforms"] = changed
        return {name: part for name, part in known.items() if part}

    def paths(self) -> dict:
        """What is said of properties in letters, each with the paths that it is said of."""
        found = {}
        for letter, part in LETTERS.items():
            for number, pointer in enumerate(self.schema.get(part, [])):
                path = self.path(pointer)
                known = found.setdefault(path, "")
                # The parts of an identifier stand in an order.
                found[path] = known + (f"{letter}{number}" if letter == "i" and number else letter)
        # What cannot be changed lasts anyway, and what is never returned is not missed.
        by_letters = {}
        for path, letters in found.items():
            letters = letters.replace("n", "") if re.search("[cw]", letters) else letters
            by_letters.setdefault(letters, []).append(path)
        return {letters: " ".join(sorted(paths)) for letters, paths in by_letters.items()}

    def path(self, pointer: str) -> str:
        """`A/*/B` for `/properties/A/*/properties/B`, and the like."""
        tokens = pointer.strip("/").split("/")
        if tokens[0] != "properties":
            tokens = ["properties", *tokens]
        found = []
        where = self.schema
        for token in tokens[1:]:
            where = self.resolved(where)
            fields = properties(self, where)
            if token in ("*", "items") and token not in fields:
                found.append("*")
                where = where.get("items", {}) if isinstance(where.get("items"), dict) else {}
            elif token != "properties" or token in fields:
                # Schemas leave out the `*` of a list here and there.
                if token not in fields and "items" in where:
                    found.append("*")
                    where = self.resolved(where["items"])
                    fields = properties(self, where)
                found.append(token)
                where = fields.get(token, {})
        return "/".join(found)

    def resolved(self, schema: dict) -> dict:
        """What a reference stands for."""
        for _ in range(16):
            if not isinstance(schema, dict) or "$ref" not in schema:
                break
            schema = self.target(schema["$ref"])
        return schema if isinstance(schema, dict) else {}

    def target(self, reference: str) -> dict:
        """The part of the schema that a reference names."""
        found = self.schema
        for token in reference.removeprefix("#/").split("/"):
            found = found.get(token, {})
        return found

    def of(self, name: str, schema: dict) -> str | None:
        """The name of the shape of a schema; none for scalars and what may be anything."""
        reference = schema.get("$ref")
        key = reference.split("/")[-1] if reference else name
        schema = self.resolved(schema)
        if not properties(self, schema) and "array" not in kinds(schema):
            return None
        if key not in self.shapes:
            self.shapes[key] = {}
            self.shape(key, schema)
        return key

    def shape(self, key: str, schema: dict) -> None:
        """What is known of each field of an object; a list stands for its elements."""
        self.shapes[key] = fields = {}
        for name, field in sorted(properties(self, schema).items()):
            # What the service alone writes is not compared, whatever is in it.
            if not key and f"/properties/{name}" in self.schema.get("readOnlyProperties", []):
                continue
            known = self.field(f"{key}.{name}".strip("."), name, field)
            if known:
                fields[name] = known

    def field(self, place: str, name: str, field: dict) -> dict:
        """What is known of a field or an element."""
        reference = field.get("$ref", "").split("/")[-1]
        field = self.resolved(field) | {k: v for k, v in field.items() if k == "default"}
        known = {}
        element = field.get("items")
        element = self.resolved(element) if isinstance(element, dict) else {}
        is_constant = CONSTANT.search(name) and "string" in (*kinds(field), *kinds(element))
        self.named.setdefault(name, []).append(
            bool(is_constant) or is_named(field) or is_named(element)
        )
        default = field.get("default")
        if default is not None and is_literal(default, field):
            known["default"] = default
        if "array" in kinds(field):
            self.sequence(reference or place, name, field, known)
        elif self.is_document(name, field):
            known["equal"] = "iam_policy" if POLICY.match(name) else "json"
        elif field.get("format") in ("date-time", "timestamp"):
            known["equal"] = "timestamp"
        elif of := self.of(reference or place, field):
            known["of"] = of
        elif inside := values(field):
            if of := self.of(inside.get("$ref", place).split("/")[-1], inside):
                known["values"] = of
            elif self.is_tags(name):
                known["tags"] = "map"
            else:
                known["map"] = 1
        return known

    def is_document(self, name: str, field: dict) -> bool:
        """Whether a value is a document, or the text of one."""
        # Of texts without a format, those that are said to be a policy on a resource.
        if kinds(field) == ["string"] and POLICY.match(name):
            told = field.get("description", "") + self.schema["typeName"]
            return "enum" not in field and ON_RESOURCE.search(told) is not None
        is_free = kinds(field) == ["object"] and not properties(self, field) and not values(field)
        return is_free or set(kinds(field)) == {"object", "string"} or field.get("format") == "json"

    def is_tags(self, name: str) -> bool:
        """Whether a field holds the tags of the resource."""
        tagging = self.schema.get("tagging")
        tagging = tagging if isinstance(tagging, dict) else {}
        return name.endswith("Tags") or tagging.get("tagProperty") == f"/properties/{name}"

    def sequence(self, place: str, name: str, field: dict, known: dict) -> None:
        """What is known of a list."""
        items = field.get("items")
        items = items if isinstance(items, dict) else {}
        element = self.resolved(items)
        # Elements that have to differ are a set where the schema says nothing of their order, but
        # for those whose order counts by their nature.
        is_set = field.get("insertionOrder") is False
        is_unique = field.get("uniqueItems") is True
        is_set |= is_unique and "insertionOrder" not in field and name not in IN_ORDER
        is_set |= is_members(place, name, field, element) and "insertionOrder" not in field
        keys = self.keys(name, element, is_set, field.get("insertionOrder"))
        keys = keys or self.one_of_each(field, element)
        if name in ALWAYS or name in ALWAYS_IN.get(self.schema["typeName"], ()):
            pass
        elif keys:
            known["list"] = keys
            if keys == ["Key"] and self.is_tags(name):
                known["tags"] = "list"
            elif pair(properties(self, element)):
                known["pairs"] = True
        elif is_set:
            known["list"] = "set"
        if "array" in kinds(element):
            inner = self.field(f"{place}.*", name, items)
            if inner:
                self.shapes[f"{place}.*"] = {"*": inner}
                known["items"] = f"{place}.*"
        elif of := self.of(f"{place}.*", items):
            known["items"] = of
        elif set(kinds(element)) == {"object", "string"}:
            known["each"] = "json"

    def keys(self, name: str, element: dict, is_set: bool, order: object) -> list | None:
        """The fields that elements are known by."""
        fields = properties(self, element)
        if set(fields) == {"Key", "Value"} and self.is_tags(name):
            return ["Key"]
        if key := pair(fields):
            return [key]
        # Elements that have to have one name are known by it, unless the schema says that their
        # order counts, or it does by its nature.
        if not is_set and (order is not None or name in IN_ORDER):
            return None
        required = [name for name in element.get("required", []) if NAMES.search(name)]
        scalar = [
            name for name in required if "string" in kinds(self.resolved(fields.get(name, {})))
        ]
        if len(scalar) == 1:
            return scalar
        # What alone every element has to have is what it is about.
        required = element.get("required", [])
        if is_set or len(required) != 1 or len(fields) == 1:
            return None
        about = kinds(self.resolved(fields.get(required[0], {})))
        return required if about in (["string"], ["integer"]) else None

    def one_of_each(self, field: dict, element: dict) -> list | None:
        """The field of which a list can hold one element for each of its values, and no more."""
        if field.get("insertionOrder") is True:
            return None
        fields = properties(self, element)
        for name in element.get("required", []):
            values = self.resolved(fields.get(name, {})).get("enum", [])
            if len(values) > 1 and len(values) == field.get("maxItems"):
                return [name]
        return None


def properties(of: Type, schema: dict) -> dict:
    """The fields of an object, those of its alternatives among them."""
    found = dict(schema.get("properties", {}))
    for part in ("allOf", "anyOf", "oneOf"):
        for other in schema.get(part, []):
            if isinstance(other, dict):
                for name, field in properties(of, of.resolved(other)).items():
                    if field and field is not True:
                        found.setdefault(name, field)
    return {name: field for name, field in found.items() if isinstance(field, dict)}


def values(schema: dict) -> dict:
    """The schema of the values of a map with any keys."""
    patterns = [
        one for one in schema.get("patternProperties", {}).values() if isinstance(one, dict)
    ]
    more = schema.get("additionalProperties")
    return patterns[0] if patterns else more if isinstance(more, dict) else {}


def kinds(schema: dict) -> list:
    """The types of JSON that a value may be of."""
    kind = schema.get("type", [])
    return [kind] if isinstance(kind, str) else kind


def is_members(place: str, name: str, field: dict, element: dict) -> bool:
    """Whether a list names members of something, or some of a few names."""
    if properties_of(element) or name in IN_ORDER:
        return False
    of_format = element.get("format", "").startswith("AWS::") or field.get("format") in MEMBERS
    if of_format or is_named(element) or ASKS.search(place):
        return True
    return REFERENCES.search(name) is not None


def properties_of(schema: dict) -> dict:
    """The fields that an object has by itself."""
    return schema.get("properties", {})


def pair(fields: dict) -> str | None:
    """The field with the name, where elements are pairs of a name and a value: a map, as a list."""
    if len(fields) != 2:
        return None
    for name in fields:
        (other,) = set(fields) - {name}
        if re.search(r"(Key|Name)$", name) and re.search(r"Values?$", other):
            return name
    return None


def is_named(field: dict) -> bool:
    """Whether a value is one of some names, which the case of letters does not tell apart."""
    names = field.get("enum", [])
    is_text = names and all(isinstance(name, str) and NAME.match(name) for name in names)
    return bool(is_text) and len({name.lower() for name in names}) == len(set(names))


def is_literal(default: object, field: dict) -> bool:
    """Whether a default is a value of the field's own type."""
    is_kind = {
        "string": isinstance(default, str),
        "boolean": isinstance(default, bool),
        "integer": isinstance(default, int) and not isinstance(default, bool),
        "number": isinstance(default, int | float) and not isinstance(default, bool),
        "array": isinstance(default, list),
        "object": isinstance(default, dict),
    }
    return any(is_kind.get(kind, False) for kind in kinds(field))


def pruned(shapes: dict) -> dict:
    """Takes out fields of which nothing is known, and shapes without any other."""
    while True:
        kept = {}
        for key, fields in shapes.items():
            told = {}
            for name, known in fields.items():
                known = {
                    part: of for part, of in known.items() if part not in PARTS or of in shapes
                }
                if known:
                    told[name] = known
            if told:
                kept[key] = told
        if kept == shapes:
            return numbered(kept)
        shapes = kept


def numbered(shapes: dict) -> dict:
    """The shapes that the root reaches, by their numbers in the order of a walk."""
    numbers = {"": ""}
    order = [""]
    for key in order:
        for known in shapes.get(key, {}).values():
            for part in PARTS:
                if part in known and known[part] not in numbers:
                    numbers[known[part]] = str(len(numbers))
                    order.append(known[part])
    return {
        numbers[key]: {
            name: {part: numbers[of] if part in PARTS else of for part, of in known.items()}
            for name, known in shapes[key].items()
        }
        for key in order
        if key in shapes
    }


def line(name: str, known: dict) -> str:
    """The line of a type."""
    rest = compact(known)[1:]
    return f'{{"type":{compact(name)}' + ("," if known else "") + rest


def compact(part: object) -> str:
    """JSON, sorted and without spaces."""
    return json.dumps(part, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
