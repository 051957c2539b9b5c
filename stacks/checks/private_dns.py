"""The names of private API servers: which zone they are in, who may write to it, and who resolves them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from components.cluster.api_server import NO_ZONE, SYSTEM_ZONE
from components.facts.ranges import AZURE_DNS
from components.identity.config import SystemAssignedIdentityConfig
from components.network.plan import ipv4_spaces
from components.network.zones.plan import zone_name
from components.problems import KeyPath, Problem
from components.rules import Rule
from components.values import is_key
from stacks.checks.net import UNKNOWN_REFERENCE, unknown_reference
from stacks.view import ClusterView, StackView

_PAGE = "https://learn.microsoft.com/azure/aks/private-clusters"
_ZONE_TYPE = "microsoft.network/privatednszones"
# other clouds have other domains: https://learn.microsoft.com/azure/private-link/private-endpoint-dns
_OTHER_CLOUDS = ("usgov", "usdod", "china")
_SUBZONE_CHARACTERS = 32

ONLY_PRIVATE = Rule(
    "API-04",
    "Private names are for private API servers, and every API server has a name",
    why="Azure refuses privateDNSZone and enablePrivateClusterPublicFQDN without enablePrivateCluster. With zone none"
    " and no public name nobody could find the API server.",
    fix="Set enablePrivateCluster: true, or remove the key; with zone none keep the public name.",
    source=f"{_PAGE}; Azure CLI 2.91.0",
)
ZONE = Rule(
    "API-05",
    "A private DNS zone of one's own is one that AKS takes, and it may write to it",
    why="AKS takes privatelink.<region>.azmk8s.io, or private.<region>.azmk8s.io with VNet integration, or a part of at"
    f" most {_SUBZONE_CHARACTERS} characters before either. It writes the API server's address there, by an identity"
    " that must have its rights before the cluster (CustomPrivateDNSZoneMissingPermissions).",
    fix="Name the zone so, and use identity type userAssigned.",
    source=f"{_PAGE}; AKS support articles",
)
SUBDOMAIN = Rule(
    "API-06",
    "fqdnSubdomain goes with a private DNS zone of one's own, and without dnsPrefix",
    why="It is the whole first part of the API server's name in that zone; Azure refuses it elsewhere.",
    fix="Use dnsPrefix, or privateDNSZone with a zone of your own.",
    source="Azure CLI 2.91.0",
)
RESOLVED = Rule(
    "API-08",
    "Nodes resolve the name of a private API server",
    why="A private zone answers only in networks that are linked to it. Nodes that ask DNS servers in another network"
    " get no answer, and never join.",
    fix="Use a zone of your own with the DNS servers' network under linkedNetworks, link it by hand and accept the"
    " warning, or use privateDNSZone none.",
    source=f"{_PAGE}#hub-and-spoke-with-custom-dns",
)


def _path(cluster: ClusterView, *fields: str) -> KeyPath:
    return (*cluster.path, "apiServer", *fields)


def _names(view: StackView) -> Iterator[Problem]:
    """API-04, API-06."""
    for cluster in view.clusters:
        server = cluster.config.api_server
        given = {
            "privateDNSZone": server.private_dns_zone,
            "enablePrivateClusterPublicFQDN": server.enable_private_cluster_public_fqdn,
        }
        for field, value in given.items():
            if value is not None and not server.enable_private_cluster:
                yield ONLY_PRIVATE.error(
                    _path(cluster, field), "given for a public API server; set enablePrivateCluster: true, or remove it"
                )
        if server.zone == NO_ZONE and not server.public_fqdn:
            yield ONLY_PRIVATE.error(
                _path(cluster, "enablePrivateClusterPublicFQDN"),
                "false with privateDNSZone none leaves the API server without a name; remove it, or use a zone",
            )
        if cluster.config.fqdn_subdomain is None:
            continue
        path = (*cluster.path, "fqdnSubdomain")
        if server.zone != "own":
            yield SUBDOMAIN.error(
                path, "given without a private DNS zone of your own; use dnsPrefix, or name the zone as privateDNSZone"
            )
        if cluster.config.dns_prefix is not None:
            yield SUBDOMAIN.error(path, f"beside dnsPrefix {cluster.config.dns_prefix}; remove one of them")


def _zones(view: StackView) -> Iterator[Problem]:
    """API-05, CFG-06."""
    for cluster in view.clusters:
        server, path = cluster.config.api_server, _path(cluster, "privateDNSZone")
        zone = server.private_dns_zone
        if server.zone != "own" or zone is None:
            continue
        if is_key(zone):
            known = cluster.network.config.private_dns_zones if cluster.network else {}
            if zone not in known:
                yield UNKNOWN_REFERENCE.error(
                    path,
                    unknown_reference(zone, "privateDnsZones of the cluster's network", (*known, NO_ZONE, SYSTEM_ZONE)),
                )
                continue
            fault = _fault(cluster, zone_name(known[zone], view.scope))
        else:
            fault = _id_fault(cluster, zone) if isinstance(zone, str) else None
        if fault:
            yield ZONE.error(path, fault)
        if isinstance(cluster.config.identity, SystemAssignedIdentityConfig):
            yield ZONE.error(
                (*cluster.path, "identity"),
                "systemAssigned has no rights on the private DNS zone before the cluster is made; use type"
                " userAssigned",
            )


def _id_fault(cluster: ClusterView, arm_id: str) -> str | None:
    parts = arm_id.split("/")
    if "/".join(parts[6:8]).casefold() != _ZONE_TYPE:
        return f"{arm_id} is no private DNS zone; write .../providers/Microsoft.Network/privateDnsZones/<name>"
    return _fault(cluster, parts[-1])


def _fault(cluster: ClusterView, name: str) -> str | None:
    """What is wrong with a zone's name for a cluster, and how to mend it; None if it is fine."""
    location = cluster.stack.scope.location
    if location.startswith(_OTHER_CLOUDS):
        return None
    kind = "private" if cluster.config.api_server.enable_vnet_integration else "privatelink"
    expected = f"{kind}.{location}.azmk8s.io"
    if re.fullmatch(rf"([a-z0-9-]{{1,{_SUBZONE_CHARACTERS}}}\.)?{re.escape(expected)}", name, re.IGNORECASE):
        return None
    return (
        f"zone {name} is not one that AKS takes here; use {expected}, or one part of up to {_SUBZONE_CHARACTERS}"
        " characters before that"
    )


def _resolvers(view: StackView) -> Iterator[Problem]:
    """API-08: networks with DNS servers of their own."""
    for cluster in view.clusters:
        server, network = cluster.config.api_server, cluster.network
        if not network or not network.config.dns_servers or server.zone in ("", NO_ZONE) or server.public_fqdn:
            continue
        zone = server.private_dns_zone
        made = network.config.private_dns_zones.get(zone) if zone is not None and is_key(zone) else None
        if made and made.linked_networks:
            continue
        near = (AZURE_DNS, *ipv4_spaces(network.config))
        far = [server for server in network.config.dns_servers if not any(server in space for space in near)]
        if far:
            yield RESOLVED.warning(
                _path(cluster, "privateDNSZone"),
                f"nodes ask {', '.join(map(str, far))} in another network, and none is known to be linked to the zone;"
                f" {_way_out(cluster, known=made is not None)}",
            )


def _way_out(cluster: ClusterView, *, known: bool) -> str:
    """How nodes resolve the API server's name, by whose zone that is in."""
    zone = cluster.config.api_server.private_dns_zone
    if known:
        return f"add the network of these servers to linkedNetworks of privateDnsZones.{zone}"
    if cluster.config.api_server.zone == "own":
        return "link the network of these servers to the zone, and accept this"
    return (
        "use a zone of privateDnsZones with the network of these servers under linkedNetworks, or privateDNSZone none"
    )


def _links(view: StackView) -> Iterator[Problem]:
    """CFG-06: networks that zones are linked to."""
    for network in view.networks:
        for key, zone in network.config.private_dns_zones.items():
            for link, other in zone.linked_networks.items():
                others = [name for name in view.config.networks if name != network.key]
                if is_key(other) and other not in others:
                    yield UNKNOWN_REFERENCE.error(
                        (*network.path, "privateDnsZones", key, "linkedNetworks", link),
                        unknown_reference(other, "other networks of this file", others),
                    )


CHECKS = (_names, _zones, _resolvers, _links)
