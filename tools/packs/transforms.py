"""Reads the transforms of CloudFormation schemas (`propertyTransform`, in JSONata) as alternatives.

An alternative is a list of steps that turn the declared text into the live one: `["lower"]`,
`[["last", "/"]]`. What is not of these shapes is an `UnknownError`; a regular expression of an ARN
in front of the value is a `CoveredError`, as names and ARNs are compared anyway.
"""

import re

TEXT = r"""(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')"""

# Transforms that are recognised as a whole, by how they start or what they are.
PROTOCOL = "$mapVal ? $mapVal : $lowercase(IpProtocol))"
NETWORK = "CidrBlock~>function($cidr)"
WHOLE = {
    '$join(["^", $replace($replace(Version, ".", "\\\\."), "x", "[0-9]+"), "$"])': [
        ["digits", "x"]
    ],
    '$contains(Cost, ".") ? Cost : Cost & ".0"': [["decimal"]],
    '$join($split(EngineVersion, ".", 2), ".")': [["first", ".", 2]],
    '$join([$string(EngineVersion), ".*"])': [["begins"]],
    '$join(["^", ViewArn, ":[0-9]*$"])': [["numbered", ":"]],
    "$replace(X509CertificateData, /\\s+$/, '')": [["trim_end"]],
    '$join(["[[]CFN-[0-9A-Z]{8}[]] ", Description])': [["coded", "[CFN-", 8, "] "]],
    '$join([".*",ExtraConnectionAttributes,".*"])': [["among", ";"]],
    '"vpc"': [["constant", "vpc"]],
    "StartingPositionTimestamp * 1000": [["times", 1000]],
}
# The same by how they start, for those that are long.
STARTS = {
    'TaskDefinition $OR $join(["arn:(aws)': [["arn_of", "task-definition/"]],
    "($groups := $match(Time, /^([0-9]{2}):([0-9]{2})": [["clock"]],
    "Ipv6CidrBlock~>function($c){$split($c": [["network"]],
    "$join([$match($replace(Ipv6CidrBlock,": [["network"]],
}
# One end of a range whose ends are the same.
RANGE = re.compile(
    r'\$count\(\$split\((\w+), "-"\)\) = 2 and \$split\(\1, "-"\)\[0\] = \$split\(\1, "-"\)\[1\]'
    r' \? \$split\(\1, "-"\)\[0\] : \1'
)
# Another word for one of the words, in capital letters.
WORD = re.compile(r"\$uppercase\(([\w.]+)\)='(\w+)' \? '(\w+)' : \$uppercase\(\1\)")
# What an empty list becomes.
EMPTY = re.compile(r"(\w+)(=\[\] \? null : \1| \? \1 : \[\])")
LOOKUP = re.compile(r"\$lookup\((\{[^}]*\})")


class UnknownError(Exception):
    """A transform of another shape."""


class CoveredError(Exception):
    """A transform that says what is compared anyway."""


def read(text: str, path: str) -> list:
    """The alternatives of a transform at a path."""
    field = path.split("/")[-1]
    if text in WHOLE:
        return [WHOLE[text]]
    for start, steps in STARTS.items():
        if text.startswith(start):
            return [steps]
    if RANGE.fullmatch(text):
        return [[["collapse", "-"]]]
    if match := WORD.fullmatch(text):
        return [["upper", ["lookup", {match[2]: match[3]}]], ["upper"]]
    if EMPTY.fullmatch(text):
        raise CoveredError("an empty list")
    if text.endswith(PROTOCOL) and "imcp" not in text:
        pairs = dict(re.findall(r"'([^']*)':\s*'([^']*)'", LOOKUP.search(text)[1]))
        return [[["lookup", pairs]], ["lower"]]
    if text.startswith(NETWORK):
        return [["network"]]
    found = []
    why = None
    for part in text.split("$OR"):
        try:
            steps = alternative(part.strip(), field)
        except (UnknownError, CoveredError) as error:
            why = why if isinstance(why, UnknownError) else error
            continue
        if steps and steps not in found:
            found.append(steps)
    if not found:
        raise why or CoveredError("the value itself")
    return found


def alternative(text: str, field: str) -> list:
    """The steps of one alternative."""
    if text == field or re.fullmatch(rf"[\w.]+\.{field}", text):
        return []
    if match := re.fullmatch(r"\$(lowercase|uppercase|string)\((.*)\)", text):
        step = {"lowercase": ["lower"], "uppercase": ["upper"], "string": []}[match[1]]
        return alternative(match[2].strip(), field) + step
    if match := re.fullmatch(rf"\$substringAfter\((.*),\s*{TEXT}\)", text):
        return [*alternative(match[1], field), ["after", literal(match, 2)]]
    if match := re.fullmatch(rf"\$split\((.*),\s*{TEXT}\)\[-1\]", text):
        return [*alternative(match[1], field), ["last", literal(match, 2)]]
    if match := re.fullmatch(r"\$replace\((.*),\s*/\\s\+\$/,\s*''\)", text):
        return [*alternative(match[1], field), ["trim_end"]]
    if match := re.fullmatch(r"""\$replace\((.*),\s*/\(\.\*\)\\\.\$/,\s*"\$1"\)""", text):
        return [*alternative(match[1], field), ["strip_end", "."]]
    if match := re.fullmatch(r"\$replace\((.*),\s*/\n\$/,\s*''\)", text):
        return [*alternative(match[1], field), ["strip_end", "\n"]]
    if match := re.fullmatch(rf"\$replace\((.*),\s*{TEXT},\s*{TEXT}\)", text):
        return [*alternative(match[1], field), ["replace", literal(match, 2), literal(match, 4)]]
    if match := re.fullmatch(rf"\$join\(\[(.*),\s*{TEXT}\]\)", text, re.DOTALL):
        return [*alternative(match[1], field), ["suffix", literal(match, 2, dot=True)]]
    if match := re.fullmatch(rf"\$join\(\[\s*{TEXT},\s*(.*)\]\)", text):
        return [*alternative(match[3], field), ["prefix", literal(match, 1)]]
    if match := re.fullmatch(rf"{TEXT} & '' & (.*)", text):
        return [*alternative(match[3], field), ["prefix", literal(match, 1)]]
    if re.fullmatch(r'"(arn:[^"]*|\^[^"]*)"', text):
        raise UnknownError("any value of a pattern")
    raise UnknownError(" ".join(text.split())[:70])


def literal(match: re.Match, at: int, *, dot: bool = False) -> str:
    """A text in quotes; where it is a regular expression of an ARN, the transform is covered."""
    text = match[at] if match[at] is not None else match[at + 1]
    if "arn:" in text:
        raise CoveredError("an ARN of the value")
    if re.search(r"[][*+?^$()|\\]", text) or ("." in text and text != "." and not dot):
        raise UnknownError("a regular expression around the value")
    return text
