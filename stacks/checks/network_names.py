"""Names of what a network is made of: form, use as node labels, and nothing named twice."""

from __future__ import annotations

from collections.abc import Iterator

from components.facts.names import LABEL_VALUE, NAME_RULES, Kind
from components.network.zones.plan import OWN_LINK, zone_name
from components.problems import KeyPath, Problem, dotted
from components.rules import Rule
from stacks.view import NetworkView, StackView

NAMES = Rule(
    "NET-17",
    "Names are names that Azure takes",
    why="Azure refuses a name that is too long or has other characters.",
    fix="Shorten or respell the name, or give one with 'name:'.",
    source="https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules",
)
LABEL_NAMES = Rule(
    "NET-18",
    "Names of network, subnet and resource group are valid label values where they become node labels",
    why="With Azure CNI Overlay and dynamic pod subnets these names become node labels, at most"
    f" {LABEL_VALUE.longest} characters long; AKS refuses others.",
    fix="Shorten or respell the name.",
    source="https://learn.microsoft.com/azure/aks/concepts-network-azure-cni-overlay",
)
NAMED_TWICE = Rule(
    "CFG-29",
    "Nothing in a resource group or network is named twice",
    why="Azure takes a second resource of the same kind and name, whatever its capitals, for the first one, and both"
    " would be the same resource; Pulumi refuses two of its own names alike.",
    fix="Rename one of the keys, or give one of them a 'name:'.",
    source="https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules",
)

_Named = tuple[Kind, str, KeyPath]
"""A kind, the name of one thing of it in Azure, and where it is written."""


def _named(network: NetworkView) -> Iterator[_Named]:
    """Everything of a network that has a name of its own."""
    plan = network.plan
    if plan is None:
        return
    yield Kind.VIRTUAL_NETWORK, plan.name, network.path
    parts = (
        (Kind.SUBNET, "subnets", [subnet for subnet in plan.subnets if not subnet.retired]),
        (Kind.SECURITY_GROUP, "securityGroups", plan.security_groups),
        (Kind.ROUTE_TABLE, "routeTables", plan.route_tables),
        (Kind.NAT_GATEWAY, "natGateways", plan.nat_gateways),
    )
    for kind, field, resources in parts:
        for resource in resources:
            yield kind, resource.name, (*network.path, field, resource.key)
    # the last address of each gateway has the longest name; the others differ in their number only
    for key, name in {address.key.rpartition("-")[0]: address.name for address in plan.public_ips}.items():
        yield Kind.PUBLIC_IP, name, (*network.path, "natGateways", key)
    for key, zone in network.config.private_dns_zones.items():
        yield Kind.PRIVATE_DNS_ZONE, zone_name(zone, network.stack.scope), (*network.path, "privateDnsZones", key)


def _names(view: StackView) -> Iterator[Problem]:
    """NET-17: every Azure name of a network, given or made from keys."""
    environment = view.config.environment
    if environment and environment.resource_group.name is not None:
        fault = NAME_RULES[Kind.RESOURCE_GROUP].fault(environment.resource_group.name)
        if fault:
            yield NAMES.error(("cilia:environment", "resourceGroup", "name"), fault)
    for network in view.networks:
        for kind, name, path in _named(network):
            fault = NAME_RULES[kind].fault(name)
            if fault:
                yield NAMES.error(path, fault)


def _label_names(view: StackView) -> Iterator[Problem]:
    """NET-18."""
    for cluster in view.clusters:
        network = cluster.network
        if network is None or network.plan is None or not cluster.facts.network_names_become_labels:
            continue
        subnets = {pool.subnet.key: pool.subnet for pool in cluster.pools if pool.subnet}
        named: list[tuple[KeyPath, str]] = [
            (("cilia:environment", "resourceGroup"), view.scope.resource_group),
            (network.path, network.plan.name),
            *(((*network.path, "subnets", key), subnet.name) for key, subnet in subnets.items()),
        ]
        for path, name in named:
            fault = LABEL_VALUE.fault(name) if name else None
            if fault:
                yield LABEL_NAMES.error(path, f"becomes a node label in clusters.{cluster.key}: {fault}")


def _named_twice(view: StackView) -> Iterator[Problem]:
    """CFG-29: names in Azure, which ignore capitals, and those Pulumi gets from the keys of networks and subnets."""
    in_azure: dict[tuple[Kind, str, str], KeyPath] = {}
    in_pulumi: dict[tuple[str, str], KeyPath] = {}
    for network in view.networks:
        for kind, name, path in _named(network):
            # a subnet's name is its network's business; everything else shares the resource group
            scope = network.key if kind is Kind.SUBNET else ""
            first = in_azure.setdefault((kind, scope, name.casefold()), path)
            if first != path:
                what = NAME_RULES[kind].what
                yield NAMED_TWICE.error(path, f"{dotted(first)} is also a {what} named {name!r}; rename one of them")
        for part, keys, path in _in_pulumi(network):
            name = "-".join((network.key, *keys))
            first = in_pulumi.setdefault((part, name), path)
            if first != path:
                yield NAMED_TWICE.error(
                    path, f"{dotted(first)} gives the same name to Pulumi, {name}; rename one of the keys"
                )


def _in_pulumi(network: NetworkView) -> Iterator[tuple[str, tuple[str, ...], KeyPath]]:
    """What gets its Pulumi name from several keys: its kind, the keys, and where it is written."""
    for key, subnet in network.config.subnets.items():
        if not subnet.retired:
            yield "subnet", (key,), (*network.path, "subnets", key)
    for key, zone in network.config.private_dns_zones.items():
        path = (*network.path, "privateDnsZones", key)
        yield "zone", (key,), path
        for link in (OWN_LINK, *zone.linked_networks):
            yield "link", (key, link), path if link == OWN_LINK else (*path, "linkedNetworks", link)


CHECKS = (_names, _label_names, _named_twice)
