"""Where a cluster may be moved in place: for each target, the stages that lead to it, or why none does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from ipaddress import IPv4Network
from typing import Any, get_args

from components.cluster.config import ClusterConfig
from components.cluster.outbound import Outbound
from components.facts.features import MODES, ModeName
from components.facts.mutability import OUTBOUND_PATHS_MANAGED_VNET, OUTBOUND_PATHS_OWN_VNET, ExternallyChanged
from components.mutability.cilium import POOL
from components.mutability.egress import OUTBOUND_MANAGED, OUTBOUND_OWN
from components.mutability.networking import PLUGIN, POD_CIDR, POD_SUBNETS, TO_CILIUM, TO_OVERLAY
from components.network.config import NetworkConfig
from components.rules import Rule

DEFAULT_POD_CIDR = "10.244.0.0/16"
_ENGINES_OF_AZURE = ("azure", "calico")
"""What has to go before the move to overlay. Cilium stays: Azure documents both moves "in either order"
(https://learn.microsoft.com/azure/aks/update-azure-cni)."""
_NAT = "userAssignedNATGateway"
_GOES_WITH_GATEWAYS = ("natGateway", "apiServerAccessProfile.authorizedIPRanges")
"""What NAT gateways take along when they come or go: their addresses join the ranges that may call the API server."""
_GATEWAY_STAYS = (
    "the NAT gateway stays on the subnets until this is done{meanwhile}. Azure documents no order for it: if it refuses"
    " while the gateway is there, nothing has changed, and removing externallyChanged is the way back; afterwards it is"
    f" --to outbound={_NAT}"
)
_BEFORE_BALANCERS = ", and takes everything out as before, because it goes before a load balancer"
"""https://learn.microsoft.com/azure/nat-gateway/nat-overview: a NAT gateway takes precedence over load balancers."""
_OUTBOUND_TYPES = frozenset(
    get_args(model.model_fields["type"].annotation)[0] for model in get_args(get_args(Outbound)[0])
)
"""What a stack file may say; Azure has a few more."""

Edits = dict[tuple[str, ...], Any]
"""What to write below a cluster's key; None takes the key away."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One change that Azure makes in place, in an operation of its own.

    Attributes:
        title: What it does.
        edits: What to write into the stack file.
        leaves: What Pulumi leaves alone meanwhile.
        checks: What shows that it is done, with `{group}` and `{name}` of the cluster.
        needs: What has to be so before, and only people can see.
        network: What to write below the key of the cluster's network.
        expects: The properties that `pulumi up` changes beside leaving things alone, because it belongs to this.
        azure_first: Whether what the stack file says follows only when Azure is done, and why; empty if it goes before.
    """

    title: str
    edits: Edits
    leaves: tuple[ExternallyChanged, ...]
    checks: tuple[str, ...]
    needs: tuple[str, ...] = ()
    network: Edits = field(default_factory=dict)
    expects: tuple[str, ...] = ()
    azure_first: str = ""


class NoWayError(Exception):
    """A target that does not lead anywhere in place; its text is one line.

    Attributes:
        rule: The id of the rule that says so; empty where the target itself is no use.
    """

    def __init__(self, message: str, rule: Rule | None = None) -> None:
        super().__init__(f"{message} [{rule.id}]" if rule else message)
        self.rule = rule.id if rule else ""


class AlreadyThereError(Exception):
    """A cluster is at the target; its text is one line."""


def _profile(name: str) -> str:
    return f"az aks show --resource-group {{group}} --name {{name}} --query networkProfile.{name}"


def _mode(config: ClusterConfig) -> str:
    return str(config.networking.mode)


def _no_byocni(config: ClusterConfig) -> None:
    if _mode(config) == "byocni":
        raise NoWayError(
            "Azure documents no way from a network plugin of your own to another; make a new cluster", PLUGIN
        )


def _policy_stage(engine: str) -> Stage:
    return Stage(
        f"Remove the policy engine {engine}: from then on nothing enforces network policies",
        {("networking", "networkPolicy"): "none"},
        ("networkProfile.networkPolicy",),
        (_profile("networkPolicy"),),
    )


def to_cilium(config: ClusterConfig, value: str, _: NetworkConfig | None) -> list[Stage]:
    """The Cilium dataplane, whatever the mode.

    Raises:
        AlreadyThereError: It is there already.
        NoWayError: The cluster has a network plugin of its own.
    """
    if value:
        raise NoWayError(f"cilium takes no value, and {value!r} is given; write --to cilium")
    _no_byocni(config)
    if config.networking.dataplane == "cilium":
        raise AlreadyThereError("the dataplane is cilium already; nothing to do")
    return [
        Stage(
            "Exchange the dataplane for Cilium",
            {("networking", "dataplane"): "cilium", ("networking", "networkPolicy"): None},
            ("networkProfile.networkDataplane", "networkProfile.networkPolicy"),
            (_profile("networkDataplane"), "kubectl --namespace kube-system rollout status daemonset/cilium"),
            needs=("every node runs Linux: Cilium has none on Windows", *_no_provisioning(config)),
        )
    ]


def _no_provisioning(config: ClusterConfig) -> tuple[str, ...]:
    if config.node_provisioning_profile.mode != "Auto":
        return ()
    return ("node autoprovisioning is off: set nodeProvisioningProfile.mode to Manual in an apply before",)


def to_overlay(config: ClusterConfig, pod_cidr: str, _: NetworkConfig | None) -> list[Stage]:
    """Azure CNI Overlay, from node subnets only.

    Raises:
        AlreadyThereError: It is there already.
        NoWayError: No way leads there.
    """
    _no_byocni(config)
    if _mode(config) == "overlay":
        raise AlreadyThereError("the mode is overlay already; nothing to do")
    if _mode(config) == "podSubnet":
        raise NoWayError("Azure documents no way from pod subnets to overlay; make a new cluster", POD_SUBNETS)
    engine = config.networking.network_policy
    cilium = config.networking.dataplane == "cilium"
    stages = [_policy_stage(engine)] if engine in _ENGINES_OF_AZURE else []
    default = MODES[ModeName.NODE_SUBNET].default_max_pods
    pinned: Edits = {("systemPool", "maxPods"): default} if config.system_pool.max_pods is None else {}
    pinned |= {("pools", name, "maxPods"): default for name, pool in config.pools.items() if pool.max_pods is None}
    edits: Edits = {
        ("networking", "mode"): "overlay",
        ("networking", "podCidr"): pod_cidr or DEFAULT_POD_CIDR,
        **pinned,
    }
    leaves: tuple[ExternallyChanged, ...] = ("networkProfile.networkPluginMode", "networkProfile.podCidr")
    checks = (_profile("networkPluginMode"), "kubectl get pods --all-namespaces --output wide")
    needs = (
        *(("Cilium stays: Azure documents this move and the one to Cilium in either order",) if cilium else ()),
        "nobody has written a ConfigMap azure-ip-masq-agent-config into kube-system, with which Azure refuses this",
        "nothing else relies on addresses of pods: firewalls and peered networks see the nodes' own from then on",
    )
    return [*stages, Stage("Move the pods to a range of their own", edits, leaves, checks, needs)]


def to_pod_cidr(config: ClusterConfig, pod_cidr: str, network: NetworkConfig | None) -> list[Stage]:
    """A larger range of pods, for overlay.

    Raises:
        AlreadyThereError: It is the range already.
        NoWayError: The range is none or does not hold the old one, or the cluster's range does not grow.
    """
    if _mode(config) == "byocni":
        raise NoWayError(
            "Azure would take it, but the range is Cilium's pool, of which every node holds a part; make a new cluster",
            POOL,
        )
    before = getattr(config.networking, "pod_cidr", None)
    if before is None:
        raise NoWayError(f"mode {_mode(config)} has no range of pods")
    try:
        after = IPv4Network(pod_cidr)
    except ValueError:
        raise NoWayError(f"{pod_cidr!r} is no range; write one such as --to pod-cidr={before.supernet()}") from None
    if len(getattr(config.networking, "ip_families", ())) > 1:
        raise NoWayError("Azure lets the range grow on clusters with IPv4 alone; make a new cluster", POD_CIDR)
    if before == after:
        raise AlreadyThereError(f"the range of pods is {after} already; nothing to do")
    if not before.subnet_of(after):
        raise NoWayError(f"{after} does not hold all of {before} and more; Azure only lets the range grow", POD_CIDR)
    return [
        Stage(
            f"Let the range of pods become {after}",
            {("networking", "podCidr"): str(after)},
            ("networkProfile.podCidr",),
            (_profile("podCidr"), "kubectl get nnc --all-namespaces"),
            needs=tuple(_rules_of(network, before, after)),
        )
    ]


def _rules_of(network: NetworkConfig | None, before: IPv4Network, after: IPv4Network) -> Iterator[str]:
    """Which rules of security groups know the pods by their old range: overlay traffic has the pods' addresses."""
    groups = network.security_groups if network else {}
    names = [
        f"securityGroups.{group}.rules.{name}"
        for group, written in groups.items()
        for name, rule in written.rules.items()
        if str(before) in (*rule.source_address_prefixes, *rule.destination_address_prefixes)
    ]
    if names:
        yield f"pods beyond {before} are none of {', '.join(names)}: write {after} there in an apply before"


def to_outbound(config: ClusterConfig, kind: str, network: NetworkConfig | None) -> list[Stage]:
    """Another way out.

    Raises:
        AlreadyThereError: It is there already.
        NoWayError: Azure does not take this path.
    """
    before = config.networking.outbound.type
    own = config.network is not None
    allowed = _OUTBOUND_TYPES & (
        OUTBOUND_PATHS_OWN_VNET if own else OUTBOUND_PATHS_MANAGED_VNET.get(before, frozenset())
    )
    ways = ", ".join(sorted(allowed - {before})) or "nothing"
    if not kind:
        raise NoWayError(f"no way out is given; write --to outbound=TYPE with one of {ways}")
    if kind == before:
        raise AlreadyThereError(f"the way out is {before} already; nothing to do")
    if kind not in allowed:
        raise NoWayError(f"Azure takes {before} to {ways} only", OUTBOUND_OWN if own else OUTBOUND_MANAGED)
    leaves: tuple[ExternallyChanged, ...] = (
        "networkProfile.outboundType",
        "networkProfile.loadBalancerProfile",
        "networkProfile.natGatewayProfile",
    )
    gateways = _gateways(config, kind, network)
    return [
        Stage(
            f"Let everything out by {kind}",
            {("networking", "outbound"): {"type": kind}},
            leaves,
            (_profile("outboundType"),),
            needs=("whoever lets this cluster in by its address lets the new one in as well",),
            network=gateways,
            expects=_GOES_WITH_GATEWAYS if gateways else (),
            azure_first=_staying(kind) if gateways and kind != _NAT else "",
        )
    ]


def _staying(kind: str) -> str:
    """Why gateways leave the subnets only afterwards: else nothing would take anything out in between."""
    return _GATEWAY_STAYS.format(meanwhile=_BEFORE_BALANCERS if kind == "loadBalancer" else "")


def _gateways(config: ClusterConfig, kind: str, network: NetworkConfig | None) -> Edits:
    """The NAT gateways that node subnets get or lose: Azure wants them there exactly for this outbound type.

    Raises:
        NoWayError: The network has none that they could get.
    """
    if network is None or network.id is not None:
        return {}
    subnets = [each for each in _node_subnets(config) if each in network.subnets]
    if kind != _NAT:
        return {("subnets", each, "natGateway"): None for each in subnets if network.subnets[each].nat_gateway}
    without = [each for each in subnets if not network.subnets[each].nat_gateway]
    if without and not network.nat_gateways:
        raise NoWayError(
            f"network {config.network} has no NAT gateway; add one in an apply before, such as natGateways:"
            " {egress: {publicIPs: 1}}",
            OUTBOUND_OWN,
        )
    return {("subnets", each, "natGateway"): next(iter(network.nat_gateways)) for each in without}


def _node_subnets(config: ClusterConfig) -> Iterable[str]:
    pools = (config.system_pool, *config.pools.values())
    return dict.fromkeys(pool.subnet for pool in pools if pool.subnet)


TARGETS: dict[str, tuple[str, Rule, Callable[[ClusterConfig, str, NetworkConfig | None], list[Stage]]]] = {
    "cilium": ("cilium", TO_CILIUM, to_cilium),
    "overlay": ("overlay[=CIDR]", TO_OVERLAY, to_overlay),
    "pod-cidr": ("pod-cidr=CIDR", POD_CIDR, to_pod_cidr),
    "outbound": ("outbound=TYPE", OUTBOUND_OWN, to_outbound),
}
"""Name -> how it is written, the rule about it, and what leads there."""


def stages(target: str, config: ClusterConfig, network: NetworkConfig | None = None) -> list[Stage]:
    """The stages from a cluster as it is declared to a target such as `overlay=192.168.0.0/16`.

    Args:
        target: Its name, with `=` and a value where it takes one.
        config: The cluster.
        network: Its network, if this stack has it.

    Raises:
        AlreadyThereError: The cluster is at the target.
        NoWayError: There is no such target, or no way to it.
    """
    name, _, value = target.partition("=")
    if name == "kubenet":
        raise NoWayError(
            "kubenet is no mode of this toolkit; move such a cluster to overlay with az aks update, then describe it"
            " here"
        )
    if name not in TARGETS:
        raise NoWayError(f"no target {target!r}; the targets are {', '.join(form for form, _, _ in TARGETS.values())}")
    return TARGETS[name][2](config, value, network)
