"""Names of clusters and what belongs to them, and tags."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from components.facts import limits
from components.facts.names import (
    DNS_PREFIX,
    NAME_RULES,
    NODE_RESOURCE_GROUP_CHARACTERS,
    RESERVED_TAG_PREFIXES,
    TAG_NAME_FORBIDDEN,
    Kind,
    node_resource_group,
)
from components.identity.config import UserAssignedIdentityConfig
from components.identity.plan import identity_name, kubelet_identity_name
from components.identity.workload.plan import workload_identity_name
from components.problems import KeyPath, Problem, dotted
from components.rules import Rule
from stacks.checks.network_names import NAMED_TWICE, NAMES
from stacks.grants import grants
from stacks.view import ClusterView, StackView

_RULES = "https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules"
_LONGEST_GROUP = NODE_RESOURCE_GROUP_CHARACTERS

CLUSTER_NAME = Rule(
    "NAM-01",
    "A cluster's name is one that Azure takes",
    why="Azure refuses other names.",
    fix="Shorten or respell the key, or give a 'name:'.",
    source="ARM model of managedClusters",
)
DNS_NAME = Rule(
    "NAM-02",
    "A DNS prefix is one that Azure takes",
    why="It becomes the first part of the API server's host name; Azure refuses other forms.",
    fix="Shorten or respell it, or remove it: then it is made from the cluster's name.",
    source="the azurerm provider's kubernetes_cluster",
)
POOL_NAME = Rule(
    "NAM-03",
    "A pool's name is one that Azure takes",
    why="It becomes part of the nodes' names; Azure refuses other forms.",
    fix="Shorten or respell it.",
    source="https://learn.microsoft.com/azure/aks/create-node-pools",
)
NODE_GROUP = Rule(
    "NAM-04",
    "The resource group of a cluster's nodes is its own, and its name short enough",
    why="AKS makes this group and refuses one that exists. Names longer than"
    f" {_LONGEST_GROUP} characters are widely said to be refused, though no page of Microsoft's says so.",
    fix="Give nodeResourceGroup a short name that nothing else has.",
    source="https://learn.microsoft.com/azure/aks/faq; the length: community reports",
)
TAGS = Rule(
    "CFG-45",
    "Tags are tags that Azure takes",
    why=f"A resource has at most {limits.RESOURCE_TAGS} tags, with names of at most {limits.TAG_NAME_CHARACTERS}"
    f" characters without {' '.join(TAG_NAME_FORBIDDEN)} and values of at most {limits.TAG_VALUE_CHARACTERS}. Names"
    f" that begin with {', '.join(RESERVED_TAG_PREFIXES)} belong to Azure, and two that differ only in capitals are"
    " one.",
    fix="Shorten, rename or remove the tag.",
    source="https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources;"
    " https://learn.microsoft.com/azure/aks/use-tags",
)


def _clusters(view: StackView) -> Iterator[Problem]:
    """NAM-01, NAM-02, NET-17: clusters and their identities."""
    for cluster in view.clusters:
        fault = NAME_RULES[Kind.CLUSTER].fault(cluster.name)
        if fault:
            yield CLUSTER_NAME.error((*cluster.path, "name") if cluster.config.name else cluster.path, fault)
        fault = DNS_PREFIX.fault(cluster.config.dns_prefix) if cluster.config.dns_prefix is not None else None
        if fault:
            yield DNS_NAME.error((*cluster.path, "dnsPrefix"), fault)
        for name, path in _identities(cluster):
            fault = NAME_RULES[Kind.IDENTITY].fault(name)
            if fault:
                yield NAMES.error(path, fault)


def _identities(cluster: ClusterView) -> Iterator[tuple[str, KeyPath]]:
    """Azure names of the identities that are made for a cluster, and where they are written."""
    identity, kubelet = cluster.config.identity, cluster.config.kubelet_identity
    if isinstance(identity, UserAssignedIdentityConfig) and identity.id is None:
        yield identity_name(cluster.key, identity), (*cluster.path, "identity")
    if kubelet is not None and kubelet.id is None:
        yield kubelet_identity_name(cluster.key, kubelet), (*cluster.path, "kubeletIdentity")
    for key, workload in cluster.config.workload_identities.items():
        yield workload_identity_name(cluster.key, key, workload), (*cluster.path, "workloadIdentities", key)


def _pools(view: StackView) -> Iterator[Problem]:
    """NAM-03, and one name for two pools."""
    for cluster in view.clusters:
        system, *others = cluster.pools
        for pool in (system, *others):
            fault = NAME_RULES[Kind.POOL].fault(pool.name)
            if fault:
                yield POOL_NAME.error((*pool.path, "name") if pool is system else pool.path, fault)
        for pool in others:
            if pool.name == system.name:
                yield NAMED_TWICE.error(
                    pool.path, f"pool {pool.name!r} has the name of the systemPool; rename one of them"
                )


def _node_groups(view: StackView) -> Iterator[Problem]:
    """NAM-04."""
    own = view.scope.resource_group
    taken: dict[str, KeyPath] = {own.casefold(): ("cilia:environment", "resourceGroup")} if own else {}
    for cluster in view.clusters:
        path, given = (*cluster.path, "nodeResourceGroup"), cluster.config.node_resource_group
        name = node_resource_group(own, cluster.name, view.scope.location) if given is None else given
        fault = NAME_RULES[Kind.RESOURCE_GROUP].fault(name) if given is not None else None
        first = taken.setdefault(name.casefold(), path)
        if fault:
            yield NODE_GROUP.error(path, fault)
        elif first != path and given is not None:
            yield NODE_GROUP.error(path, f"{name} is {dotted(first)} too; AKS makes this group, so use another name")
        elif len(name) > _LONGEST_GROUP:
            whose = "" if given is not None else ", Azure's own choice,"
            length = f"has {len(name)} characters, more than {_LONGEST_GROUP} may be refused"
            yield NODE_GROUP.warning(path, f"{name}{whose} {length}; give a shorter one")


class _Named(NamedTuple):
    """Something with a name that nothing else may have.

    Attributes:
        what: The kind of thing.
        name: The name.
        path: Where it is written.
    """

    what: str
    name: str
    path: KeyPath


def _named(view: StackView) -> Iterator[_Named]:
    """What clusters add to the resource group, and the names that Pulumi gets for their parts."""
    for cluster in view.clusters:
        yield _Named("cluster", cluster.name.casefold(), cluster.path)
        for name, path in _identities(cluster):
            yield _Named("identity", name.casefold(), path)
        for grant in grants(cluster):
            yield _Named("role assignment in Pulumi", f"{cluster.key}-{grant.key}", cluster.path)


def _named_twice(view: StackView) -> Iterator[Problem]:
    """CFG-29: clusters, identities and role assignments; the others with the network."""
    seen: dict[tuple[str, str], KeyPath] = {}
    for what, name, path in _named(view):
        first = seen.setdefault((what, name), path)
        if first != path:
            yield NAMED_TWICE.error(path, f"{dotted(first)} has a {what} named {name!r} too; rename one of them")


def _tags(view: StackView) -> Iterator[Problem]:
    """CFG-45: each map of tags, and what it comes to with those it inherits."""
    environment = view.config.environment
    common = dict(environment.tags) if environment else {}
    yield from _tag_faults(("cilia:environment", "tags"), common, {})
    for network in view.networks:
        yield from _tag_faults((*network.path, "tags"), network.config.tags, common)
    for cluster in view.clusters:
        inherited = {**common, **cluster.config.tags}
        yield from _tag_faults((*cluster.path, "tags"), cluster.config.tags, common)
        for pool in cluster.pools:
            yield from _tag_faults((*pool.path, "tags"), pool.config.tags, inherited)


def _tag_faults(path: KeyPath, tags: Mapping[str, str], inherited: Mapping[str, str]) -> Iterator[Problem]:
    together = len({**inherited, **tags})
    if tags and together > limits.RESOURCE_TAGS:
        yield TAGS.error(path, f"{together} tags with those inherited, Azure takes {limits.RESOURCE_TAGS}; remove some")
    names = {name.casefold(): name for name in inherited}
    for name, value in tags.items():
        fault = _tag_name_fault(name) or _tag_value_fault(value)
        other = names.setdefault(name.casefold(), name)
        if other != name:
            fault = f"tags {other!r} and {name!r} differ only in capitals, and Azure takes them for one; keep one"
        if fault:
            yield TAGS.error((*path, name), fault)


def _tag_name_fault(name: str) -> str | None:
    longest = limits.TAG_NAME_CHARACTERS
    if not name:
        return "a tag without a name; write one"
    if len(name) > longest:
        return f"a tag's name of {len(name)} characters, Azure takes {longest}; shorten it"
    forbidden = [character for character in TAG_NAME_FORBIDDEN if character in name]
    if forbidden:
        return f"a tag's name with {' '.join(forbidden)}, which Azure refuses; respell it"
    reserved = [prefix for prefix in RESERVED_TAG_PREFIXES if name.casefold().startswith(prefix)]
    return f"a tag's name that begins with {reserved[0]!r}, which belongs to Azure; rename it" if reserved else None


def _tag_value_fault(value: str) -> str | None:
    longest = limits.TAG_VALUE_CHARACTERS
    return (
        f"a tag's value of {len(value)} characters, Azure takes {longest}; shorten it" if len(value) > longest else None
    )


CHECKS = (_clusters, _pools, _node_groups, _named_twice, _tags)
