"""Managed ways into a cluster: application routing, and Application Gateway for Containers with its subnet."""

from __future__ import annotations

from collections.abc import Iterator

from components.facts import limits
from components.facts.api_versions import FIRST_API_VERSION, api_has
from components.facts.features import ModeName
from components.facts.names import NAME_RULES, Kind
from components.facts.ranges import usable_addresses
from components.ingress.config import ApplicationGatewayConfig
from components.ingress.plan import SUBNET_DELEGATION, application_gateway_name
from components.problems import KeyPath, Problem
from components.rules import Rule
from components.values import is_key
from stacks.checks.acns import API_VERSION
from stacks.checks.net import UNKNOWN_REFERENCE, unknown_reference
from stacks.checks.network_names import NAMES
from stacks.view import ClusterView, StackView

_NETWORKING = "https://learn.microsoft.com/azure/application-gateway/for-containers/container-networking"
_PREFIX = limits.APPLICATION_GATEWAY_OVERLAY_PREFIX

ONE_ISTIO = Rule(
    "IST-03",
    "There is one Istio in a cluster",
    why="Azure refuses the Istio add-on beside the Gateway API of application routing, which is a small Istio of its"
    " own. Open Service Mesh, virtual nodes and ambient mode, which it does not go with either, have no key here.",
    fix="Use either istio, with gatewayAPI if you like, or applicationRouting.gatewayAPI.",
    source="https://learn.microsoft.com/azure/aks/istio-about; https://learn.microsoft.com/azure/aks/istio-gateway-api",
)
GATEWAY_SUBNET = Rule(
    "NET-31",
    "An Application Gateway for Containers has a subnet for itself",
    why=f"It takes up to {limits.APPLICATION_GATEWAY_ADDRESSES} addresses. With overlay the subnet is exactly"
    f" /{_PREFIX},"
    " for one gateway, and the network has no peerings: the gateway reaches pods by routes in this network only.",
    fix=f"Give it a /{_PREFIX} that nothing else is in.",
    source=_NETWORKING,
)


def _routing(view: StackView) -> Iterator[Problem]:
    """IST-03, CFG-60."""
    for cluster in view.clusters:
        routing = cluster.config.application_routing
        if routing is None or not routing.gateway_api:
            continue
        path, version = (*cluster.path, "applicationRouting", "gatewayAPI"), cluster.config.api_version
        if cluster.config.istio is not None:
            yield ONE_ISTIO.error(
                path, "gatewayAPI beside the Istio add-on, which Azure refuses; use istio.gatewayAPI, or remove istio"
            )
        if not api_has(version, "gatewayAPIImplementations"):
            yield API_VERSION.error(
                path,
                f"gatewayAPI is unknown to API version {version}; set apiVersion of the cluster to"
                f' "{FIRST_API_VERSION["gatewayAPIImplementations"]}" or newer',
            )


def _gateways(view: StackView) -> Iterator[Problem]:
    """NET-31, NET-17, CFG-06."""
    for cluster in view.clusters:
        gateway = cluster.config.application_gateway_for_containers
        if gateway is None:
            continue
        path = (*cluster.path, "applicationGatewayForContainers")
        fault = NAME_RULES[Kind.TRAFFIC_CONTROLLER].fault(application_gateway_name(cluster.key, gateway))
        if fault:
            yield NAMES.error(path, fault)
        if is_key(gateway.subnet):
            yield from _subnet(cluster, gateway, (*path, "subnet"))


def _subnet(cluster: ClusterView, gateway: ApplicationGatewayConfig, path: KeyPath) -> Iterator[Problem]:
    name, network = str(gateway.subnet), cluster.network
    config = network.config.subnets.get(name) if network else None
    if network is None or config is None:
        known = tuple(network.config.subnets) if network else ()
        yield UNKNOWN_REFERENCE.error(path, unknown_reference(name, "subnets of the cluster's network", known))
        return
    others = [service for service in config.delegations if service != SUBNET_DELEGATION]
    if others:
        yield GATEWAY_SUBNET.error(
            path, f"{name} is delegated to {', '.join(others)}; use a subnet for the gateway only"
        )
    if network.users(name) or network.pod_users(name) or network.api_servers(name):
        yield GATEWAY_SUBNET.error(path, f"nodes, pods or API servers are in {name}; use a subnet for the gateway only")
    gateways = [each.key for each in network.gateways(name)]
    if len(gateways) > 1 and gateways[0] != cluster.key:
        yield GATEWAY_SUBNET.error(path, f"the gateway of {gateways[0]} is in {name} already; use a subnet of its own")
    yield from _size(cluster, name, path)


def _size(cluster: ClusterView, name: str, path: KeyPath) -> Iterator[Problem]:
    network = cluster.network
    planned = network.plan.subnet(name) if network and network.plan else None
    if network is None or planned is None:
        return
    overlay, need = cluster.mode.name is ModeName.OVERLAY, limits.APPLICATION_GATEWAY_ADDRESSES
    if overlay and planned.cidr.prefixlen != _PREFIX:
        yield GATEWAY_SUBNET.error(
            path, f"{name} is {planned.cidr}, with overlay a gateway's subnet is exactly /{_PREFIX}; use one"
        )
    elif usable_addresses(planned.cidr) < need:
        usable = usable_addresses(planned.cidr)
        yield GATEWAY_SUBNET.error(
            path, f"{name} has {usable} usable addresses, a gateway takes up to {need}; use a /{_PREFIX} or larger"
        )
    if overlay and network.config.peerings:
        peerings = ", ".join(network.config.peerings)
        yield GATEWAY_SUBNET.error(
            path,
            f"network {network.key} has peerings ({peerings}), over which a gateway does not reach overlay pods; remove"
            " them, or use another mode",
        )


CHECKS = (_routing, _gateways)
