"""Whether the security groups on clusters' subnets let through what the clusters live on.

Azure's default rules allow everything inside a virtual network; only a Deny rule that comes first can break a cluster.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network
from itertools import product

from components.facts import acns, cilium, limits, ranges
from components.network.filtering import (
    AZURE_SERVICES,
    ESP,
    TCP,
    UDP,
    Direction,
    Interval,
    Tags,
    Traffic,
    denying_rules,
    interval,
    traffic,
)
from components.network.plan import SubnetPlan, ipv4_spaces
from components.problems import KeyPath, Problem
from components.rules import Rule
from components.values import is_key
from stacks.checks.paths import called
from stacks.cilium import node_ports, own_ciliums
from stacks.view import ClusterView, NetworkView, StackView

_OVERLAY = "https://learn.microsoft.com/azure/aks/concepts-network-azure-cni-overlay#network-security-groups"

INSIDE = Rule(
    "NET-32",
    "Security groups let nodes and pods of a cluster talk to each other",
    why="AKS never edits a security group on a subnet you bring. Nodes must reach nodes and pods, and pods must reach"
    " pods, on all ports and protocols; pod traffic is not encapsulated, so the group sees pod addresses.",
    fix="Allow the traffic with a lower priority number than the Deny rule, by range;"
    " restrict workloads with policies instead.",
    source=_OVERLAY,
)
MONITOR = Rule(
    "NET-35",
    "Security groups let Cilium's diagnostics out",
    why="A Deny rule for everything outbound also stops the diagnostics that Azure uses to support Cilium.",
    fix="Allow TCP 443 to the service tag AzureMonitor, with a lower priority number than the Deny rule.",
    source="https://learn.microsoft.com/azure/aks/azure-cni-powered-by-cilium",
)
PROBES = Rule(
    "CFG-30",
    "Security groups let Azure's load balancer probe nodes",
    why="A Deny rule for everything inbound also stops health probes, so that Services of type LoadBalancer get no"
    " traffic.",
    fix="Allow Inbound from the service tag AzureLoadBalancer, with a lower priority number than the Deny rule.",
    source="https://learn.microsoft.com/azure/load-balancer/load-balancer-custom-probe-overview#probe-source-ip-address",
)

ENCRYPTION = Rule(
    "NET-33",
    "Security groups let WireGuard pass between nodes",
    why=f"With transitEncryption WireGuard nodes exchange pods' traffic over UDP {acns.WIREGUARD_PORT}; where a group"
    " denies that, pods on different nodes do not reach each other.",
    fix=f"Allow UDP {acns.WIREGUARD_PORT} among the nodes' subnets, with a lower priority number than the Deny rule.",
    source="https://learn.microsoft.com/azure/aks/container-network-security-wireguard-encryption-concepts",
)
API_SERVER = Rule(
    "NET-30",
    "Security groups let nodes reach an API server in their network, and Azure's load balancer probe it",
    why=f"Nodes call an API server in a subnet on TCP {' and '.join(map(str, limits.API_SERVER_PORTS))}; Azure's load"
    f" balancer in front of it probes TCP {limits.API_SERVER_PROBE_PORT}.",
    fix="Allow the traffic with a lower priority number than the Deny rule.",
    source="https://learn.microsoft.com/azure/aks/api-server-vnet-integration",
)

OWN_CILIUM = Rule(
    "NET-34",
    "Security groups let a Cilium of one's own through",
    why="Nodes exchange pods' traffic through a tunnel, probe each other, and collect flows; where a group denies the"
    " tunnel or its encryption, pods on different nodes do not reach each other, and without the rest nobody sees why.",
    fix=f"Allow among the nodes' subnets UDP {cilium.TUNNEL_PORTS['vxlan']} (VXLAN) or {cilium.TUNNEL_PORTS['geneve']}"
    f" (Geneve), TCP {cilium.HEALTH_PORT} and {cilium.HUBBLE_PORT}, UDP {acns.WIREGUARD_PORT} with"
    " WireGuard, and ESP with IPsec.",
    source="cilium 1.19.6 Documentation/operations/system_requirements.rst",
)

_PROTOCOLS = {"TCP": TCP, "UDP": UDP, "ESP": ESP}
_PROBE_SOURCE = interval(ranges.NOT_ALLOWED_IN_VNET["Azure's internal DNS"])
"""Probes come from the same platform address as DNS."""


@dataclass(frozen=True, slots=True)
class _Guarded:
    """One security group on one subnet that one cluster uses.

    Attributes:
        network: The network of all three.
        group: Key of the security group.
        subnet: The subnet.
        cluster: The cluster.
        has_nodes: Whether the cluster has nodes in the subnet.
        has_pods: Whether it is the subnet of some of the cluster's pods.
        has_api_server: Whether the cluster's API server is in it.
    """

    network: NetworkView
    group: str
    subnet: SubnetPlan
    cluster: ClusterView
    has_nodes: bool
    has_pods: bool
    has_api_server: bool

    def denying(self, direction: Direction, wanted: Traffic, tags: Tags) -> list[str]:
        """Names of the group's rules that deny some of the traffic."""
        return list(denying_rules(self.network.config.security_groups[self.group].rules, direction, wanted, tags))

    def rule_path(self, rule: str) -> KeyPath:
        """Where a rule of the group is written."""
        return (*self.network.path, "securityGroups", self.group, "rules", rule)

    def priority(self, rule: str) -> int:
        """A rule's priority."""
        return self.network.config.security_groups[self.group].rules[rule].priority


@dataclass(frozen=True, slots=True)
class _Flow:
    """Traffic that a cluster cannot do without.

    Attributes:
        what: What it is, such as `node to pod`.
        direction: As seen from the subnet.
        source: Where it comes from.
        target: Where it goes.
    """

    what: str
    direction: Direction
    source: IPv4Network
    target: IPv4Network


def _guarded(view: StackView) -> Iterator[_Guarded]:
    for network in view.networks:
        for subnet in network.plan.subnets if network.plan else ():
            group = network.config.subnets[subnet.key].security_group
            if subnet.retired or group not in network.config.security_groups:
                continue
            nodes = {pool.cluster.key for pool in network.users(subnet.key)}
            pods = {pool.cluster.key for pool in network.pod_users(subnet.key)}
            servers = {cluster.key for cluster in network.api_servers(subnet.key)}
            for cluster in view.clusters:
                key = cluster.key
                if key in nodes | pods | servers:
                    yield _Guarded(network, group, subnet, cluster, key in nodes, key in pods, key in servers)


def _pods(cluster: ClusterView) -> list[IPv4Network]:
    """The ranges that security groups see a cluster's pods in."""
    if not cluster.facts.security_groups_see_pods:
        return []
    own = cluster.mode.pod_range(cluster.config.networking)
    plan = cluster.network.plan if cluster.network else None
    named = dict.fromkeys(pool.config.pod_subnet for pool in cluster.pools if pool.config.pod_subnet)
    subnets = [found.cidr for name in named if plan and (found := plan.subnet(name))]
    return [own] if own is not None else subnets


def _flows(guarded: _Guarded) -> Iterator[_Flow]:
    """Nodes to nodes, nodes to pods, pods to pods: each as far as one of its ends is in the subnet."""
    cluster, here = guarded.cluster, guarded.subnet.cidr
    ends = {
        "node": list(dict.fromkeys(pool.subnet.cidr for pool in cluster.pools if pool.subnet)),
        "pod": _pods(cluster),
    }
    pods_on_nodes = ends["pod"] if cluster.facts.pods_outside_vnet and guarded.has_nodes else []
    inside = {"node": [here] if guarded.has_nodes else [], "pod": [here] if guarded.has_pods else pods_on_nodes}
    for source, target in (("node", "node"), ("node", "pod"), ("pod", "pod")):
        what = f"{source} to {target}"
        yield from (_Flow(what, "Inbound", one, other) for one, other in product(ends[source], inside[target]))
        yield from (_Flow(what, "Outbound", one, other) for one, other in product(inside[source], ends[target]))


def _tags(guarded: _Guarded, also: list[IPv4Network]) -> Tags:
    """Service tags: `VirtualNetwork` is the address space, what is connected, and whatever else is said to be in it."""
    connected = (cidr for cidrs in guarded.network.config.connected_ranges.values() for cidr in cidrs)
    return {
        "virtualnetwork": [interval(cidr) for cidr in (*ipv4_spaces(guarded.network.config), *connected, *also)],
        "azureloadbalancer": [_PROBE_SOURCE],
        **{name: [AZURE_SERVICES] for name in ("internet", "azurecloud", "azuremonitor")},
    }


def _inside(view: StackView) -> Iterator[Problem]:
    """NET-32: what must pass inside a cluster."""
    for guarded in _guarded(view):
        surely: dict[str, list[_Flow]] = {}
        perhaps: dict[str, list[_Flow]] = {}
        for flow in _flows(guarded):
            wanted = traffic(interval(flow.source), interval(flow.target))
            # Azure does not say whether VirtualNetwork holds pods outside the network, so both answers are tried
            with_pods = guarded.denying(flow.direction, wanted, _tags(guarded, _pods(guarded.cluster)))
            without_pods = guarded.denying(flow.direction, wanted, _tags(guarded, []))
            for rule in dict.fromkeys((*with_pods, *without_pods)):
                found = surely if rule in with_pods and rule in without_pods else perhaps
                found.setdefault(rule, []).append(flow)
        for rule, flows in surely.items():
            yield INSIDE.error(guarded.rule_path(rule), _denied(guarded, rule, flows))
        for rule, flows in perhaps.items():
            if rule not in surely:
                doubt = ", unless VirtualNetwork holds pods, which Azure leaves open"
                yield INSIDE.warning(guarded.rule_path(rule), _denied(guarded, rule, flows, doubt))


def _denied(guarded: _Guarded, rule: str, flows: list[_Flow], doubt: str = "") -> str:
    """What a rule denies, and the first thing to allow before it."""
    *most, last = dict.fromkeys(flow.what for flow in flows)
    first = flows[0]
    return (
        f"denies {first.direction.lower()} {' and '.join([', '.join(most), last] if most else [last])} traffic of"
        f" clusters.{guarded.cluster.key}{doubt};"
        f" allow all of {first.source} to {first.target} before priority {guarded.priority(rule)}"
    )


def _unknown_rules(view: StackView) -> Iterator[Problem]:
    """NET-32: security groups that exist elsewhere."""
    for network in view.networks:
        for key, subnet in network.config.subnets.items():
            clusters = dict.fromkeys(pool.cluster.key for pool in (*network.users(key), *network.pod_users(key)))
            if subnet.security_group and not is_key(subnet.security_group) and clusters:
                name = called(subnet.security_group)
                users = ", ".join(f"clusters.{cluster}" for cluster in clusters)
                yield INSIDE.warning(
                    (*network.path, "subnets", key, "securityGroup"),
                    f"rules of {name} are not known here;"
                    f" make sure they allow all traffic among nodes and pods of {users}",
                )


def _monitor(view: StackView) -> Iterator[Problem]:
    """NET-35, for managed Cilium."""
    for guarded in _guarded(view):
        if getattr(guarded.cluster.config.networking, "dataplane", None) != "cilium" or not guarded.has_nodes:
            continue
        wanted = traffic(interval(guarded.subnet.cidr), AZURE_SERVICES, port=443, protocols=TCP)
        for rule in guarded.denying("Outbound", wanted, _tags(guarded, [])):
            yield MONITOR.warning(
                guarded.rule_path(rule),
                f"denies TCP 443 from {guarded.subnet.cidr} to AzureMonitor, which Cilium's diagnostics need;"
                f" allow it before priority {guarded.priority(rule)}",
            )


def _probes(view: StackView) -> Iterator[Problem]:
    """CFG-30."""
    for guarded in _guarded(view):
        if not guarded.has_nodes:
            continue
        wanted = traffic(_PROBE_SOURCE, interval(guarded.subnet.cidr), protocols=TCP)
        for rule in guarded.denying("Inbound", wanted, _tags(guarded, [])):
            yield PROBES.warning(
                guarded.rule_path(rule),
                f"denies probes of Azure's load balancer to {guarded.subnet.cidr}, so LoadBalancer Services get no"
                f" traffic; allow AzureLoadBalancer before priority {guarded.priority(rule)}",
            )


def _encryption(view: StackView) -> Iterator[Problem]:
    """NET-33."""
    port = acns.WIREGUARD_PORT
    for guarded in _guarded(view):
        if guarded.cluster.config.acns.transit_encryption != "WireGuard":
            continue
        for rule, flow in _denied_among_nodes(guarded, UDP, port).items():
            yield ENCRYPTION.error(
                guarded.rule_path(rule),
                f"denies UDP {port} from {flow.source} to {flow.target}, which WireGuard of"
                f" clusters.{guarded.cluster.key} needs; allow it before priority {guarded.priority(rule)}",
            )


def _denied_among_nodes(guarded: _Guarded, protocols: Interval, port: int | None) -> dict[str, _Flow]:
    """The rules that deny a port among nodes, each with a flow that it denies."""
    return {
        rule: flow
        for flow in _flows(guarded)
        if flow.what == "node to node"
        for rule in guarded.denying(
            flow.direction,
            traffic(interval(flow.source), interval(flow.target), port=port, protocols=protocols),
            _tags(guarded, []),
        )
    }


def _own_cilium(view: StackView) -> Iterator[Problem]:
    """NET-34."""
    needs = {own.cluster.key: node_ports(own) for own in own_ciliums(view)}
    for guarded in _guarded(view):
        for port in needs.get(guarded.cluster.key, ()):
            for rule, flow in _denied_among_nodes(guarded, _PROTOCOLS[port.protocol], port.port).items():
                yield OWN_CILIUM.error(
                    guarded.rule_path(rule),
                    f"denies {port.name} from {flow.source} to {flow.target}, which {port.what} of"
                    f" clusters.{guarded.cluster.key} needs; allow it before priority {guarded.priority(rule)}",
                )


def _api_server(view: StackView) -> Iterator[Problem]:
    """NET-30."""
    for guarded in _guarded(view):
        denied: dict[str, str] = {}
        for what, direction, wanted in _api_server_traffic(guarded):
            for rule in guarded.denying(direction, wanted, _tags(guarded, [])):
                denied.setdefault(rule, what)
        for rule, what in denied.items():
            yield API_SERVER.error(
                guarded.rule_path(rule),
                f"denies {what}, the API server of clusters.{guarded.cluster.key};"
                f" allow it before priority {guarded.priority(rule)}",
            )


def _api_server_traffic(guarded: _Guarded) -> Iterator[tuple[str, Direction, Traffic]]:
    """What must pass between nodes and API server, as far as one of its ends is in the subnet."""
    network, here = guarded.network, guarded.subnet.cidr
    planned = network.plan.subnet(guarded.cluster.config.api_server.subnet or "") if network.plan else None
    if planned is None:
        return
    server = planned.cidr
    for port in limits.API_SERVER_PORTS:
        if guarded.has_api_server:
            for nodes in dict.fromkeys(pool.subnet.cidr for pool in guarded.cluster.pools if pool.subnet):
                wanted = traffic(interval(nodes), interval(server), port=port, protocols=TCP)
                yield f"TCP {port} from {nodes} to {server}", "Inbound", wanted
        if guarded.has_nodes:
            wanted = traffic(interval(here), interval(server), port=port, protocols=TCP)
            yield f"TCP {port} from {here} to {server}", "Outbound", wanted
    if guarded.has_api_server:
        port = limits.API_SERVER_PROBE_PORT
        wanted = traffic(_PROBE_SOURCE, interval(server), port=port, protocols=TCP)
        yield f"TCP {port} from AzureLoadBalancer to {server}", "Inbound", wanted


CHECKS = (_inside, _unknown_rules, _monitor, _probes, _encryption, _own_cilium, _api_server)
