"""A stack as rules look at it: configurations with what follows from them, each knowing where it is written.

Everything here is what parsed; a rule never sees half a network or half a cluster.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from components.cluster.capacity import max_pods, needed_addresses, node_counts
from components.cluster.modes.base import Mode, PodAddresses
from components.cluster.modes.registry import mode_of
from components.cluster.plan import cluster_name
from components.cluster.pools import PoolSettings
from components.facts.features import MODES, ModeFacts, ModeName
from components.network.config import NetworkConfig, SubnetConfig
from components.network.plan import NetworkPlan, SubnetPlan, network_path
from components.problems import KeyPath
from components.values import Scope
from stacks.config import ClusterEntry, StackConfig


@dataclass(frozen=True, slots=True)
class StackView:
    """One stack.

    Attributes:
        config: What parsed of the file.
        scope: Where in Azure it goes.
        today: The date that rules about dates go by.
        protect: Whether resources are protected unless they say otherwise.
        plans: Network plans, for those networks whose addresses could be planned.
        skipped: Paths of parts that did not parse; they are declared, though nothing is known of them.
    """

    config: StackConfig
    scope: Scope
    today: date
    protect: bool
    plans: dict[str, NetworkPlan]
    skipped: tuple[KeyPath, ...] = ()

    @property
    def networks(self) -> Iterator[NetworkView]:
        """Every network that parsed."""
        for key, config in self.config.networks.items():
            yield NetworkView(self, key, config)

    @property
    def clusters(self) -> Iterator[ClusterView]:
        """Every cluster that parsed."""
        for key, config in self.config.clusters.items():
            yield ClusterView(self, key, config)

    @property
    def pools(self) -> Iterator[PoolView]:
        """Every pool of every cluster that parsed."""
        for cluster in self.clusters:
            yield from cluster.pools


@dataclass(frozen=True, slots=True)
class NetworkView:
    """One network; `plan` is None where its addresses could not be planned."""

    stack: StackView
    key: str
    config: NetworkConfig

    @property
    def path(self) -> KeyPath:
        """Where it is written."""
        return network_path(self.key)

    @property
    def plan(self) -> NetworkPlan | None:
        """What follows from it."""
        return self.stack.plans.get(self.key)

    @property
    def pools(self) -> Iterator[PoolView]:
        """The pools, of any cluster, in this network."""
        return (
            pool
            for key, config in self.stack.config.clusters.items()
            if config.network == self.key
            for pool in ClusterView(self.stack, key, config).pools
        )

    def users(self, subnet: str) -> list[PoolView]:
        """The pools whose nodes are in a subnet."""
        return [pool for pool in self.pools if pool.config.subnet == subnet]

    def api_servers(self, subnet: str) -> list[ClusterView]:
        """The clusters whose API servers are in a subnet."""
        return [
            ClusterView(self.stack, key, config)
            for key, config in self.stack.config.clusters.items()
            if config.network == self.key
            and config.api_server.enable_vnet_integration
            and config.api_server.subnet == subnet
        ]

    def gateways(self, subnet: str) -> list[ClusterView]:
        """The clusters whose Application Gateway for Containers is in a subnet."""
        return [
            ClusterView(self.stack, key, config)
            for key, config in self.stack.config.clusters.items()
            if config.network == self.key
            and config.application_gateway_for_containers is not None
            and config.application_gateway_for_containers.subnet == subnet
        ]

    def pod_users(self, subnet: str) -> list[PoolView]:
        """The pools whose pods are in a subnet."""
        return [pool for pool in self.pools if pool.config.pod_subnet == subnet]


@dataclass(frozen=True, slots=True)
class ClusterView:
    """One cluster."""

    stack: StackView
    key: str
    config: ClusterEntry

    @property
    def path(self) -> KeyPath:
        """Where it is written."""
        return ("cilia:clusters", self.key)

    @property
    def name(self) -> str:
        """Its Azure name."""
        return cluster_name(self.key, self.config)

    @property
    def mode(self) -> Mode:
        """How its pods are connected."""
        return mode_of(self.config.networking)

    @property
    def facts(self) -> ModeFacts:
        """What is true of its mode."""
        return MODES[self.mode.name]

    @property
    def has_managed_cilium(self) -> bool:
        """Whether AKS runs Cilium in it."""
        return self.config.networking.dataplane == "cilium" and self.mode.name is not ModeName.BYOCNI

    @property
    def network(self) -> NetworkView | None:
        """The network it is in, if that is one of this file and parsed."""
        config = self.stack.config.networks.get(self.config.network or "")
        return NetworkView(self.stack, str(self.config.network), config) if config else None

    @property
    def pools(self) -> list[PoolView]:
        """Its pools, the system pool first."""
        system = self.config.system_pool
        return [
            PoolView(self, system.name, "System", system, (*self.path, "systemPool")),
            *(
                PoolView(self, name, pool.mode, pool, (*self.path, "pools", name))
                for name, pool in self.config.pools.items()
            ),
        ]

    @property
    def max_nodes(self) -> int:
        """Nodes with every autoscaler at its maximum."""
        return node_counts(self.config).max

    @property
    def nodes_with_surge(self) -> int:
        """Nodes during an upgrade of all pools at their largest."""
        return node_counts(self.config).with_surge


@dataclass(frozen=True, slots=True)
class PoolView:
    """One pool of one cluster."""

    cluster: ClusterView
    name: str
    mode: str
    config: PoolSettings
    path: KeyPath

    @property
    def max_pods(self) -> int:
        """Pods per node."""
        return max_pods(self.cluster.config, self.config)

    @property
    def needed_addresses(self) -> int:
        """Addresses it takes in its node subnet at most."""
        return needed_addresses(self.cluster.config, self.config)

    @property
    def pods_share_subnet(self) -> bool:
        """Whether its pods have addresses of the nodes' own subnet."""
        return self.needed_addresses > self.config.max_nodes + self.config.surge_nodes

    @property
    def allocation(self) -> str | None:
        """How its pods get addresses of their subnet, as ARM spells it; None where they have no subnet."""
        return self.cluster.mode.allocation(self.cluster.config.networking, self.config)

    @property
    def pod_subnet(self) -> SubnetPlan | None:
        """The plan of its pod subnet, if that is one of this file and could be planned."""
        network = self.cluster.network
        return network.plan.subnet(self.config.pod_subnet or "") if network and network.plan else None

    @property
    def pod_addresses(self) -> PodAddresses | None:
        """Addresses its pods take in their subnet, all nodes of an upgrade at its largest together."""
        per_node = self.cluster.mode.pod_addresses(self.cluster.config.networking, self.config, self.max_pods)
        nodes = self.config.max_nodes + self.config.surge_nodes
        return PodAddresses(nodes * per_node.least, nodes * per_node.most) if per_node else None

    @property
    def subnet_config(self) -> SubnetConfig | None:
        """The configuration of its node subnet, if that is one of this file."""
        network = self.cluster.network
        return network.config.subnets.get(self.config.subnet or "") if network else None

    @property
    def subnet(self) -> SubnetPlan | None:
        """The plan of its node subnet, if that is one of this file and could be planned."""
        network = self.cluster.network
        return network.plan.subnet(self.config.subnet or "") if network and network.plan else None
