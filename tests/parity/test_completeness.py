"""Every property that Azure's API takes for a cluster is one that we send, or one that was decided against.

Azure CLI fills in a model of the same API, so of the API version that the SDK speaks by default it cannot send a
property that stands in neither place; what newer versions add is in components/facts/api_versions.py.
"""

from __future__ import annotations

import collections.abc
import functools
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import pytest
from pulumi import _types

from stacks.check import check
from stacks.parse import parse
from stacks.plan import plan_stack
from tests.parity.everything import EVERYTHING
from tests.sdk_types import argument_type, arguments_of, inside

TODAY = date(2026, 8, 21)
KINDS = ("ManagedCluster", "AgentPool", "MaintenanceConfiguration")

_WINDOWS = "Linux only: the Cilium dataplane has no Windows"
_SNAPSHOT = "nodes from a snapshot are not offered: images come with upgrades"
_MACHINES = "pools are scale sets; those of single machines take another set of properties"
_RUNNING = "starting and stopping is an operation, not a configuration"
_AZURES = "filled in by Azure"
_RETIRED = "retired by Azure"

DECIDED: Mapping[str, Mapping[str, str]] = {
    "ManagedCluster": {
        "aadProfile.clientAppID": _RETIRED,
        "aadProfile.serverAppID": _RETIRED,
        "aadProfile.serverAppSecret": _RETIRED,
        "aiToolchainOperatorProfile": "models are workloads; KAITO's chart can be installed like any other",
        "diskEncryptionSetID": "disks are encrypted with Azure's keys; with encryptionAtHost on the machine too",
        "extendedLocation": "edge zones are not offered",
        "httpProxyConfig": "an HTTP proxy for nodes is not offered; a firewall is, by routes",
        "identity.delegatedResources": "for Azure's own services",
        "kind": _AZURES,
        "networkProfile.loadBalancerProfile.enableMultipleStandardLoadBalancers": "a preview that Azure withdrew",
        "networkProfile.loadBalancerProfile.managedOutboundIPs.countIPv6": "Azure's default, one, with dual-stack",
        "networkProfile.networkMode": _RETIRED,
        "podIdentityProfile": "retired by Azure for workload identity",
        "privateLinkResources": _AZURES,
        "publicNetworkAccess": "follows from enablePrivateCluster",
        "securityProfile.azureKeyVaultKms": "secrets in etcd are encrypted with Azure's keys",
        "servicePrincipalProfile": "managed identities only",
        "windowsProfile": _WINDOWS,
        "agentPoolProfiles.creationData": _SNAPSHOT,
        "agentPoolProfiles.messageOfTheDay": "nobody signs in to nodes",
        "agentPoolProfiles.powerState": _RUNNING,
        "agentPoolProfiles.securityProfile.sshAccess": "by linuxProfile: without it nodes have no key",
        "agentPoolProfiles.virtualMachineNodesStatus": _MACHINES,
        "agentPoolProfiles.virtualMachinesProfile": _MACHINES,
        "agentPoolProfiles.windowsProfile": _WINDOWS,
        "agentPoolProfiles.workloadRuntime": "containers; sandboxed pods are not offered",
    },
    "AgentPool": {
        "creationData": _SNAPSHOT,
        "messageOfTheDay": "nobody signs in to nodes",
        "powerState": _RUNNING,
        "securityProfile.sshAccess": "by linuxProfile of the cluster: without it nodes have no key",
        "virtualMachineNodesStatus": _MACHINES,
        "virtualMachinesProfile": _MACHINES,
        "windowsProfile": _WINDOWS,
        "workloadRuntime": "containers; sandboxed pods are not offered",
    },
    "MaintenanceConfiguration": {},
}
"""What we never send, and why; a path stands for everything below it."""


def known(arguments: type, path: str = "", above: tuple[type, ...] = ()) -> Iterator[str]:
    """The properties of a resource or of a part of one, down to values; lists and mappings are no step of a path."""
    for name, kind in _types.input_type_types(arguments).items():
        below = f"{path}.{name}" if path else name
        part = part_of(kind)
        if part is None or part in above:
            yield below
        else:
            yield from known(part, below, (*above, part))


def part_of(kind: Any) -> type | None:
    """The argument class of a property, or of the items of its list or mapping; None where it is a value."""
    items = [inside(kind, container) for container in (collections.abc.Sequence, collections.abc.Mapping)]
    return next((part for each in (kind, *items) if each and (part := argument_type(each))), None)


def sent(properties: Any, arguments: type, path: str = "") -> Iterator[str]:
    """The properties that a value has, of those that are known."""
    types = _types.input_type_types(arguments)
    for name, value in properties.items() if isinstance(properties, Mapping) else ():
        if name not in types:
            continue
        below = f"{path}.{name}" if path else name
        part = part_of(types[name])
        if part is None:
            yield below
            continue
        items = value if isinstance(value, list) else [value]
        if argument_type(inside(types[name], collections.abc.Mapping)):
            items = list(value.values())
        for item in items:
            yield from sent(item, part, below)


@functools.cache
def ours() -> dict[str, frozenset[str]]:
    """What our program sends for the clusters with everything, by kind of resource."""
    checked = check(parse(EVERYTHING), today=TODAY)
    assert [problem for problem in checked.problems if problem.rule.startswith(("CFG-0", "YML"))] == []
    plans = plan_stack(checked.view, {}).clusters.values()
    written = {
        "ManagedCluster": [plan.properties for plan in plans],
        "AgentPool": [pool.properties for plan in plans for pool in plan.pools],
        "MaintenanceConfiguration": [window.properties for plan in plans for window in plan.maintenance],
    }
    return {
        kind: frozenset(path for properties in written[kind] for path in sent(properties, of(kind))) for kind in KINDS
    }


def of(kind: str) -> type:
    """The argument class of a kind of resource."""
    return arguments_of(f"azure-native:containerservice:{kind}")


def is_decided(kind: str, path: str) -> bool:
    """Whether a property was decided against."""
    return any(path == each or path.startswith(f"{each}.") for each in DECIDED[kind])


def is_sent(kind: str, path: str) -> bool:
    """Whether a property is sent: of pools, in the cluster or as a resource of its own."""
    pool = path.removeprefix("agentPoolProfiles.")
    return path in ours()[kind] or (pool != path and pool in ours()["AgentPool"])


@pytest.mark.parametrize("kind", KINDS)
def test_every_property_is_sent_or_was_decided_against(kind: str) -> None:
    assert [path for path in known(of(kind)) if not is_sent(kind, path) and not is_decided(kind, path)] == []


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_decided_against_exists_and_is_not_sent(kind: str) -> None:
    paths = list(known(of(kind)))
    assert [each for each in DECIDED[kind] if not any(p == each or p.startswith(f"{each}.") for p in paths)] == []
    assert [path for path in paths if is_decided(kind, path) and path in ours()[kind]] == []
