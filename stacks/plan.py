"""Area plans in order, passing values from one to the next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import TYPE_CHECKING

from components.cilium.plan import CiliumPlan
from components.cluster.plan import ClusterPlan, cluster_name, plan_cluster
from components.facts import limits
from components.identity.plan import IdentityPlan, plan_identity
from components.ingress.plan import SUBNET_DELEGATION
from components.network.peerings.plan import PeeringPlan, plan_peerings
from components.network.plan import NetworkPlan, plan_network
from components.network.zones.plan import ZonePlan, plan_zones
from components.problems import ConfigError, Problem
from components.values import ArmProperties, Joined, Ref, Scope
from stacks.around import AroundPlan, plan_around
from stacks.cilium import cilium_of
from stacks.config import StackConfig
from stacks.grants import grants, subnets_of, zone_of
from stacks.observability import ObservabilityPlan, plan_observability
from stacks.view import NetworkView, StackView
from stacks.ways_out import own_ranges

if TYPE_CHECKING:
    from stacks.policies import ClusterPolicies

NO_SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
"""Stands for the subscription where none is known."""


AKS_DELEGATION = "Microsoft.ContainerService/managedClusters"
"""AKS delegates subnets of pods and of API servers to itself; declared, it is no drift (NET-21)."""


@dataclass(frozen=True, slots=True)
class StackPlan:
    """Everything a stack deploys.

    Attributes:
        scope: Where.
        resource_group: Inputs of the resource group; None where it exists already.
        networks: Network plans by key, those of existing networks too.
        peerings: Peering plans by the key of their network, where it has any.
        zones: Plans of private DNS zones by the key of their network, where it has any.
        identities: Identity plans by cluster key.
        clusters: Cluster plans by key.
        around: What is deployed around each cluster, by its key.
        observability: What several clusters send their data to.
        cilium: Releases of a Cilium of one's own by cluster key, where it has one.
        policies: Policies by cluster key, where it has any; of existing clusters too.
        protect: Whether the resource group is protected.
        keep_type_aliases: Whether the SDK's aliases to other API versions stay.
    """

    scope: Scope
    resource_group: ArmProperties | None
    networks: Mapping[str, NetworkPlan]
    peerings: Mapping[str, tuple[PeeringPlan, ...]]
    zones: Mapping[str, tuple[ZonePlan, ...]]
    identities: Mapping[str, IdentityPlan]
    clusters: Mapping[str, ClusterPlan]
    around: Mapping[str, AroundPlan]
    observability: ObservabilityPlan
    cilium: Mapping[str, CiliumPlan]
    policies: Mapping[str, ClusterPolicies]
    protect: bool
    keep_type_aliases: bool


def stack_outputs(plan: StackPlan) -> tuple[Ref, ...]:
    """The outputs of other stacks that a plan refers to, each once."""
    return _references(plan, "stackOutput")


def secrets(plan: StackPlan) -> tuple[Ref, ...]:
    """The secrets that a plan refers to, each once."""
    return _references(plan, "secret")


def _references(plan: StackPlan, kind: str) -> tuple[Ref, ...]:
    found: dict[Ref, None] = {}
    waiting: list[object] = [plan]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Ref):
            if value.kind == kind:
                found[value] = None
        elif isinstance(value, Joined):
            waiting.extend(value.parts)
        elif isinstance(value, Mapping):
            waiting.extend(value.values())
        elif isinstance(value, list | tuple):
            waiting.extend(value)
        elif is_dataclass(value):
            waiting.extend(getattr(value, member.name) for member in fields(value))
    return tuple(sorted(found, key=lambda ref: (ref.key, ref.attribute)))


def scope_of(config: StackConfig, subscription_id: str | None = None) -> Scope:
    """Where a stack goes, with stand-ins for what did not parse."""
    environment = config.environment
    group = environment.resource_group if environment else None
    existing = group.id.split("/") if group and group.id else None
    return Scope(
        subscription_id=subscription_id or config.subscription_id or NO_SUBSCRIPTION,
        resource_group=existing[4] if existing else (group.name if group and group.name else ""),
        location=config.location or "",
        tags=dict(environment.tags) if environment else {},
        deploys_resource_group=existing is None,
    )


def plan_networks(view: StackView) -> Iterator[Problem]:
    """Fills `view.plans` with every network whose addresses can be planned, and yields why the others cannot."""
    for network in view.networks:
        try:
            view.plans[network.key] = plan_network(
                network.key,
                network.config,
                view.scope,
                needs={key: _needed(network, key) for key in network.config.subnets},
                delegations={key: _delegations(network, key) for key in network.config.subnets},
                protect=view.protect,
            )
        except ConfigError as error:
            yield from error.problems


def _delegations(network: NetworkView, subnet: str) -> tuple[str, ...]:
    """The services that take a subnet, as far as clusters of this stack have them in it."""
    aks = network.pod_users(subnet) or network.api_servers(subnet)
    return (*((AKS_DELEGATION,) if aks else ()), *((SUBNET_DELEGATION,) if network.gateways(subnet) else ()))


def _needed(network: NetworkView, subnet: str) -> int:
    """Addresses that nodes, pods, API servers and gateways take in a subnet at most."""
    nodes = sum(pool.needed_addresses for pool in network.users(subnet))
    pods = sum(pool.pod_addresses.most for pool in network.pod_users(subnet) if pool.pod_addresses)
    servers = len(network.api_servers(subnet)) * limits.API_SERVER_ADDRESSES
    return nodes + pods + servers + len(network.gateways(subnet)) * limits.APPLICATION_GATEWAY_ADDRESSES


def plan_stack(view: StackView, policies: Mapping[str, ClusterPolicies]) -> StackPlan:
    """The whole stack, for a view without errors and its policies."""
    environment = view.config.environment
    around = {
        cluster.key: plan_around(cluster, policies[cluster.key].namespaces if cluster.key in policies else ())
        for cluster in view.clusters
    }
    identities = {
        cluster.key: plan_identity(
            cluster.key,
            cluster.config.identity,
            view.scope,
            cluster_name=cluster_name(cluster.key, cluster.config),
            grants=grants(cluster),
            kubelet=cluster.config.kubelet_identity,
        )
        for cluster in view.clusters
    }
    return StackPlan(
        scope=view.scope,
        resource_group=_resource_group(view.scope),
        networks=view.plans,
        peerings={
            network.key: plan_peerings(network.plan, network.config, view.plans, protect=view.protect)
            for network in view.networks
            if network.plan and network.config.peerings
        },
        zones={
            network.key: plan_zones(network.key, network.config, view.plans, view.scope, protect=view.protect)
            for network in view.networks
            if network.config.private_dns_zones
        },
        identities=identities,
        clusters={
            cluster.key: plan_cluster(
                cluster.key,
                cluster.config,
                view.scope,
                identity=identities[cluster.key].cluster_identity,
                subnets={name: reference for name, reference, _ in subnets_of(cluster)},
                zone=zone[0] if (zone := zone_of(cluster)) else None,
                subnet_ranges={
                    subnet.key: subnet.cidr
                    for pool in cluster.pools
                    for subnet in (pool.subnet, pool.pod_subnet)
                    if subnet is not None
                },
                own_ranges=tuple(own_ranges(cluster)),
                protect=view.protect,
                contributions=(*around[cluster.key].contributions, identities[cluster.key].contribution),
            )
            for cluster in view.clusters
        },
        around=around,
        observability=plan_observability(view),
        cilium={cluster.key: plan for cluster in view.clusters if (plan := cilium_of(cluster)) is not None},
        policies=policies,
        protect=view.protect,
        keep_type_aliases=environment.keep_type_aliases if environment else False,
    )


def _resource_group(scope: Scope) -> ArmProperties | None:
    if not scope.deploys_resource_group:
        return None
    return {"resourceGroupName": scope.resource_group, "location": scope.location, "tags": dict(scope.tags)}
