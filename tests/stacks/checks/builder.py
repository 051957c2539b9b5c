"""A stack that no rule finds anything about, and small changes to it."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from datetime import date
from typing import Any

from stacks.check import check
from stacks.parse import parse

TODAY = date(2026, 9, 1)

_CLEAN: dict[str, Any] = {
    "azure-native:location": "westeurope",
    "cilia:environment": {"resourceGroup": {"name": "rg-test"}},
    "cilia:networks": {
        "main": {
            "addressSpace": ["10.20.0.0/16"],
            "subnets": {"nodes": {"cidr": "10.20.0.0/24"}},
        }
    },
    "cilia:clusters": {
        "main": {
            "kubernetesVersion": "1.35",
            "network": "main",
            "networking": {"mode": "overlay", "podCidr": "192.168.0.0/16", "serviceCidr": "172.20.0.0/16"},
            "systemPool": {"subnet": "nodes", "vmSize": "Standard_D4ds_v5", "count": 3, "maxPods": 110},
            "pools": {"user": {"subnet": "nodes", "vmSize": "Standard_D8ds_v5", "minCount": 3, "maxCount": 20}},
        }
    },
}


def stack(changes: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The clean overlay stack, with mappings merged into it key by key; `...` removes a key."""
    return _merged(deepcopy(_CLEAN), changes or {})


def cluster(changes: Mapping[str, Any]) -> dict[str, Any]:
    """The clean stack with changes to its cluster `main`."""
    return stack({"cilia:clusters": {"main": changes}})


def network(changes: Mapping[str, Any], **clusters: Mapping[str, Any]) -> dict[str, Any]:
    """The clean stack with changes to its network `main`, and to clusters by key."""
    return stack({"cilia:networks": {"main": changes}, "cilia:clusters": clusters})


def byocni(cilium: Mapping[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """The clean stack with a Cilium of the cluster's own, with changes to it and to the cluster."""
    networking = {"mode": "byocni", "podCidr": "192.168.0.0/16", "serviceCidr": "172.20.0.0/16"}
    values = stack({"cilia:clusters": {"main": {"networking": ...}}})
    return _merged(
        values,
        {"cilia:clusters": {"main": _merged({"networking": {**networking, "cilium": dict(cilium or {})}}, changes)}},
    )


def problems(values: Mapping[str, Any], today: date = TODAY) -> list[str]:
    """Everything found in a stack, as it is printed."""
    return [str(problem) for problem in check(parse(values), today=today).problems]


def findings(rule: str, values: Mapping[str, Any], today: date = TODAY) -> list[str]:
    """What one rule finds in a stack, without the rule's id."""
    mark = f" [{rule}]"
    return [found.removesuffix(mark) for found in problems(values, today) if found.endswith(mark)]


def _merged(values: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    for key, change in changes.items():
        if change is ...:
            values.pop(key, None)
        elif isinstance(change, Mapping) and isinstance(values.get(key), dict):
            _merged(values[key], change)
        else:
            values[key] = deepcopy(change)
    return values
