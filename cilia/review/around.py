"""What the judgement of one resource needs of all others: who uses it, what lies beside it, whom it isolates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cilia.arm_ids import azure_type, predict
from cilia.review.isolation import Selector
from cilia.review.pairing import Pair
from cilia.review.planning import Planned
from cilia.review.policies import Place, whom
from cilia.review.words import label
from components.mutability.change import Pool, Subject

if TYPE_CHECKING:
    from cilia.record import Resource

_CLUSTER = "containerservice:ManagedCluster"
_POOL = "containerservice:AgentPool"
_NETWORK_USERS = {
    "network:Subnet": frozenset({_CLUSTER, _POOL, "network:PrivateEndpoint"}),
    "network:VirtualNetwork": frozenset({"network:Subnet"}),
}
_SUBNET = "network:Subnet"
_PEERING = "network:VirtualNetworkPeering"
_BETWEEN = ("resourceGroupName", "virtualNetworkName", "remoteVirtualNetwork")
_NETWORK = ("resourceGroupName", "virtualNetworkName")


@dataclass(frozen=True, slots=True)
class Around:
    """What the judgement of one resource needs of all others.

    Attributes:
        pairs: Everything in both revisions.
        replaced: What is replaced, by its newer URN.
        isolated: Whom policies isolate now.
        isolates: Whom they isolate afterwards.
    """

    pairs: Sequence[Pair]
    replaced: Mapping[str, Planned]
    isolated: Mapping[Place, list[Selector]] = field(default_factory=dict)
    isolates: Mapping[Place, list[Selector]] = field(default_factory=dict)

    @property
    def old(self) -> Iterator[Resource]:
        """What there is now."""
        return (each.old for each in self.pairs if each.old)

    def subject(self, old: Resource, new: Resource) -> Subject:
        """One resource before and after, with what matters around it."""
        kind = azure_type(old.type) or old.type
        beside = tuple(self.neighbours(new)) if kind == _SUBNET else ()
        return Subject(
            kind,
            old.inputs,
            new.inputs,
            self._pools(old, kind),
            self._users(old, kind),
            beside,
            whom(new, self.isolated),
            whom(old, self.isolates),
        )

    def policy(self, old: Resource | None, new: Resource | None) -> Subject:
        """A policy that comes or goes."""
        either = new or old
        return Subject(
            either.type if either else "",
            old.inputs if old else {},
            new.inputs if new else {},
            isolates=whom(new, self.isolated) if new else (),
            releases=whom(old, self.isolates) if old else (),
        )

    def same(self, resource: Resource) -> Resource | None:
        """What goes and is the same thing where it lives, under another name in Pulumi."""
        where = _where(resource)
        gone = (each.old for each in self.pairs if each.old and each.new is None and "id" not in each.old.options)
        return next((old for old in gone if _where(old) == where), None) if where else None

    def same_way(self, peering: Resource) -> Resource | None:
        """A peering that goes and leads from the same network to the same one."""
        if azure_type(peering.type) != _PEERING:
            return None
        gone = (each.old for each in self.pairs if each.old and each.new is None)
        alike = (old for old in gone if azure_type(old.type) == _PEERING)
        return next((old for old in alike if all(old.inputs.get(x) == peering.inputs.get(x) for x in _BETWEEN)), None)

    def staying_in(self, group: Resource) -> list[str]:
        """What the program keeps in a resource group."""
        name = str(group.inputs.get("resourceGroupName", "")).lower()
        kept = (each.new for each in self.pairs if each.new and each.new.custom and "id" not in each.new.options)
        return [
            label_of(each)
            for each in kept
            if azure_type(each.type) is not None and str(each.inputs.get("resourceGroupName", "")).lower() == name
        ]

    def network_of(self, subnet: Resource) -> Resource | None:
        """The network that a subnet is in afterwards, if the program makes it."""
        above = subnet.sources.get("virtualNetworkName", ())
        return next((each.new for each in self.pairs if each.new and each.new.urn in above), None)

    def neighbours(self, subnet: Resource) -> Iterator[str]:
        """The other subnets of a network when one is written: earlier ones moved already, later ones not yet."""
        before = True
        for each in self.pairs:
            before = before and (each.new is None or each.new.urn != subnet.urn)
            there = each.new if before and each.new else each.old
            if there is None or azure_type(there.type) != _SUBNET or there.urn == subnet.urn:
                continue
            if each.new is not subnet and all(there.inputs.get(name) == subnet.inputs.get(name) for name in _NETWORK):
                yield label_of(there) + _place(there)

    def _pools(self, resource: Resource, kind: str) -> tuple[Pool, ...]:
        """The pools that run now in the cluster that a resource is, is part of, or is in."""
        place = self._cluster(resource, kind)
        found: list[Pool] = []
        for other in self.old if place else ():
            if _place_of(other) != place:
                continue
            if azure_type(other.type) == _CLUSTER:
                profiles = other.inputs.get("agentPoolProfiles")
                found += [_pool(each, each.get("name")) for each in profiles] if isinstance(profiles, list) else []
            elif azure_type(other.type) == _POOL:
                found.append(_pool(other.inputs, other.inputs.get("agentPoolName")))
        return tuple(found)

    def _cluster(self, resource: Resource, kind: str) -> list[Any] | None:
        """What tells the cluster of a resource apart; None of what has none."""
        if kind in (_CLUSTER, _POOL):
            return _place_of(resource)
        if not kind.startswith("kubernetes:"):
            return None
        known = {each.urn: each for each in self.old}
        provider = known.get(str(resource.options.get("provider", "")))
        above = [known[urn] for urns in provider.sources.values() for urn in urns if urn in known] if provider else []
        return next((_place_of(each) for each in above if azure_type(each.type) == _CLUSTER), None)

    def _users(self, resource: Resource, kind: str) -> tuple[str, ...]:
        using = _NETWORK_USERS.get(kind, frozenset())
        return tuple(
            label_of(other) + _place(other)
            for other in self.old
            if azure_type(other.type) in using and any(resource.urn in urns for urns in other.sources.values())
        )


def _place_of(cluster: Resource) -> list[Any]:
    """What tells a cluster apart, of itself or of a pool in it."""
    return [cluster.inputs.get(name) for name in ("resourceGroupName", "resourceName")]


def _place(resource: Resource) -> str:
    """Where a subnet lies; nothing for anything else."""
    if azure_type(resource.type) != _SUBNET:
        return ""
    prefixes = resource.inputs.get("addressPrefixes")
    found = prefixes if isinstance(prefixes, list) else [resource.inputs.get("addressPrefix")]
    return f" ({', '.join(map(str, found))})"


def _pool(inputs: Mapping[str, Any], name: object) -> Pool:
    least, most = inputs.get("minCount"), inputs.get("maxCount")
    count = inputs.get("count")
    known = count if isinstance(count, int) else 1
    if inputs.get("enableAutoScaling") and isinstance(least, int) and isinstance(most, int):
        return Pool(str(name), least, most)
    return Pool(str(name), known, known)


def _where(resource: Resource) -> tuple[str, ...] | None:
    """What tells a thing apart where it lives, in Azure or in a cluster; None where that is not certain."""
    arm_id = predict(resource.type, resource.inputs)
    if arm_id is not None:
        return (arm_id.lower(),)
    metadata = resource.inputs.get("metadata")
    if not resource.type.startswith("kubernetes:") or not isinstance(metadata, Mapping) or "name" not in metadata:
        return None
    provider = str(resource.options.get("provider", "")).rpartition("::")[2]
    return provider, resource.type, str(metadata.get("namespace", "")), str(metadata["name"])


def label_of(resource: Resource) -> str:
    """A resource as people call it: `Subnet main-nodes`."""
    return label(resource.urn)
