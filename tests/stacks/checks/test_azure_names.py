"""What Azure calls things: a slip is told with what was meant, and what is newer than the lists may pass."""

from __future__ import annotations

from typing import Any

import pytest

from components.facts.azure_names import azure_names
from tests.stacks.checks.builder import cluster, findings, network, problems, stack

RULE = {"priority": 100, "direction": "Inbound", "access": "Allow"}
PATH = "networks.main.securityGroups.g.rules.a"
WORKSPACE = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg/providers"
WORKSPACE += "/Microsoft.OperationalInsights/workspaces/logs"


def group(**rule: Any) -> dict[str, Any]:
    """The clean stack with one rule in a security group that nothing is attached to."""
    return network({"securityGroups": {"g": {"rules": {"a": RULE | rule}}}})


def test_misspelt_region_is_told_with_the_one_that_was_meant() -> None:
    assert problems(stack({"azure-native:location": "westeuorpe"})) == [
        (
            "azure-native:location: warning: 'westeuorpe' is no region known on 2026-08-21; did you mean 'westeurope'?"
            " [CFG-12]"
        )
    ]


def test_region_that_is_near_to_none_may_be_newer() -> None:
    assert problems(stack({"azure-native:location": "zzz"})) == [
        (
            "azure-native:location: warning: 'zzz' is no region known on 2026-08-21; correct it, or accept this for a"
            " newer one [CFG-12]"
        )
    ]


def test_region_of_an_existing_workspace_is_looked_at_too() -> None:
    logs = {"monitoring": {"logs": {"workspace": WORKSPACE, "location": "North Eruope"}}}
    assert findings("CFG-12", cluster(logs)) == [
        (
            "clusters.main.monitoring.logs.location: warning: 'North Eruope' is no region known on 2026-08-21; did you"
            " mean 'northeurope'?"
        )
    ]


@pytest.mark.parametrize("name", ["westeurope", "usgovvirginia", "chinaeast2", "denmarkeast"])
def test_region_of_any_cloud_is_known(name: str) -> None:
    assert name in azure_names().regions
    assert findings("CFG-12", stack({"azure-native:location": name})) == []


@pytest.mark.parametrize("side", ["source", "destination"])
def test_misspelt_tag_of_a_security_rule_is_told(side: str) -> None:
    assert problems(group(**{f"{side}AddressPrefixes": ["Internett"]})) == [
        (
            f"{PATH}.{side}AddressPrefixes: warning: 'Internett' is no service tag known on 2026-08-21; did you mean"
            " 'Internet'? [CFG-13]"
        )
    ]


def test_misspelt_tag_of_a_route_is_told() -> None:
    routes = {"a": {"addressPrefix": "AzureMoniter", "nextHopType": "Internet"}}
    assert findings("CFG-13", network({"routeTables": {"t": {"routes": routes}}})) == [
        (
            "networks.main.routeTables.t.routes.a.addressPrefix: warning: 'AzureMoniter' is no service tag known on"
            " 2026-08-21; did you mean 'AzureMonitor'?"
        )
    ]


@pytest.mark.parametrize(
    "name",
    [
        "Internet",
        "storage",
        "Storage.WestEurope",
        "AzureCloud.norwaye",
        "AzureFrontDoor.Backend",
        "azureloadbalancer",
    ],
)
def test_tag_is_known_in_any_capitals_and_with_a_region(name: str) -> None:
    assert azure_names().is_service_tag(name)
    assert findings("CFG-13", group(sourceAddressPrefixes=[name])) == []


@pytest.mark.parametrize("name", ["Storage.Nowhere", "AzureFrontDoor", "WestEurope"])
def test_tag_with_a_region_that_does_not_exist_is_none(name: str) -> None:
    assert not azure_names().is_service_tag(name)


@pytest.mark.parametrize("prefix", ["*", "10.0.0.0/16", "10.0.0.4", "10.0.0.0/33"])
def test_what_has_not_the_form_of_a_tag_is_no_tag(prefix: str) -> None:
    assert findings("CFG-13", group(sourceAddressPrefixes=[prefix])) == []
