"""Computed ranges written into a stack file."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from stacks.pin import PinError, pin

TODAY = date(2026, 9, 1)
STACK = """\
# a comment at the top
config:
  azure-native:location: westeurope

  cilia:environment: {resourceGroup: {name: rg-a}}   # one line
  cilia:networks:
    main:
      addressSpace: [10.0.0.0/16]
      subnets:
        fixed: {cidr: 10.0.0.0/24}
        flow: {otherAddresses: 3, size: /24}   # the comment stays
        block:
          size: "fit"   # and this one
          otherAddresses: 40
        'quoted': {"size" : '/25'}
    second: {addressSpace: [10.1.0.0/16], subnets: {a: {size: /26}}}
encryptionsalt: v1:abc
"""
PINNED = """\
# a comment at the top
config:
  azure-native:location: westeurope

  cilia:environment: {resourceGroup: {name: rg-a}}   # one line
  cilia:networks:
    main:
      addressSpace: [10.0.0.0/16]
      subnets:
        fixed: {cidr: 10.0.0.0/24}
        flow: {otherAddresses: 3, cidr: 10.0.1.0/24}   # the comment stays
        block:
          cidr: 10.0.2.0/26   # and this one
          otherAddresses: 40
        'quoted': {cidr: 10.0.2.128/25}
    second: {addressSpace: [10.1.0.0/16], subnets: {a: {cidr: 10.1.0.0/26}}}
encryptionsalt: v1:abc
"""


def written(directory: Path, text: str) -> Path:
    file = directory / "Pulumi.a.yaml"
    file.write_bytes(text.encode())
    return file


def test_only_sizes_change(tmp_path: Path) -> None:
    pinned = pin(written(tmp_path, STACK), today=TODAY)

    assert pinned.text == PINNED
    assert pinned.subnets == (
        ("main.flow", "10.0.1.0/24"),
        ("main.block", "10.0.2.0/26"),
        ("main.quoted", "10.0.2.128/25"),
        ("second.a", "10.1.0.0/26"),
    )


def test_pinning_again_changes_nothing(tmp_path: Path) -> None:
    pinned = pin(written(tmp_path, PINNED), today=TODAY)

    assert (pinned.text, pinned.subnets) == (PINNED, ())


@pytest.mark.parametrize("newline", ["\r\n", "\n"], ids=["windows", "unix"])
def test_line_ends_stay(tmp_path: Path, newline: str) -> None:
    pinned = pin(written(tmp_path, STACK.replace("\n", newline)), today=TODAY)

    assert pinned.text == PINNED.replace("\n", newline)


def test_size_behind_an_alias_is_left_to_people(tmp_path: Path) -> None:
    text = STACK.replace("flow: {otherAddresses: 3, size: /24}", "flow: &same {size: /24}\n        other: *same")

    with pytest.raises(PinError, match=r"^networks\.main\.flow\.size comes from a YAML alias or merge key"):
        pin(written(tmp_path, text), today=TODAY)


def test_stack_with_errors_is_not_pinned(tmp_path: Path) -> None:
    file = written(tmp_path, STACK.replace("/25", "/8"))

    with pytest.raises(PinError, match=rf"^{file} has errors; mend them first: cilia validate {file}$"):
        pin(file, today=TODAY)
