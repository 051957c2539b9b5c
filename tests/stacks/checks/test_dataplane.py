"""The dataplane and its network policy engine."""

from __future__ import annotations

from typing import Any

import pytest

from tests.stacks.checks.builder import cluster, problems


def with_engine(dataplane: str, engine: str | None, **changes: Any) -> dict[str, Any]:
    networking = {"dataplane": dataplane, **({"networkPolicy": engine} if engine else {})}
    return cluster({"networking": networking, **changes})


@pytest.mark.parametrize(
    ("dataplane", "engine"),
    [("cilium", None), ("cilium", "cilium"), ("azure", None), ("azure", "calico"), ("azure", "none")],
)
def test_engine_of_the_dataplane_is_fine(dataplane: str, engine: str | None) -> None:
    assert problems(with_engine(dataplane, engine)) == []


@pytest.mark.parametrize("engine", ["calico", "azure", "none"])
def test_cilium_enforces_policies_itself(engine: str) -> None:
    assert problems(with_engine("cilium", engine))[0] == (
        f"clusters.main.networking.networkPolicy: {engine} with dataplane cilium, which enforces policies itself;"
        " remove it [VER-01]"
    )


def test_cilium_policies_need_the_cilium_dataplane() -> None:
    assert problems(with_engine("azure", "cilium")) == [
        (
            "clusters.main.networking.networkPolicy: cilium with dataplane azure; use dataplane cilium, or calico or"
            " none [VER-01]"
        )
    ]


def test_engine_that_is_being_retired_is_warned_about() -> None:
    small = {"pools": {"user": {"maxPods": 110}}}

    assert problems(with_engine("azure", "azure", **small)) == [
        (
            "clusters.main.networking.networkPolicy: warning: Azure Network Policy Manager ends on 2028-09-30;"
            " move to dataplane cilium, or use calico [CFG-10]"
        )
    ]


def test_engine_that_is_being_retired_holds_few_nodes_and_pods() -> None:
    large = {"pools": {"user": {"maxCount": 250, "maxPods": 110, "maxSurge": 1}}, "networking": {}}
    found = problems(with_engine("azure", "azure", **{key: value for key, value in large.items() if key == "pools"}))

    assert [line for line in found if "supports" in line] == [
        (
            "clusters.main.networking.networkPolicy: 253 nodes, Azure Network Policy Manager supports 250;"
            " move to dataplane cilium [CFG-10]"
        ),
        (
            "clusters.main.networking.networkPolicy: 27,830 pods, Azure Network Policy Manager supports 20,000;"
            " move to dataplane cilium [CFG-10]"
        ),
    ]
