"""What can be passed for a document."""

from __future__ import annotations

import contextlib
import errno
import glob
import io
import json
import math
import mmap
import os
import random
import struct
from collections import OrderedDict, UserDict
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import drift_py as drift
from drift_py import _inputs, _native

AT = "2026-01-01T00:00:00Z"


def record(name: str = "jobs", **attributes: Any) -> dict[str, Any]:
    return {"type": "queue", "id": name, "attributes": attributes}


def ids(source: Any, **options: Any) -> list[str]:
    return [one["id"] for one in drift.Snapshot.parse(source, **options).resources]


def page(name: str, **more: Any) -> dict[str, Any]:
    """Give a page as boto3 returns it."""
    answer = {"HTTPStatusCode": 200, "RequestId": "r", "RetryAttempts": 0}
    group = {"GroupId": name, "GroupName": name, "IpPermissions": [], "OwnerId": "1"}
    return {"SecurityGroups": [group], "ResponseMetadata": answer, **more}


def config_map(name: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": "shop"},
        "data": {"a": "b"},
    }


class Str(str):
    """A str that is not quite one."""

    __slots__ = ()

    def __str__(self) -> str:
        return "wrong"


class TestBuffers:
    def test_what_lends_its_bytes(self, tmp_path: Path) -> None:
        text = json.dumps([record()]).encode()
        file = tmp_path / "a.json"
        file.write_bytes(text)
        with file.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as m:
            assert ids(m) == ids(m) == ["jobs"]
            assert m.tell() == 0
        for source in (bytearray(text), memoryview(text), memoryview(b"xx" + text)[2:]):
            assert ids(source) == ["jobs"]
        # Every second byte.
        spread = bytearray(len(text) * 2)
        spread[::2] = text
        assert ids(memoryview(spread)[::2]) == ["jobs"]

    def test_functions_for_authors_take_them_as_well(self) -> None:
        for kind in (bytes, bytearray, memoryview):
            document = kind(b'{"b": [{"image": 1}], "a": 1.50}')
            assert drift.canonical(document) == ['{"a":1.5,"b":[{"image":1}]}']
            assert drift.select("$..image", document) == ["/b/0/image"]

    def test_a_copy_is_a_copy(self) -> None:
        text = bytearray(json.dumps([record(n=1)]).encode())
        snapshot = drift.Snapshot.parse(text)
        text[:] = b" " * len(text)
        assert drift.detect([record(n=1)], snapshot).in_sync

    def test_an_open_file_is_read(self, tmp_path: Path) -> None:
        file = tmp_path / "a.json"
        file.write_text(json.dumps([record()]))
        with file.open() as opened:
            assert ids(opened) == ["jobs"]
        with file.open("rb") as binary:
            assert ids(binary) == ["jobs"]
        assert ids(io.StringIO(json.dumps([record()]))) == ["jobs"]


class TestPaths:
    def test_a_pattern_is_the_files_that_match(self, tmp_path: Path) -> None:
        (tmp_path / "deep").mkdir()
        for name in ("b.json", "a.json", "deep/c.json", "no.yaml"):
            (tmp_path / name).write_text(json.dumps([record(Path(name).stem)]))
        assert ids(tmp_path / "*.json") == ["a", "b"]
        assert ids(tmp_path / "**" / "*.json") == ["a", "b", "c"]
        assert ids(tmp_path / "[ab].json") == ["a", "b"]
        before = Path.cwd()
        os.chdir(tmp_path)
        try:
            [first, _] = drift.Snapshot.parse(Path("*.json")).resources
        finally:
            os.chdir(before)
        assert first["source"]["file"] == "a.json"
        with pytest.raises(FileNotFoundError, match="no file matches"):
            drift.Snapshot.parse(tmp_path / "*.tfstate")

    def test_a_name_that_looks_like_a_pattern_is_a_name(self, tmp_path: Path) -> None:
        (tmp_path / "[a].json").write_text(json.dumps([record("named")]))
        assert ids(tmp_path / "[a].json") == ["named"]

    def test_patterns_mean_what_they_mean_elsewhere(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        for name in ["a.json", "b.json", ".c.json", "d/a.json", "d/e/f.json", "d/.g/h.json"]:
            Path(name).parent.mkdir(parents=True, exist_ok=True)
            Path(name).write_text(json.dumps([record(name)]))
        Path("d/up").symlink_to("..")
        patterns = ["*.json", "**/*.json", "d/**", "d/*/*.json", "?.json", "[ab].json", ".*.json"]
        patterns += ["d/.g/*.json", "*/a.json", "d/e/*", "**/f.json", str(tmp_path / "*.json")]
        patterns += ["**/**/*.json", "*/e/f.json"]
        for pattern in patterns:
            found = glob.glob(pattern, recursive=True)  # noqa: PTH207
            # Links to folders are followed where they are named, and not below `**`.
            kept = {
                one
                for one in found
                if Path(one).is_file() and not ("**" in pattern and "up" in one)
            }
            assert {name for name, _ in _inputs.files_of(Path(pattern)) or []} == kept, pattern

    @pytest.mark.parametrize("pattern", ["d", "d/**/*.json", "d/*/*.json"])
    def test_a_folder_that_nobody_can_look_into_is_an_error(
        self, pattern: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "d/secret").mkdir(parents=True)
        for name in ["d/a.json", "d/secret/b.json", "d/p.rego"]:
            (tmp_path / name).write_text(json.dumps([record(name)]))
        scandir = os.scandir

        def refuse(folder: Any) -> Any:
            if Path(folder).name == "secret":
                raise PermissionError(errno.EACCES, "Permission denied", os.fspath(folder))
            return scandir(folder)

        monkeypatch.setattr(os, "scandir", refuse)
        with pytest.raises(PermissionError, match="secret"):
            drift.Snapshot.parse(tmp_path / pattern)
        with pytest.raises(PermissionError, match="secret"):
            drift.Policies.parse(tmp_path / "d")


class TestIterables:
    def test_pages_belong_together(self) -> None:
        pages = [page("sg-1", NextToken="x"), page("sg-2")]
        actual = drift.Snapshot.parse(one for one in pages)
        assert [one["id"] for one in actual.resources] == ["sg-1", "sg-2"]
        desired = drift.Snapshot.parse([*pages, page("sg-3")].__iter__())
        [finding] = drift.detect(desired, actual).findings
        assert (finding.status, finding.resource["id"]) == ("missing", "sg-3")

    def test_documents_one_by_one(self, tmp_path: Path) -> None:
        file = tmp_path / "a.json"
        file.write_text(json.dumps([record("file")]))
        text = json.dumps([record("text")])
        assert ids([file, text.encode()]) == ["file", "text"]
        assert ids((text, bytearray(json.dumps([record("b")]).encode()))) == ["text", "b"]
        assert ids(config_map(name) for name in "ab") == ["a", "b"]
        snapshot = drift.Snapshot.parse([record("snapshot")])
        assert ids(iter([snapshot, file])) == ["snapshot", "file"]
        with pytest.raises(FileNotFoundError):
            ids([file, tmp_path / "no.json"])

    def test_a_list_of_dicts_is_one_document(self) -> None:
        assert ids([record("a"), record("b")]) == ["a", "b"]
        assert ids((config_map("a"), config_map("b"))) == ["a", "b"]

    def test_nothing_is_an_error(self) -> None:
        with pytest.raises(drift.DriftError) as raised:
            drift.Snapshot.parse(iter([]), complete=True)
        assert raised.value.code == "DRIFT_NO_RESOURCES"

    def test_what_is_of_one_document_is_refused(self) -> None:
        with pytest.raises(TypeError, match="revision is of one document"):
            drift.Snapshot.parse(iter([config_map("a")]), revision="abc")


class TestValues:
    def test_subclasses_are_what_they_are(self) -> None:
        class Dict(dict[str, Any]):
            pass

        live = [Dict(record(a=OrderedDict(b=Str("x")), c=UserDict({Str("k"): (1, 2)})))]
        assert drift.detect([record(a={"b": "x"}, c={"k": [1, 2]})], live).in_sync

    @pytest.mark.parametrize("value", [True, False])
    def test_a_bool_is_no_number(self, value: bool) -> None:
        assert not drift.detect([record(n=int(value))], [record(n=value)]).in_sync
        text = json.dumps([record(n=value)])
        assert drift.detect(text, [record(n=value)]).in_sync

    def test_bytes_of_any_kind_are_base64(self) -> None:
        for raw in (b"\x00\xff", bytearray(b"\x00\xff")):
            assert drift.detect([record(raw="AP8=")], [record(raw=raw)]).in_sync

    def test_datetimes_keep_their_microseconds(self) -> None:
        def lease(renewed: object) -> dict[str, Any]:
            lease = {**config_map("a"), "apiVersion": "coordination.k8s.io/v1", "kind": "Lease"}
            del lease["data"]
            return {**lease, "spec": {"renewTime": renewed}}

        at = datetime(2026, 1, 1, 0, 0, 0, 123456, tzinfo=timezone.utc)
        assert drift.detect(lease("2026-01-01T00:00:00.123456Z"), lease(at)).in_sync
        assert not drift.detect(lease(at), lease(at.replace(microsecond=123999))).in_sync
        assert _native.to_json([at.replace(microsecond=0)]) == '["2026-01-01T00:00:00Z"]'
        early = datetime.min.replace(tzinfo=timezone(timedelta(hours=1)))
        with pytest.raises(drift.DriftError, match="out of range"):
            drift.Snapshot.parse([record(at=early)])

    def test_bytes_are_no_option(self) -> None:
        with pytest.raises(TypeError, match="digest_key is a str, not bytes"):
            drift.Detector(digest_key=b"key")  # type: ignore[arg-type]

    def test_an_object_that_tells_what_it_holds(self) -> None:
        class Model:
            def __init__(self, held: object) -> None:
                self.held = held

            def to_dict(self) -> object:
                return self.held

        assert ids(Model([record("a")])) == ["a"]
        assert ids([record("a", deep=Model({"x": Model([1])}))]) == ["a"]
        with pytest.raises(TypeError, match="type type"):
            ids([record("a", deep=Model)])
        loop = Model(None)
        loop.held = loop
        with pytest.raises(drift.DriftError, match="max_depth"):
            ids([record("a", deep=loop)])

    def test_a_key_that_is_no_str(self) -> None:
        for key in (1, None, True, b"a", ("a",)):
            with pytest.raises(TypeError, match="keys of a document must be str") as raised:
                ids([record("a", deep={"x.y": [{key: 1}]})])
            assert str(raised.value).endswith('at `[0].attributes.deep["x.y"][0]`')

    def test_an_error_tells_where_it_is(self) -> None:
        for value in (float("nan"), Decimal("NaN"), "\udfff", datetime(2026, 1, 1)):
            with pytest.raises(drift.DriftError) as raised:
                ids([record("a"), record("b", deep=[{}, {"size": value}])])
            assert raised.value.path == "[1].attributes.deep[1].size"
            assert raised.value.path in str(raised.value)
        with pytest.raises(TypeError, match=r"type set cannot .*, at `\[0\]\.attributes\.deep`"):
            ids([record("a", deep={1})])
        with pytest.raises(TypeError, match=r"must be str, not int$"):
            ids({1: 2})

    def test_what_is_raised_meanwhile_is_raised(self) -> None:
        class Model:
            def to_dict(self) -> object:
                raise LookupError("not now")

        with pytest.raises(LookupError, match=r"^'?not now'?$"):
            ids([record("a", deep=Model())])

    def test_a_dict_that_changes_while_it_is_read(self) -> None:
        class Model:
            """Does to the dict that holds it what another thread might."""

            def __init__(self, change: Callable[[dict[str, Any]], object]) -> None:
                self.change = change
                self.held: dict[str, Any] = {"first": 1, "model": self, "last": 2}

            def to_dict(self) -> object:
                self.change(self.held)
                return {}

        for change in (dict.clear, lambda held: held.update(more=1), lambda held: held.pop("last")):
            with pytest.raises(RuntimeError, match="changed its size while it was read"):
                ids([record("a", deep=Model(change).held)])

        def swap(held: dict[str, Any]) -> None:
            for name in list(held):
                held[f"{name}-again"] = held.pop(name)

        with contextlib.suppress(RuntimeError):
            assert ids([record("a", deep=Model(swap).held)]) == ["a"]
        held: list[Any] = [1, 2, 3]
        model = Model(lambda _: held.clear())
        held.insert(1, model)
        assert ids([record("a", deep=held)]) == ["a"]


class TestText:
    """The text that objects become, beside what the standard library makes of them."""

    def test_numbers_are_written_as_python_does(self) -> None:
        drawn = random.Random(7)
        numbers: list[float] = [0.0, -0.0, 1e-4, 9.9e-5, 1e15, 1e16, 123456789012345680.0, 5e-324]
        numbers += [1.7976931348623157e308, 1e22, 1e21, 0.1, 100.0, 2.0**53, 1 / 3]
        numbers += [struct.unpack("d", drawn.randbytes(8))[0] for _ in range(2000)]
        numbers += [drawn.uniform(-1000, 1000) for _ in range(500)]
        for number in numbers:
            if math.isfinite(number):
                assert _native.to_json(number) == repr(number)
        whole = [0, 9, 10, -1, -10, 2**31, 2**63 - 1, -(2**63), 2**63, 2**64, 10**30, -(10**30)]
        whole += [
            drawn.randrange(-(10**18), 10**18) // 10 ** drawn.randrange(18) for _ in range(500)
        ]
        for number in whole:
            assert _native.to_json(number) == str(number)

    def test_strings_of_every_length_with_everything_in_every_place(self) -> None:
        marks = ['"', "\\", "\n", "\x00", "\x1f", " ", "\x7f", "\u00e9", "\u20ac", "\U0001f600"]
        for length in [*range(70), 4095, 4096, 4097]:
            plain = "abcdefghij"[length % 10] * length
            places = range(length) if length < 70 else (0, length // 2, length - 1)
            texts = [plain, *(plain[:n] + mark + plain[n + 1 :] for n in places for mark in marks)]
            for text in texts:
                assert json.loads(_native.to_json(text)) == text
                assert json.loads(_native.to_json({text: [text, 1]})) == {text: [text, 1]}
        # What is plain stands as it is.
        assert _native.to_json("a" * 31 + "\u00e9") == '"' + "a" * 31 + '\u00e9"'

    def test_subclasses_are_written_as_what_they_are_of(self) -> None:
        class Map(dict[str, Any]):
            pass

        class Texts(str):
            __slots__ = ()

        class Number(int):
            def __repr__(self) -> str:
                return "no number"

        class Part(float):
            def __repr__(self) -> str:
                return "no number"

        def other(value: Any) -> Any:
            kinds = {str: Texts, int: Number, float: Part}
            if isinstance(value, dict):
                return Map({Texts(name): other(one) for name, one in value.items()})
            if isinstance(value, list):
                return tuple(map(other, value))
            return kinds.get(type(value), lambda same: same)(value)

        drawn = random.Random(11)

        def some(depth: int) -> Any:
            kind = drawn.randrange(9 if depth < 5 else 6)
            if kind > 6:
                return {f"{drawn.random()}"[: drawn.randrange(20)]: some(depth + 1) for _ in "abc"}
            if kind == 6:
                return [some(depth + 1) for _ in range(drawn.randrange(40))]
            scalars = [None, True, False, drawn.randrange(10**6), drawn.random(), "x\ty" * kind]
            return scalars[kind]

        for _ in range(200):
            value = {"value": some(0)}
            text = _native.to_json(value)
            assert text == json.dumps(value, separators=(",", ":")).replace("\\t", "\\u0009")
            assert _native.to_json(other(value)) == text


class TestKubernetes:
    def test_objects_of_the_client(self) -> None:
        client = pytest.importorskip("kubernetes.client")
        container = client.V1Container(
            name="web",
            image="web:1.27",
            env=[client.V1EnvVar(name="A", value="b")],
            ports=[client.V1ContainerPort(container_port=80)],
            resources=client.V1ResourceRequirements(limits={"cpu": "500m"}),
        )
        template = client.V1PodTemplateSpec(
            metadata=client.V1ObjectMeta(labels={"app": "web"}),
            spec=client.V1PodSpec(containers=[container]),
        )
        spec = client.V1DeploymentSpec(
            replicas=2,
            selector=client.V1LabelSelector(match_labels={"app": "web"}),
            template=template,
        )
        live = client.V1Deployment(
            metadata=client.V1ObjectMeta(
                name="web",
                namespace="shop",
                creation_timestamp=datetime(2026, 1, 1, tzinfo=timezone.utc),
            ),
            spec=spec,
        )
        # What a list holds does not say what it is: the list does.
        listed = client.V1DeploymentList(api_version="apps/v1", kind="DeploymentList", items=[live])
        declared = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: web, image: 'web:1.27', env: [{name: A, value: b}], ports: [{containerPort: 80}],
         resources: {limits: {cpu: '0.5'}}}
"""
        [change] = drift.detect(declared, listed).findings[0].changes
        assert (change.path, change.desired, change.actual) == ("spec.replicas", 3, 2)
        same = client.ApiClient().sanitize_for_serialization(listed)
        assert drift.detect(same, listed).in_sync
        live.api_version, live.kind = "apps/v1", "Deployment"
        assert ids([live, live.__class__(**{**vars_of(live), "metadata": renamed(client)})]) == [
            "web",
            "two",
        ]
        for wrong in (live.to_dict(), [live.to_dict()]):
            with pytest.raises(drift.DriftError, match="sanitize_for_serialization"):
                drift.Snapshot.parse(wrong)


def vars_of(model: Any) -> dict[str, Any]:
    return {name: getattr(model, name) for name in model.attribute_map}


def renamed(client: Any) -> Any:
    return client.V1ObjectMeta(name="two", namespace="shop")


def test_pages_of_a_real_paginator(monkeypatch: pytest.MonkeyPatch) -> None:
    boto3 = pytest.importorskip("boto3")
    moto = pytest.importorskip("moto")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with moto.mock_aws():
        ec2 = boto3.client("ec2", region_name="eu-west-1")
        for n in range(7):
            ec2.create_security_group(GroupName=f"g{n}", Description="d")
        pages = ec2.get_paginator("describe_security_groups")
        whole = ec2.describe_security_groups()
        several = drift.Snapshot.parse(pages.paginate(PaginationConfig={"PageSize": 5}))
        assert len(several) == len(whole["SecurityGroups"]) > 5
        assert drift.detect(whole, several).in_sync
        # With dates, and bytes in a stream.
        s3 = boto3.client("s3", region_name="us-east-1")
        s3.create_bucket(Bucket="states")
        s3.put_object(Bucket="states", Key="a", Body=json.dumps([record("stored")]))
        assert ids(s3.get_object(Bucket="states", Key="a")["Body"]) == ["stored"]
        assert ids(s3.list_buckets()) == ["states"]


def test_texts_are_escaped_wherever_it_is_needed() -> None:
    for special in ('"', "\\", "\n", "\0", "\x1f", "\x7f", " ", "!", "ü", "\U0001f600"):
        for length in range(42):
            for at in range(length + 1):
                text = "x" * at + special + "y" * (length - at)
                assert json.loads(_native.to_json({text: [text]})) == {text: [text]}
                twice = text + special
                assert json.loads(_native.to_json(twice)) == twice
    every = "".join(map(chr, range(0x800)))
    assert json.loads(_native.to_json(every)) == every
