"""That the real engine plans what a review says that it does."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from cilia.preview_data import preview_stack
from cilia.record import Resource
from cilia.review.classify import classify
from tests.engine.harness import STACK, Engine, Step, label

pytestmark = pytest.mark.engine

STACK_FILE = """\
config:
  azure-native:location: westeurope
  cilia:environment: {resourceGroup: {name: rg-test}, protect: false}
  cilia:networks:
    main:
      addressSpace: [10.20.0.0/16, "fd00:20::/48"]
      securityGroups: {nodes: {rules: {}}}
      subnets:
        nodes: {cidr: 10.20.0.0/24, ipv6Cidr: "fd00:20::/64", securityGroup: nodes}
        spare: {cidr: 10.20.1.0/24}
  cilia:clusters:
    main:
      kubernetesVersion: "1.34"
      network: main
      networking: {mode: overlay, podCidr: 192.168.0.0/18, serviceCidr: 172.20.0.0/16}
      acns: {observability: false}
      systemPool: {vmSize: Standard_D4ds_v5, subnet: nodes, count: 3, maxPods: 110}
      pools:
        user: {vmSize: Standard_D4ds_v5, subnet: nodes, minCount: 1, maxCount: 3, maxPods: 110}
"""
EDITS = {
    "nothing": [],
    "tags": [("protect: false}", "protect: false, tags: {env: test}}")],
    "larger pod range": [("192.168.0.0/18", "192.168.0.0/17")],
    "service range": [("172.20.0.0/16", "172.21.0.0/16")],
    "dual stack": [("podCidr: 192.168.0.0/18", "ipFamilies: [IPv4, IPv6], podCidr: 192.168.0.0/18")],
    "ACNS": [("observability: false", "observability: true")],
    "pool's maxPods": [("maxCount: 3, maxPods: 110", "maxCount: 3, maxPods: 60")],
    "system pool's maxPods": [("count: 3, maxPods: 110", "count: 3, maxPods: 60")],
    "pool's bounds": [("maxCount: 3", "maxCount: 5")],
    "another pool": [("        user:", "        other:")],
    "Kubernetes upgrade": [('"1.34"', '"1.35"')],
    "subnet moves": [("10.20.1.0/24", "10.20.2.0/24")],
    "subnet goes": [("        spare: {cidr: 10.20.1.0/24}\n", "")],
    "group filter goes": [(", securityGroup: nodes}", "}")],
    "network moves": [("10.20.", "10.30.")],
    "network's name": [("addressSpace: [", "name: vnet-other\n      addressSpace: [")],
    "cluster's name": [('kubernetesVersion: "1.34"', 'name: aks-other\n      kubernetesVersion: "1.34"')],
    "group's name": [("rg-test", "rg-other")],
    "region": [("westeurope", "northeurope")],
    "identity": [("      acns:", "      identity: {type: systemAssigned}\n      acns:")],
    "protection": [("protect: false}", "protect: true}")],
}
REPLACED = {"replace", "create-replacement", "delete-replaced"}


def is_only_a_preview(step: Step) -> bool:
    """Whether a preview plans this because it does not know what stays the same.

    While it updates an identity, azure-native does not know its principal any more (provider/pkg/provider/provider.go,
    Update), and another principal would be another role assignment. `up` then finds the same one.
    """
    return step.type.endswith(":RoleAssignment") and set(step.detailed) <= {"principalId"}


def edited(edit: str) -> str:
    """The stack file after an edit."""
    text = STACK_FILE
    for old, new in EDITS[edit]:
        assert old in text
        text = text.replace(old, new)
    return text


def recorded(engine: Engine, text: str) -> tuple[Resource, ...]:
    """What the program registers for a stack file."""
    engine.repository(text)
    file: Path = engine.project / "stacks" / f"Pulumi.{STACK}.yaml"
    preview = preview_stack(file, engine.project, today=date(2026, 8, 21))
    assert preview.recording is not None, preview.loaded.problems or preview.failure
    return preview.recording.resources


def said(engine: Engine, text: str) -> dict[str, str]:
    """What a review says of each resource, as operations of the engine."""
    found: dict[str, set[str]] = {}
    for change in classify(recorded(engine, STACK_FILE), recorded(engine, text)):
        found.setdefault(label(change.urn), set()).update(change.effects)
    found = {name: effects - {"noEffect"} for name, effects in found.items()}
    return {name: _operation(effects) for name, effects in found.items() if effects}


def _operation(effects: set[str]) -> str:
    return next((name for name in ("replace", "delete", "create") if name in effects), "update")


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory, shapes_file: Path, pulumi: str) -> Engine:
    """The stack, deployed once; every test only previews an edit of it."""
    engine = Engine(tmp_path_factory.mktemp("review") / "engine", pulumi, shapes_file, {"CILIA_TODAY": "2026-08-21"})
    engine.repository(STACK_FILE)
    outcome = engine.up("--skip-preview")
    assert outcome.code == 0, outcome.text
    return engine


@pytest.mark.parametrize("edit", EDITS)
def test_engine_plans_what_a_review_says(edit: str, deployed: Engine) -> None:
    text = edited(edit)
    expected = said(deployed, text)
    deployed.repository(text)
    steps = [step for step in deployed.preview().steps() if step.label in expected or not is_only_a_preview(step)]
    assert {step.label: "replace" if step.op in REPLACED else step.op for step in steps} == expected


PROTECTED = STACK_FILE.replace("protect: false}", "protect: true}")


@pytest.fixture(scope="module")
def protected(tmp_path_factory: pytest.TempPathFactory, shapes_file: Path, pulumi: str) -> Engine:
    """The same stack, protected."""
    engine = Engine(tmp_path_factory.mktemp("protected") / "engine", pulumi, shapes_file, {"CILIA_TODAY": "2026-08-21"})
    engine.repository(PROTECTED)
    outcome = engine.up("--skip-preview")
    assert outcome.code == 0, outcome.text
    return engine


@pytest.mark.parametrize(
    ("edit", "unprotected"),
    [
        ("larger pod range", False),
        ("larger pod range", True),
        ("pool's maxPods", False),
        ("pool's maxPods", True),
        ("subnet goes", False),
        ("subnet goes", True),
        ("Kubernetes upgrade", False),
    ],
)
def test_engine_refuses_where_a_review_says_so(edit: str, *, unprotected: bool, protected: Engine) -> None:
    text = edited(edit) if unprotected else edited(edit).replace("protect: false}", "protect: true}")
    changes = classify(recorded(protected, PROTECTED), recorded(protected, text))
    refused = any("refused" in change.effects and {"replace", "delete"} & {*change.effects} for change in changes)
    protected.repository(text)
    assert (protected.preview().code != 0) is refused
