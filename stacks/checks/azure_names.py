"""What Azure calls things: regions and service tags. Lists of them age, so an unknown name is only warned about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from components.facts.azure_names import azure_names
from components.problems import KeyPath, Problem
from components.rules import Rule
from stacks.checks.security_groups import TAG
from stacks.spelling import nearest
from stacks.view import StackView

REGION = Rule(
    "CFG-12",
    "A region is one that Azure has",
    why="Azure refuses a name that it does not know (LocationNotAvailableForResourceType), with the first resource.",
    fix="Correct the name, or accept the warning for a region that is newer than the list here.",
    source="https://learn.microsoft.com/azure/reliability/regions-list",
)
SERVICE_TAG = Rule(
    "CFG-13",
    "A service tag is one that Azure has",
    why="Azure refuses a name that it does not know, and what a rule or route with it does cannot be judged here.",
    fix="Correct the name, or accept the warning for a tag that is newer than the list here.",
    source="https://learn.microsoft.com/azure/virtual-network/service-tags-overview",
)


def _regions(view: StackView) -> Iterator[Problem]:
    """CFG-12."""
    named: list[tuple[KeyPath, str | None]] = [(("azure-native:location",), view.config.location)]
    for cluster in view.clusters:
        logs = cluster.config.monitoring.logs
        named.append(((*cluster.path, "monitoring", "logs", "location"), logs.location if logs else None))
    for path, name in named:
        if name is not None and not azure_names().is_region(name):
            yield REGION.warning(path, _unknown(name, "region", azure_names().regions))


def _service_tags(view: StackView) -> Iterator[Problem]:
    """CFG-13."""
    for path, name in _tags(view):
        if TAG.fullmatch(name) and not azure_names().is_service_tag(name):
            yield SERVICE_TAG.warning(path, _unknown(name, "service tag", azure_names().service_tags))


def _unknown(name: str, kind: str, known: Iterable[str]) -> str:
    meant = nearest(name, known)
    fix = f"did you mean {meant!r}?" if meant else "correct it, or accept this for a newer one"
    return f"{name!r} is no {kind} known on {azure_names().as_of}; {fix}"


def _tags(view: StackView) -> Iterator[tuple[KeyPath, str]]:
    """Whatever stands where a service tag may, and where it is written."""
    for network in view.networks:
        for key, group in network.config.security_groups.items():
            for name, rule in group.rules.items():
                path = (*network.path, "securityGroups", key, "rules", name)
                yield from (((*path, "sourceAddressPrefixes"), prefix) for prefix in rule.source_address_prefixes)
                yield from (
                    ((*path, "destinationAddressPrefixes"), prefix) for prefix in rule.destination_address_prefixes
                )
        for key, table in network.config.route_tables.items():
            for name, route in table.routes.items():
                yield (*network.path, "routeTables", key, "routes", name, "addressPrefix"), route.address_prefix


CHECKS = (_regions, _service_tags)
