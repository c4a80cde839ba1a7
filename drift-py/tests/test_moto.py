"""A stack is created in a cloud in memory, edited behind its back, and read back with boto3."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import moto
import pytest

import drift_py as drift

from .moto_edits import EDITS, IN_THE_TEMPLATE
from .moto_estate import (
    ACCOUNT,
    REGION,
    TEMPLATE,
    client,
    create,
    read,
    read_in_the_names_of_cloudformation,
)


class Told(NamedTuple):
    """The snapshots of the account over time, and what CloudFormation lists."""

    before: drift.Snapshot
    fresh: drift.Snapshot
    again: drift.Snapshot
    edited: drift.Snapshot
    #: Fresh and edited, in the names of CloudFormation.
    named: tuple[drift.Snapshot, drift.Snapshot]
    rows: list[dict[str, Any]]
    made_along: set[str]


@pytest.fixture(scope="module")
def told() -> Iterator[Told]:
    """Create the stack, read it twice, edit it, and read it again."""
    with pytest.MonkeyPatch.context() as patch, moto.mock_aws():
        patch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
        before = read()
        rows = create()
        ids = {row["LogicalResourceId"]: row["PhysicalResourceId"] for row in rows}
        fresh, again = read(), read()
        named = read_in_the_names_of_cloudformation()
        made_along = with_the_network(ids["Vpc"])
        for edit, _ in EDITS.values():
            edit(ids)
        both = (named, read_in_the_names_of_cloudformation())
        yield Told(before, fresh, again, read(), both, rows, made_along)


def with_the_network(vpc: str) -> set[str]:
    """Name what EC2 makes along with a VPC, and no template declares."""
    ec2, of_vpc = client("ec2"), [{"Name": "vpc-id", "Values": [vpc]}]
    groups = ec2.describe_security_groups(Filters=of_vpc)["SecurityGroups"]
    tables = ec2.describe_route_tables(Filters=of_vpc)["RouteTables"]
    return {one["GroupId"] for one in groups if one["GroupName"] == "default"} | {
        one["RouteTableId"]
        for one in tables
        if any(association["Main"] for association in one["Associations"])
    }


def template_of(rows: list[dict[str, Any]]) -> drift.Snapshot:
    """Read the template as the stack was made of it."""
    return drift.Snapshot.parse(
        TEMPLATE,
        format="cloudformation",
        scope={"account": ACCOUNT, "region": REGION},
        stack_resources=[{"StackResourceSummaries": rows}],
    )


def test_the_stack_is_of_many_types(told: Told) -> None:
    assert len({row["ResourceType"] for row in told.rows}) >= 25
    assert len(EDITS) >= 15


def test_fresh_nothing_has_drifted(told: Told) -> None:
    report = drift.detect(told.fresh, told.again)
    assert not report.findings, str(report)
    # Of the bucket itself only its settings are read.
    assert [one["resource"]["type"] for one in report.not_checked] == ["aws_s3_bucket"]


def test_the_template_pairs_with_all_that_it_made(told: Told) -> None:
    report = drift.detect(template_of(told.rows), told.fresh)
    there_before = {one["id"] for one in told.before.resources}
    unmanaged = {one.resource["id"] for one in report.findings if one.status == "unmanaged"}
    assert {one.status for one in report.findings} == {"unmanaged"}, str(report)
    assert unmanaged == there_before | told.made_along, str(report)
    # Every resource of the stack was found, and is named in other words than the answers have. Of
    # the bucket the answers have a setting that the template says in its properties.
    left_open = sorted(one["resource"]["type"] for one in report.not_checked)
    settings = ["aws_s3_bucket_versioning"]
    assert left_open == sorted([row["ResourceType"] for row in told.rows] + settings)
    reasons = {one["reason"] for one in report.not_checked}
    assert reasons == {"nothing_comparable", "not_collected"}


def test_every_edit_is_found_and_nothing_else(told: Told) -> None:
    report = drift.detect(told.fresh, told.edited)
    found = {
        one.resource["type"]: [change.path for change in one.changes] for one in report.findings
    }
    assert len(found) == len(report.findings), "of each type one resource was edited"
    assert {one.status for one in report.findings} == {"drifted"}, str(report)
    assert found.keys() == EDITS.keys(), str(report)
    for type_name, (_, expected) in EDITS.items():
        # What stands in brackets after `=` is a whole member of a set.
        paths = {re.sub(r"\[=.*", "", path) for path in found[type_name]}
        assert paths == expected, f"{type_name}: {found[type_name]}"
    assert not report.undeclared, str(report)


def test_the_template_agrees_with_what_it_made(told: Told) -> None:
    report = drift.detect(template_of(told.rows), told.named[0])
    # What the account held before, and what comes with a VPC, nobody declares.
    not_declared = {one["id"] for one in told.before.resources} | told.made_along
    assert {one.status for one in report.findings} == {"unmanaged"}, str(report)
    assert {one.resource["id"] for one in report.findings} <= not_declared, str(report)
    # Of the other types no answer is mapped.
    mapped = {one["type"] for one in told.named[0].resources}
    left_open = {one["resource"]["type"] for one in report.not_checked}
    assert {one["reason"] for one in report.not_checked} == {"not_collected"}
    assert mapped == IN_THE_TEMPLATE.keys()
    assert left_open == {row["ResourceType"] for row in told.rows} - mapped


def test_every_edit_differs_from_the_template_and_nothing_else(told: Told) -> None:
    assert len(IN_THE_TEMPLATE) >= 15
    report = drift.detect(template_of(told.rows), told.named[1])
    drifted = [one for one in report.findings if one.status != "unmanaged"]
    assert {one.status for one in drifted} == {"drifted"}, str(report)
    found = {one.resource["type"]: {change.path for change in one.changes} for one in drifted}
    assert len(found) == len(drifted), "of each type one resource was edited"
    assert found == IN_THE_TEMPLATE, str(report)
    before = drift.detect(template_of(told.rows), told.named[0])
    # A rule that lets addresses in is watched as a whole: it is a finding, and not undeclared.
    known = {change.path for change in before.undeclared}
    assert {change.path for change in report.undeclared} == known, str(report)
