"""How a cluster's pods are connected, and what Azure lets you change of that."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Network, ip_network
from typing import Any

from components.mutability.change import Difference, Row, Subject, Verdict, always
from components.rules import Rule

KIND = "containerservice:ManagedCluster"
_UPDATE_CNI = "https://learn.microsoft.com/azure/aks/update-azure-cni"
_REIMAGED = "all pools are reimaged at once ({nodes}), as in a node image upgrade"

TO_OVERLAY = Rule(
    "MUT-01",
    "Node subnet to overlay: in place in Azure, one way, all pools reimaged at once",
    why="AKS moves the pods of a node-subnet cluster to a range of their own and back never; the provider knows no such"
    " update and replaces the cluster instead.",
    fix="Follow `cilia migrate STACK --to overlay`: remove Azure's policy engine or Calico first (Cilium stays), let"
    " `az aks update` do it, refresh.",
    source=_UPDATE_CNI,
)
TO_CILIUM = Rule(
    "MUT-02",
    "The azure dataplane to cilium: in place in Azure, one way, all pools reimaged at once",
    why="AKS exchanges the dataplane of a cluster with Linux pools only, never together with an IPAM change, and"
    " replaces"
    " its policy engine; the way back is not documented. The provider replaces the cluster instead.",
    fix="Follow `cilia migrate STACK --to cilium`.",
    source=_UPDATE_CNI,
)
POD_SUBNETS = Rule(
    "MUT-03",
    "There is no way between pod subnets and the other modes",
    why="AKS documents no path from or to pod subnets other than a new cluster.",
    fix="Make a new cluster beside the old one, move the workloads, remove the old one.",
    source=_UPDATE_CNI,
)
PLUGIN = Rule(
    "MUT-05",
    "A cluster keeps its network plugin",
    why="No path is documented between a network plugin of one's own and Azure CNI; the provider replaces the cluster.",
    fix="Make a new cluster beside the old one.",
    source="https://learn.microsoft.com/azure/aks/use-byo-cni",
)
POD_CIDR = Rule(
    "MUT-06",
    "The pod range of an overlay cluster only grows",
    why="AKS takes a larger range that holds the whole old one, on Linux pools; not another range, a smaller one,"
    " IPv6 or"
    " several at once. The provider replaces the cluster for any change.",
    fix="Follow `cilia migrate STACK --to pod-cidr`: `az aks update --pod-cidr`, then refresh. Else make a new"
    " cluster.",
    source="https://learn.microsoft.com/azure/aks/azure-cni-overlay-pod-expand",
)
BYO_POD_CIDR = Rule(
    "MUT-07",
    "With a network plugin of one's own the pod range may change",
    why="AKS only hands it to the controller manager; the provider still replaces the cluster.",
    fix="Change it with `az aks update --pod-cidr` under `externallyChanged` where the plugin's pool can follow."
    " Cilium's cannot: make a new cluster.",
    source="AKS release notes, 2023",
)
SERVICES = Rule(
    "MUT-08",
    "The service range and the DNS service's address never change",
    why="Every Service has an address of that range, and every pod has the DNS address in its resolv.conf.",
    fix="From Kubernetes 1.33 on, add a range with a ServiceCIDR object in the cluster. Else make a new cluster.",
    source="https://learn.microsoft.com/azure/aks/concepts-network-ip-address-planning",
)
POLICY_ENGINE = Rule(
    "MUT-09",
    "Policy engines are installed and removed in place, exchanged by way of none",
    why="AKS reimages all pools for it; the provider replaces the cluster instead.",
    fix="Change it with `az aks update --network-policy` under `externallyChanged`, from one engine to another through"
    " none.",
    source="https://learn.microsoft.com/azure/aks/use-network-policies",
)
IP_FAMILIES = Rule(
    "MUT-10",
    "What AKS accepts as a change of IP families is not documented",
    why="The command line tool has a switch for it, the documentation has no page about it; the provider replaces the"
    " cluster when the list appears or goes, and sends other changes of it as they are.",
    fix="Try it on a cluster that may be lost.",
    source="https://learn.microsoft.com/cli/azure/aks#az-aks-update",
)
LOAD_BALANCER_SKU = Rule(
    "MUT-14",
    "A cluster keeps its kind of VNet and its load balancer's SKU",
    why="Azure refuses both on a living cluster (PropertyChangeNotAllowed), although Pulumi plans an update.",
    fix="Make a new cluster beside the old one.",
    source="https://learn.microsoft.com/azure/aks/configure-azure-cni",
)
ACNS = Rule(
    "MUT-23",
    "ACNS is switched in place; what that restarts depends on the switch",
    why="WireGuard restarts the Cilium agents, eBPF host routing rolls every node, and with security off, policies"
    " by DNS"
    " name and HTTP are no longer enforced or block what they allowed.",
    fix="Remove policies that need the feature before it is switched off; plan the roll into a maintenance window.",
    source="https://learn.microsoft.com/azure/aks/advanced-container-networking-services-overview",
)


def _mode(_: Difference, subject: Subject) -> Verdict:
    if _has_pod_subnets(subject.old) or _has_pod_subnets(subject.new):
        return Verdict(("refused",), "Azure documents no way from or to pod subnets")
    if _network(subject.new, "networkPluginMode") != "overlay":
        return Verdict(("refused",), "Azure has no way back from overlay")
    engine = _network(subject.old, "networkPolicy")
    # Azure documents the moves to overlay and to Cilium in either order, so Cilium stays
    first = "" if engine in (None, "none", "cilium") else f"; policy engine {engine} has to be removed first"
    return Verdict(
        ("rolling", "oneWay"),
        f"{_REIMAGED.format(nodes=subject.nodes())}, and there is no way back{first}",
        f"az aks update --network-plugin-mode overlay --pod-cidr {_network(subject.new, 'podCidr')}",
    )


def _between_pod_subnets(difference: Difference, subject: Subject) -> Verdict | None:
    if _has_pod_subnets(subject.old) == _has_pod_subnets(subject.new):
        return None
    return _mode(difference, subject)


def _dataplane(difference: Difference, subject: Subject) -> Verdict:
    if difference.after != "cilium":
        return Verdict(("refused",), "a way back from the Cilium dataplane is not documented")
    mode = _network(subject.old, "networkPluginMode"), _network(subject.new, "networkPluginMode")
    first = "" if mode[0] == mode[1] else "; not in the same operation as the change of mode"
    return Verdict(
        ("rolling", "oneWay"),
        f"{_REIMAGED.format(nodes=subject.nodes())}; Cilium enforces policies only when all of them are, and"
        f" replaces the"
        f" engine that is there now{first}",
        "az aks update --network-dataplane cilium",
    )


def _policy_of_dataplane(difference: Difference, subject: Subject) -> Verdict | None:
    if "cilium" not in (difference.before, difference.after):
        return None
    return _dataplane(replace(difference, after=_network(subject.new, "networkDataplane")), subject)


def _policy(difference: Difference, subject: Subject) -> Verdict:
    through = "" if "none" in (difference.before, difference.after) else "; by way of none, in two steps"
    return Verdict(
        ("rolling",),
        f"{_REIMAGED.format(nodes=subject.nodes())}{through}",
        f"az aks update --network-policy {difference.after or 'none'}",
    )


def _pod_cidr(difference: Difference, subject: Subject) -> Verdict | None:
    if _network(subject.old, "networkPlugin") == "none":
        return None
    if difference.before is None:
        return _first_pod_cidr(difference, subject)
    before, after = _range(difference.before), _range(difference.after)
    grows = before is not None and after is not None and before.subnet_of(after)
    if not grows or _network(subject.new, "podCidrs"):
        return Verdict(
            ("refused",), "Azure takes only a larger range that holds the whole old one, and of one IPv4 range only"
        )
    return Verdict(
        ("inPlace", "oneWay"),
        f"the range grows to {difference.after} and never shrinks again",
        f"az aks update --pod-cidr {difference.after}",
    )


def _first_pod_cidr(difference: Difference, subject: Subject) -> Verdict:
    if _network(subject.old, "networkPluginMode") != _network(subject.new, "networkPluginMode"):
        return Verdict(("inPlace", "oneWay"), f"pods get addresses of {difference.after} with the new mode")
    return Verdict(
        ("refused",),
        "no range was written before, so Azure chose one; it takes only a larger one that holds all of that",
    )


def _byo_pod_cidr(difference: Difference, subject: Subject) -> Verdict | None:
    if _network(subject.old, "networkPlugin") != "none":
        return None
    return Verdict(
        ("inPlace",),
        "AKS hands the range to the controller manager; the plugin's own pool has to follow, and Cilium's does not"
        " (CHG-15)",
        f"az aks update --pod-cidr {difference.after}",
    )


def _families(difference: Difference, _: Subject) -> Verdict:
    if difference.kind == "update":
        return Verdict(("refused",), "what Azure accepts is not documented; count on a refusal")
    return Verdict(("refused",), "what Azure accepts is not documented")


def _acns(difference: Difference, subject: Subject) -> Verdict:
    name = difference.path.removeprefix("networkProfile.advancedNetworking").lstrip(".")
    off = difference.after in (False, None, "None")
    if name.startswith("performance"):
        return Verdict(("rolling",), f"changing eBPF host routing rolls {subject.nodes()}")
    if name.startswith("security.transitEncryption"):
        turned = "off" if off else "on"
        return Verdict(
            ("disruptive",),
            f"turning WireGuard {turned} restarts the Cilium agent on {subject.nodes()}; connections between nodes may"
            " drop while both kinds of node exist",
        )
    if (name.startswith("security") or name in ("", "enabled")) and off and _security_on(subject.old):
        return Verdict(
            ("disruptive",), "policies by DNS name and HTTP are no longer enforced, or block what they allowed"
        )
    if name == "security.advancedNetworkPolicies" and (difference.before, difference.after) == ("L7", "FQDN"):
        return Verdict(("disruptive",), "policies by HTTP are no longer enforced, or block what they allowed")
    return Verdict(("inPlace",), "switched without touching nodes")


def _security_on(inputs: Any) -> bool:
    acns = _network(inputs, "advancedNetworking")
    return isinstance(acns, dict) and bool((acns.get("security") or {}).get("enabled"))


def _network(inputs: Any, name: str) -> Any:
    """A property of the network profile; None without one, whether or not the profile is known."""
    profile = inputs.get("networkProfile")
    return profile.get(name) if isinstance(profile, dict) else None


def _has_pod_subnets(inputs: Any) -> bool:
    pools = inputs.get("agentPoolProfiles")
    return any(isinstance(pool, dict) and pool.get("podSubnetID") for pool in pools or ())


def _range(value: object) -> IPv4Network | None:
    try:
        found = ip_network(str(value))
    except ValueError:
        return None
    return found if isinstance(found, IPv4Network) else None


NETWORKING: tuple[Row, ...] = (
    Row(
        PLUGIN,
        KIND,
        ("networkProfile.networkPlugin",),
        always(("refused",), "Azure documents no way to another plugin"),
    ),
    Row(POD_SUBNETS, KIND, ("networkProfile.networkPluginMode",), _between_pod_subnets),
    Row(TO_OVERLAY, KIND, ("networkProfile.networkPluginMode",), _mode),
    Row(TO_CILIUM, KIND, ("networkProfile.networkDataplane",), _dataplane),
    Row(TO_CILIUM, KIND, ("networkProfile.networkPolicy",), _policy_of_dataplane),
    Row(POLICY_ENGINE, KIND, ("networkProfile.networkPolicy",), _policy),
    Row(BYO_POD_CIDR, KIND, ("networkProfile.podCidr",), _byo_pod_cidr),
    Row(POD_CIDR, KIND, ("networkProfile.podCidr",), _pod_cidr),
    Row(
        POD_CIDR,
        KIND,
        ("networkProfile.podCidrs",),
        always(("refused",), "Azure changes neither IPv6 ranges nor several ranges at once"),
    ),
    Row(
        SERVICES,
        KIND,
        ("networkProfile.serviceCidr", "networkProfile.serviceCidrs", "networkProfile.dnsServiceIP"),
        always(
            ("refused",),
            "Azure never changes {leaf}; Kubernetes 1.33 and newer take a further range as a ServiceCIDR object",
        ),
    ),
    Row(IP_FAMILIES, KIND, ("networkProfile.ipFamilies",), _families),
    Row(
        LOAD_BALANCER_SKU,
        KIND,
        ("networkProfile.loadBalancerSku", "networkProfile.networkMode"),
        always(("refused",), "Azure refuses another {leaf} on a living cluster (PropertyChangeNotAllowed)"),
    ),
    Row(ACNS, KIND, ("networkProfile.advancedNetworking",), _acns),
)
"""Rows about `networkProfile`, ways out apart."""
