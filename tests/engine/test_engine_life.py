"""The whole life of every shipped stack, under the real engine: up, nothing to do, drift, edits, and down again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.engine import arm, estate
from tests.engine.guide import follow
from tests.engine.harness import STACK, Engine, Step
from tests.engine.shipped import Shipped, stack_file, written
from tests.engine.store import Resource

pytestmark = pytest.mark.engine

# Known again once the public address is written: while it updates one, azure-native does not know the address.
UNKNOWN_IN_PREVIEWS = "apiServerAccessProfile.authorizedIPRanges["
ADDED_BY_POLICY = {"added-by-policy": "yes"}
LABEL = {"edited": "yes"}


def cloud_bodies(engine: Engine) -> dict[str, dict[str, Any]]:
    """What every resource is in Azure, without what every write changes."""
    return {
        key: {name: value for name, value in found.body.items() if name != "etag"}
        for key, found in engine.cloud.snapshot().items()
    }


def of_type(engine: Engine, arm_type: str) -> list[Resource]:
    """The resources of a lower-case ARM type."""
    return [found for found in engine.cloud.snapshot().values() if arm.type_of(found.id) == arm_type]


def with_pools_of_their_own(engine: Engine) -> set[str]:
    """The labels of clusters that have pools beside the system pool."""
    return {
        f"ManagedCluster {label.split()[1].split('-')[0]}"
        for label in engine.resources()
        if label.startswith("AgentPool ")
    }


def drift_that_azure_owns(engine: Engine) -> None:
    """The autoscaler adds a node everywhere, and Azure upgrades patches and images of nodes."""
    for pool in of_type(engine, estate.POOLS):
        with engine.cloud.drift(pool.id) as body:
            body["currentOrchestratorVersion"] = "1.35.99"
            body["nodeImageVersion"] = "AKSUbuntu-2204gen2containerd-209901.01.0"
            if body.get("enableAutoScaling"):
                body["count"] += 1
    for cluster in of_type(engine, estate.CLUSTERS):
        with engine.cloud.drift(cluster.id) as body:
            body["currentKubernetesVersion"] = "1.35.99"


def only_in_previews(step: Step) -> bool:
    """Whether a preview plans this because it does not know what stays the same.

    While it updates an identity or a cluster, azure-native knows no more than its name and location (Update in
    provider/pkg/provider/provider.go): its principal is unknown, and another principal is another role assignment.
    """
    return step.type.endswith(":RoleAssignment") and set(step.detailed) <= {"principalId"}


def protected(shipped: Shipped, folder: Path) -> Engine:
    """The stack with everything protected that can be."""
    engine = shipped.copy(folder)
    content = stack_file(shipped.name)
    if content["config"]["cilia:environment"].get("protect") is not True:
        content["config"]["cilia:environment"]["protect"] = True
        engine.repository(written(content))
        assert engine.up("--skip-preview").failures == []
    return engine


def tag_by_policy(engine: Engine) -> set[str]:
    """A policy tags everything that can have tags; the labels of what it found."""
    tagged = {label: item["id"] for label, item in engine.resources().items() if "tags" in item.get("inputs", {})}
    for arm_id in tagged.values():
        with engine.cloud.drift(arm_id) as body:
            body["tags"] = {**(body.get("tags") or {}), **ADDED_BY_POLICY}
    return set(tagged)


def edited(name: str) -> str:
    """The stack file with the policy's tag, and one more label on the nodes of every system pool."""
    content = stack_file(name)["config"]
    environment = content["cilia:environment"]
    environment["tags"] = {**environment.get("tags", {}), **ADDED_BY_POLICY}
    for cluster in content["cilia:clusters"].values():
        pool = cluster["systemPool"]
        pool["nodeLabels"] = {**pool.get("nodeLabels", {}), **LABEL}
    return written({"config": content})


def system_pools(engine: Engine) -> Iterator[Resource]:
    """The pools that clusters are made with."""
    return (pool for pool in of_type(engine, estate.POOLS) if pool.body["mode"] == "System")


def test_a_preview_of_nothing_says_what_up_then_does(shipped: Shipped) -> None:
    assert shipped.preview.failures == []
    assert shipped.up.failures == []
    assert shipped.preview.ops() == shipped.up.ops()
    assert set(shipped.up.ops().values()) == {"create"}


def test_after_up_the_cloud_is_what_the_state_says_and_nothing_is_left_to_do(shipped: Shipped, tmp_path: Path) -> None:
    engine = shipped.copy(tmp_path)

    assert estate.differences(engine) == []
    assert engine.settled()


def test_azures_own_drift_changes_nothing_and_an_edit_of_the_system_pool_arrives(
    shipped: Shipped, tmp_path: Path
) -> None:
    engine = shipped.copy(tmp_path)
    drift_that_azure_owns(engine)
    tagged = tag_by_policy(engine)
    counts = {pool.id: pool.body["count"] for pool in of_type(engine, estate.POOLS)}
    assert engine.refresh("--skip-preview").failures == []

    as_it_was = engine.preview()
    engine.repository(edited(shipped.name))
    up = engine.up("--skip-preview")

    # A tag that is not in the stack file is taken back. Pools that are resources of their own show up in the cluster's
    # list: an update of that list alone. Nothing else of what Azure owns is seen.
    certain = [step for step in as_it_was.steps() if not only_in_previews(step)]
    assert {step.op for step in certain} == {"update"}
    paths = {path for step in certain for path in step.detailed}
    assert {path for path in paths if not path.startswith(("agentPoolProfiles[", UNKNOWN_IN_PREVIEWS))} == {
        "tags.added-by-policy"
    }
    assert {step.label for step in certain if "tags.added-by-policy" in step.detailed} == tagged
    listed = {step.label for step in certain for path in step.detailed if path.startswith("agentPoolProfiles[")}
    assert listed == with_pools_of_their_own(engine)
    # with the tag in the stack file, only the edit is left
    assert up.failures == []
    assert up.ops() == {label: "update" for label in engine.resources() if label.startswith("ManagedCluster ")}
    assert {path for step in up.steps() for path in step.detailed if not path.startswith("agentPoolProfiles[")} == set()
    assert all(pool.body["nodeLabels"].items() >= LABEL.items() for pool in system_pools(engine))
    assert {pool.id: pool.body["count"] for pool in of_type(engine, estate.POOLS)} == counts
    assert engine.settled()


def test_destroy_refuses_while_protected_and_touches_nothing(shipped: Shipped, tmp_path: Path) -> None:
    engine = protected(shipped, tmp_path)
    before = cloud_bodies(engine)
    with engine.cloud.transaction() as world:
        in_clusters = {host: sorted(objects) for host, objects in world.kubernetes.items()}
    state = engine.resources()

    with_preview, at_once = engine.destroy(), engine.destroy("--skip-preview")

    for refused in (with_preview, at_once):
        assert refused.code != 0
        assert any("is protected" in error or "it is protected" in error for error in refused.errors)
    assert engine.cloud.calls("Delete") == []
    assert cloud_bodies(engine) == before
    with engine.cloud.transaction() as world:
        assert {host: sorted(objects) for host, objects in world.kubernetes.items()} == in_clusters
    lost = state.keys() - engine.resources().keys()
    custom = {label for label in lost if not state[label]["type"].startswith(("pulumi:providers:", "cilia:"))}
    # what goes with its cluster leaves the state before the cluster is asked; the cluster keeps it, and it is adopted
    assert {label for label in custom if not state[label].get("deletedWith")} == set()
    if custom:
        follow(engine, "recovery.md", "cannot create already existing resource", WHAT=sorted(custom))
        assert engine.up("--skip-preview").failures == []
        assert engine.resources().keys() == state.keys()


def test_after_unprotecting_destroy_leaves_nothing(shipped: Shipped, tmp_path: Path) -> None:
    engine = shipped.copy(tmp_path)
    assert engine.run("state", "unprotect", "--all", "--yes", "--stack", STACK).code == 0

    down = engine.destroy("--skip-preview")

    assert down.failures == []
    assert engine.cloud.snapshot() == {}
    assert engine.resources() == {}
