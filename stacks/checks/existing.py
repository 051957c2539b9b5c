"""Networks that exist already, and peerings: what may be said of them, and that they lead somewhere."""

from __future__ import annotations

from collections.abc import Iterator

from components.problems import Problem
from components.rules import Rule
from components.values import Model, StackOutput, is_key
from stacks.checks.net import UNKNOWN_REFERENCE, unknown_reference
from stacks.view import NetworkView, StackView

ONLY_DESCRIBED = Rule(
    "CFG-08",
    "An existing network is only described",
    why="Nothing that exists is ever changed: what a stack would make in it, or set on it, would silently not happen.",
    fix="Remove the key, or make the network in this stack by removing id.",
    source="docs/stack-file.md",
)
ONE_WAY = Rule(
    "CFG-09",
    "A peering leads to exactly one network",
    why="It goes to a network of this file, to one of another stack, or to one with an ARM id.",
    fix="Give network, or stack and network, or id with addressSpace.",
    source="docs/stack-file.md",
)

SAME_SUBSCRIPTION = Rule(
    "NET-07",
    "A cluster and its network are in the same subscription and region",
    why="AKS refuses a network of another subscription or region.",
    fix="Use a network of the cluster's subscription, or set azure-native:subscriptionId to the network's.",
    source="https://learn.microsoft.com/azure/aks/concepts-network-legacy-cni",
)

_NETWORK_TYPE = ["microsoft.network", "virtualnetworks"]
_NETWORK_SLASHES = 8
_MADE_HERE = ("dnsServers", "ddosProtectionPlan", "securityGroups", "natGateways", "routeTables", "tags", "protect")
_MADE_HERE_OF_SUBNETS = ("size", "retired", "delegations", "serviceEndpoints", "protect")


def _existing_networks(view: StackView) -> Iterator[Problem]:
    """CFG-08."""
    for network in view.networks:
        if network.config.id is None:
            continue
        if isinstance(network.config.id, str) and not _is_network(network.config.id):
            yield ONLY_DESCRIBED.error((*network.path, "id"), _not_a_network(network.config.id))
        written = _written(network.config)
        for key in _MADE_HERE:
            if key in written:
                yield ONLY_DESCRIBED.error(
                    (*network.path, key), f"{key} of a network that exists; remove it, or remove id"
                )
        if isinstance(network.config.id, StackOutput) and network.config.name is None:
            yield ONLY_DESCRIBED.error(
                (*network.path, "name"), "missing; add the name of the network that the other stack makes"
            )
        for name, subnet in network.config.subnets.items():
            for key in _MADE_HERE_OF_SUBNETS:
                if key in _written(subnet):
                    fix = "state its range as cidr" if key == "size" else "remove it"
                    yield ONLY_DESCRIBED.error(
                        (*network.path, "subnets", name, key), f"{key} of a subnet that exists; {fix}, or remove id"
                    )
            yield from _attached_here(network, name)


def _is_network(arm_id: str) -> bool:
    """Whether an ARM id is one of a virtual network itself."""
    return [part.lower() for part in arm_id.split("/")[6:8]] == _NETWORK_TYPE and arm_id.count("/") == _NETWORK_SLASHES


def _not_a_network(arm_id: str) -> str:
    kind = "/".join(arm_id.split("/")[6::2][:1] + arm_id.split("/")[7::2]) or "a resource group"
    return f"this is the id of {kind}, not of a virtual network; use one that ends with virtualNetworks/<name>"


def _written(config: Model) -> set[str]:
    """The keys that stand in the file."""
    return {str(type(config).model_fields[name].alias) for name in config.model_fields_set}


def _attached_here(network: NetworkView, name: str) -> Iterator[Problem]:
    """CFG-08: what an existing subnet is said to be attached to exists as well."""
    subnet = network.config.subnets[name]
    attached = {
        "natGateway": subnet.nat_gateway,
        "securityGroup": subnet.security_group,
        "routeTable": subnet.route_table,
    }
    for key, value in attached.items():
        if value is not None and is_key(value):
            yield ONLY_DESCRIBED.error(
                (*network.path, "subnets", name, key),
                f"{value!r} cannot be attached to a subnet that exists; give the ARM id of what is attached",
            )


def _peerings(view: StackView) -> Iterator[Problem]:
    """CFG-06, CFG-09."""
    for network in view.networks:
        for name, peering in network.config.peerings.items():
            path = (*network.path, "peerings", name)
            if (peering.id is None) == (peering.network is None):
                yield ONE_WAY.error(path, "leads nowhere or to two networks; give network, stack and network, or id")
            elif peering.id is not None and peering.stack is not None:
                yield ONE_WAY.error((*path, "stack"), "stack says nothing beside id; remove one of them")
            elif peering.id is not None and not _is_network(peering.id):
                yield ONE_WAY.error((*path, "id"), _not_a_network(peering.id))
            elif peering.id is not None and not peering.address_space:
                yield ONE_WAY.error(
                    (*path, "addressSpace"), "missing; add the ranges of the network, so that overlaps are found"
                )
            elif peering.id is None and peering.address_space:
                yield ONE_WAY.error((*path, "addressSpace"), "is known from the network itself; remove it")
            elif peering.network is not None and peering.stack is None:
                others = [key for key in view.config.networks if key != network.key]
                if peering.network not in others:
                    yield UNKNOWN_REFERENCE.error(
                        (*path, "network"), unknown_reference(peering.network, "other networks of this file", others)
                    )


def _subscriptions(view: StackView) -> Iterator[Problem]:
    """NET-07; the region of an existing network is not in its id, and only Azure knows it."""
    own = view.config.subscription_id
    for cluster in view.clusters:
        existing = cluster.network.config.id if cluster.network else None
        if own is None or not isinstance(existing, str):
            continue
        theirs = existing.split("/")[2]
        if theirs.lower() != own.lower():
            yield SAME_SUBSCRIPTION.error(
                (*cluster.path, "network"),
                f"{cluster.config.network} is in subscription {theirs}, the cluster in {own}; use the same one",
            )


def _gateways(view: StackView) -> Iterator[Problem]:
    """CFG-09: whose gateway is used."""
    for network in view.networks:
        for name, peering in network.config.peerings.items():
            path = (*network.path, "peerings", name)
            if peering.allow_gateway_transit and peering.use_remote_gateways:
                yield ONE_WAY.error(
                    (*path, "useRemoteGateways"),
                    "both networks would use the other's gateway; allow it in one direction",
                )


CHECKS = (_existing_networks, _peerings, _gateways, _subscriptions)
