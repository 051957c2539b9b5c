"""What `cilia plan` tells, as data: ranges, their use, and numbers of nodes and pods. How it looks is somebody else's.

Everything comes from the plan that is deployed; nothing is computed a second time here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from enum import Enum
from ipaddress import IPv4Address, IPv4Network, IPv6Network
from typing import Any

from components.cluster.capacity import Counts
from components.cluster.modes.byocni import pool_pods_per_node
from components.facts.features import ModeName
from components.network.plan import SubnetPlan, ipv4_spaces
from components.problems import ConfigError
from components.values import camel
from stacks.cilium import NodePort, node_ports, own_cilium
from stacks.load import Loaded
from stacks.view import ClusterView, NetworkView, PoolView


@dataclass(frozen=True, slots=True)
class SubnetUse:
    """What a pool has in a subnet: `of` is "nodes" or "pods"."""

    cluster: str
    pool: str
    of: str


@dataclass(frozen=True, slots=True)
class SubnetRow:
    """One subnet.

    Attributes:
        name: Its key.
        azure_name: Its name in Azure.
        cidr: Its range.
        usable: Addresses that resources can have.
        needed: Addresses that pools take at their largest, and those kept for others.
        free: Usable addresses beyond those needed.
        sized: Whether the range was computed from a size.
        retired: Whether only its space is kept.
        used_by: The pools in it.
    """

    name: str
    azure_name: str
    cidr: IPv4Network
    usable: int
    needed: int
    free: int
    sized: bool
    retired: bool
    used_by: tuple[SubnetUse, ...]


@dataclass(frozen=True, slots=True)
class NetworkRow:
    """One network.

    Attributes:
        name: Its key.
        azure_name: Its name in Azure.
        existing: Whether it is only described here, and nothing of it is deployed.
        address_space: Its ranges.
        subnets: Its subnets.
        free: Address space that no subnet has.
        connected: What it reaches beyond itself, by name.
    """

    name: str
    azure_name: str
    existing: bool
    address_space: tuple[IPv4Network | IPv6Network, ...]
    subnets: tuple[SubnetRow, ...]
    free: tuple[IPv4Network, ...]
    connected: tuple[tuple[str, IPv4Network], ...]


@dataclass(frozen=True, slots=True)
class PoolRow:
    """One pool; `nodes` to start with, `max_nodes` outside an upgrade, `surge_nodes` on top during one."""

    name: str
    mode: str
    vm_size: str
    nodes: int
    max_nodes: int
    surge_nodes: int
    max_pods: int
    zones: tuple[str, ...]
    subnet: str | None
    pod_subnet: str | None


@dataclass(frozen=True, slots=True)
class ClusterPoolRow:
    """How a Cilium of one's own divides the pod range, and what it needs among nodes.

    Attributes:
        mask_size: Prefix length of each node's part.
        pods_per_node: Pods that such a part has addresses for.
        node_ports: Ports that must be open among nodes.
    """

    mask_size: int
    pods_per_node: int
    node_ports: tuple[NodePort, ...]

    @property
    def each(self) -> str:
        """What each node gets."""
        return f"a /{self.mask_size} with {self.pods_per_node:,} pods for each"

    @property
    def ports(self) -> str:
        """The ports, in one line."""
        return ", ".join(f"{each.name} ({each.what})" for each in self.node_ports)


@dataclass(frozen=True, slots=True)
class ClusterRow:
    """One cluster; `cluster_pool` where it has a Cilium of its own.

    Attributes:
        node_auto_provisioning: Whether AKS makes nodes that no number here counts, for pods that wait.
    """

    name: str
    azure_name: str
    mode: ModeName
    network: str | None
    pod_cidr: IPv4Network | None
    pod_cidr_nodes: int | None
    cluster_pool: ClusterPoolRow | None
    service_cidr: IPv4Network
    dns_service_ip: IPv4Address = field(metadata={"json": "dnsServiceIP"})  # as ARM spells it
    nodes: Counts
    pods: Counts
    pools: tuple[PoolRow, ...]
    node_auto_provisioning: bool


PROVISIONED = "node auto-provisioning makes more for pods that wait, up to the limits of the NodePools in the cluster"
"""What the numbers of a cluster with it leave out."""


@dataclass(frozen=True, slots=True)
class PlanData:
    """Addresses and capacity of one stack."""

    stack: str
    location: str
    resource_group: str
    networks: tuple[NetworkRow, ...]
    clusters: tuple[ClusterRow, ...]

    def as_json(self) -> dict[str, object]:
        """The plan in the contract's names."""
        return dict(_members(self))


def plan_data(loaded: Loaded) -> PlanData:
    """What a stack without errors has, needs and has room for.

    Raises:
        ConfigError: The stack has errors.
    """
    if loaded.plan is None or loaded.checked is None:
        raise ConfigError(loaded.problems)
    view = loaded.checked.view
    return PlanData(
        stack=loaded.stack,
        location=view.scope.location,
        resource_group=view.scope.resource_group,
        networks=tuple(_network(network) for network in view.networks),
        clusters=tuple(_cluster(cluster, loaded) for cluster in view.clusters),
    )


def _network(network: NetworkView) -> NetworkRow:
    plan = network.plan
    assert plan is not None  # a network without a plan is an error
    return NetworkRow(
        name=network.key,
        azure_name=plan.name,
        existing=plan.virtual_network is None,
        address_space=tuple(network.config.address_space),
        subnets=tuple(_subnet(network, subnet) for subnet in plan.subnets),
        free=plan.free,
        connected=tuple(_connected(network)),
    )


def _connected(network: NetworkView) -> Iterator[tuple[str, IPv4Network]]:
    """What the network reaches beyond itself, as far as its file says."""
    for name, cidrs in network.config.connected_ranges.items():
        yield from ((name, cidr) for cidr in cidrs)
    for name, peering in network.config.peerings.items():
        far = network.stack.config.networks.get(peering.network or "") if peering.stack is None else None
        yield from ((f"peering {name}", cidr) for cidr in (ipv4_spaces(far) if far else peering.address_space))


def _subnet(network: NetworkView, subnet: SubnetPlan) -> SubnetRow:
    return SubnetRow(
        name=subnet.key,
        azure_name=subnet.name,
        cidr=subnet.cidr,
        usable=subnet.usable,
        needed=subnet.needed,
        free=subnet.free,
        sized=subnet.sized,
        retired=subnet.retired,
        used_by=tuple(_uses(network, subnet.key)),
    )


def _uses(network: NetworkView, subnet: str) -> Iterator[SubnetUse]:
    for pool in network.users(subnet):
        yield SubnetUse(pool.cluster.key, pool.name, "nodes")
    for pool in network.pod_users(subnet):
        yield SubnetUse(pool.cluster.key, pool.name, "pods")


def _cluster(cluster: ClusterView, loaded: Loaded) -> ClusterRow:
    assert loaded.plan is not None
    plan = loaded.plan.clusters[cluster.key]
    networking = cluster.config.networking
    return ClusterRow(
        name=cluster.key,
        azure_name=plan.name,
        mode=plan.mode,
        network=cluster.config.network,
        pod_cidr=plan.pod_cidr,
        pod_cidr_nodes=cluster.mode.pod_range_nodes(networking),
        cluster_pool=_cluster_pool(cluster),
        service_cidr=plan.service_cidr,
        dns_service_ip=networking.dns_address,
        nodes=plan.nodes,
        pods=plan.pods,
        pools=tuple(_pool(pool) for pool in cluster.pools),
        node_auto_provisioning=cluster.config.node_provisioning_profile.mode == "Auto",
    )


def _cluster_pool(cluster: ClusterView) -> ClusterPoolRow | None:
    own = own_cilium(cluster)
    if own is None:
        return None
    mask_size = own.config.mask_size
    return ClusterPoolRow(mask_size, pool_pods_per_node(mask_size), tuple(node_ports(own)))


def _pool(pool: PoolView) -> PoolRow:
    return PoolRow(
        name=pool.name,
        mode=pool.mode,
        vm_size=pool.config.vm_size,
        nodes=pool.config.nodes,
        max_nodes=pool.config.max_nodes,
        surge_nodes=pool.config.surge_nodes,
        max_pods=pool.max_pods,
        zones=tuple(pool.config.zones),
        subnet=pool.config.subnet,
        pod_subnet=pool.config.pod_subnet,
    )


def _members(row: Any) -> Iterator[tuple[str, object]]:
    for member in fields(row):
        yield member.metadata.get("json", camel(member.name)), _json(getattr(row, member.name))


def _json(value: object) -> object:
    if is_dataclass(value):
        return dict(_members(value))
    if isinstance(value, tuple):
        return [_json(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    return value if value is None or isinstance(value, bool | int | str) else str(value)
