"""Every pair of choices about a cluster, judged by a table from Azure's documentation.

The tables name the pairs that Azure refuses and those that nobody promises, each with who says so; every other pair is
documented as working, or nothing speaks against it. They are written from the sources, not from the rules, so that
either shows up the other.
Of what is not the matter of a pair, each choice brings what it needs (`NEEDS`), and the rest is the clean stack's.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product
from typing import Any

import pytest

from stacks.check import check
from stacks.parse import parse
from tests.stacks.checks.builder import TODAY

_HUB = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/hub/providers/Microsoft.Network"
_SECURE = {"observability": True, "security": True}
_PRIVATE = {"enablePrivateCluster": True}

CHOICES: dict[str, dict[str, Any]] = {
    "mode": {"overlay": "overlay", "podSubnet": "podSubnet", "nodeSubnet": "nodeSubnet", "byocni": "byocni"},
    "dataplane": {"dataplane unsaid": None, "cilium": "cilium", "azure": "azure"},
    "acns": {
        "off": {},
        "observability": {"observability": True},
        "FQDN": _SECURE,
        "L7": {**_SECURE, "advancedNetworkPolicies": "L7"},
        "WireGuard": {**_SECURE, "transitEncryption": "WireGuard"},
        "BpfVeth": {"observability": True, "accelerationMode": "BpfVeth"},
    },
    "istio": {"no mesh": None, "mesh": {"revisions": ["asm-1-29"]}},
    "outbound": {
        "load balancer": "loadBalancer",
        "managed NAT gateway": "managedNATGateway",
        "own NAT gateway": "userAssignedNATGateway",
        "routes": "userDefinedRouting",
        "no way out": "none",
    },
    "apiServer": {
        "public": {},
        "ranges": {"authorizedIPRanges": ["73.140.245.0/24"]},
        "private": _PRIVATE,
        "private without zone": {**_PRIVATE, "privateDNSZone": "none"},
        "private in own zone": {
            **_PRIVATE,
            "privateDNSZone": f"{_HUB}/privateDnsZones/privatelink.westeurope.azmk8s.io",
        },
        "integrated": {"enableVnetIntegration": True},
        "integrated and private": {**_PRIVATE, "enableVnetIntegration": True},
    },
}

# What a choice needs of the others, where they are not the matter.
NEEDS: dict[str, dict[str, str]] = {"no way out": {"apiServer": "private"}}

_AKS = "https://learn.microsoft.com/azure/aks"
_DATAPLANE = f"{_AKS}/advanced-container-networking-services-overview: beyond observability only with Cilium"
_ISOLATED = f"{_AKS}/concepts-network-isolated: the API server of such a cluster is private"
_NO_CNI = f"{_AKS}/use-byo-cni: networkPlugin none, and nothing of Azure's dataplane or of ACNS, which sits on it"
REFUSED: dict[frozenset[str], tuple[str, str]] = {
    frozenset({"azure", "FQDN"}): ("ACNS-02", _DATAPLANE),
    frozenset({"azure", "L7"}): ("ACNS-02", _DATAPLANE),
    frozenset({"azure", "WireGuard"}): ("ACNS-02", _DATAPLANE),
    frozenset({"azure", "BpfVeth"}): ("ACNS-02", _DATAPLANE),
    frozenset({"L7", "mesh"}): (
        "ACNS-09",
        f"{_AKS}/container-network-security-l7-policy-concepts: not compatible with the Istio add-on",
    ),
    frozenset({"podSubnet", "managed NAT gateway"}): (
        "OUT-02",
        f"{_AKS}/egress-outboundtype: not with a network of your own, which pod subnets are in",
    ),
    # a cluster without a CNI of Azure's has no key for a dataplane
    **{frozenset({"byocni", dataplane}): ("CFG-01", _NO_CNI) for dataplane in ("cilium", "azure")},
    **{frozenset({"byocni", acns}): ("ACNS-16", _NO_CNI) for acns in CHOICES["acns"] if acns != "off"},
    frozenset({"no way out", "public"}): ("VER-14", _ISOLATED),
    frozenset({"no way out", "ranges"}): ("VER-14", _ISOLATED),
    frozenset({"no way out", "integrated"}): ("VER-14", _ISOLATED),
}
"""Pairs that Azure refuses: the rule that finds it, and the source that says so."""

DOUBTED: dict[frozenset[str], tuple[str, str]] = {
    frozenset({"byocni", "mesh"}): (
        "IST-15",
        f"{_AKS}/istio-about: speaks of Azure CNI only; Cilium asks for settings of its own beside any Istio",
    ),
    frozenset({"byocni", "no way out"}): (
        "BYO-17",
        f"{_AKS}/use-byo-cni: the virtual network must allow outbound connectivity to the internet",
    ),
}
"""Pairs that nobody refuses and nobody promises: the rule that warns, and the source."""


def stack(chosen: dict[str, str]) -> dict[str, Any]:
    """A stack with these choices, and with what they need around them."""
    value = {kind: CHOICES[kind][name] for kind, name in chosen.items()}
    pods = value["mode"] == "podSubnet"
    # a NAT gateway that AKS makes goes with a network that AKS makes; pods in subnets have one of their own in any case
    own_network = pods or value["outbound"] != "managedNATGateway"
    cluster: dict[str, Any] = {
        "kubernetesVersion": "1.35",
        "apiVersion": "2026-05-01",
        "networking": {
            "mode": value["mode"],
            "serviceCidr": "172.20.0.0/16",
            "outbound": {"type": value["outbound"]},
            **({"dataplane": value["dataplane"]} if value["dataplane"] else {}),
            **({"podCidr": "192.168.0.0/16"} if value["mode"] in ("overlay", "byocni") else {}),
        },
        "acns": value["acns"],
        "apiServer": dict(value["apiServer"]),
        "systemPool": {"count": 3, "maxPods": 30},
        **({"istio": value["istio"]} if value["istio"] else {}),
    }
    stack: dict[str, Any] = {
        "azure-native:location": "westeurope",
        "cilia:environment": {"resourceGroup": {"name": "rg-test"}},
        "cilia:clusters": {"main": cluster},
    }
    if not own_network:
        return stack
    attached = {"userAssignedNATGateway": {"natGateway": "egress"}, "userDefinedRouting": {"routeTable": "out"}}
    ways_out = attached.get(value["outbound"], {})
    stack["cilia:networks"] = {
        "main": {
            "addressSpace": ["10.20.0.0/16"],
            "natGateways": {"egress": {}},
            "routeTables": {"out": {"routes": {"all": _TO_FIREWALL}}},
            "subnets": {
                "nodes": {"cidr": "10.20.0.0/23", **ways_out},
                "pods": {"cidr": "10.20.16.0/20", **ways_out},
                "api": {"cidr": "10.20.2.0/28"},
            },
        }
    }
    cluster["network"] = "main"
    cluster["systemPool"] |= {"subnet": "nodes", **({"podSubnet": "pods"} if pods else {})}
    if value["apiServer"].get("enableVnetIntegration"):
        cluster["apiServer"]["subnet"] = "api"
    return stack


_TO_FIREWALL = {"addressPrefix": "0.0.0.0/0", "nextHopType": "VirtualAppliance", "nextHopIpAddress": "10.0.0.4"}


def pairs() -> Iterator[tuple[dict[str, str], frozenset[str]]]:
    """Every pair of choices of two kinds, as a whole set of choices, and the pair itself."""
    first = {kind: next(iter(choices)) for kind, choices in CHOICES.items()}
    for one, other in combinations(CHOICES, 2):
        for names in product(CHOICES[one], CHOICES[other]):
            needed = {kind: name for each in names for kind, name in NEEDS.get(each, {}).items()}
            yield {**first, **needed, one: names[0], other: names[1]}, frozenset(names)


def found(chosen: dict[str, str], severity: str) -> set[str]:
    """The rules that find an error, or give a warning, in a stack with these choices."""
    problems = check(parse(stack(chosen)), today=TODAY).problems
    return {problem.rule for problem in problems if problem.severity == severity}


@pytest.mark.parametrize(("chosen", "pair"), [pytest.param(*each, id=" + ".join(sorted(each[1]))) for each in pairs()])
def test_pair_is_refused_exactly_where_azure_refuses_it(chosen: dict[str, str], pair: frozenset[str]) -> None:
    expected = {rule for refused, (rule, _) in REFUSED.items() if refused <= pair}
    assert found(chosen, "error") == expected


@pytest.mark.parametrize("rule", sorted({rule for rule, _ in DOUBTED.values()}))
def test_pair_is_warned_about_exactly_where_nobody_promises_it(rule: str) -> None:
    warned = {pair for chosen, pair in pairs() if rule in found(chosen, "warning")}
    assert warned == {pair for pair, (of_pair, _) in DOUBTED.items() if of_pair == rule}


def test_every_judgement_is_of_a_pair_of_choices_and_names_its_source() -> None:
    judged = {**REFUSED, **DOUBTED}
    assert len(judged) == len(REFUSED) + len(DOUBTED)
    assert set(judged) <= {pair for _, pair in pairs()}
    assert all(source.startswith("https://") for _, source in judged.values())


def test_pairs_that_are_taken_can_be_planned() -> None:
    unplanned = [
        sorted(pair)
        for chosen, pair in pairs()
        if pair not in REFUSED and check(parse(stack(chosen)), today=TODAY).plan is None
    ]
    assert unplanned == []
