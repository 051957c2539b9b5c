"""What somebody changes with Azure's own tools is left alone by Pulumi, beside what Azure changes by itself."""

from __future__ import annotations

from typing import get_args

import pytest
from pydantic import ValidationError

from components.facts.mutability import PROVIDER_FORCES_NEW, ExternallyChanged
from tests.components.cluster.builder import config, plan


def test_named_properties_are_left_alone() -> None:
    planned = plan({"externallyChanged": ["networkProfile.podCidr"], "systemPool": {"minCount": 1, "maxCount": 3}})
    assert planned.ignore_changes == ("agentPoolProfiles[0].count", "networkProfile.podCidr")
    assert plan().ignore_changes == ()


def test_only_what_azure_changes_in_place_can_be_named() -> None:
    with pytest.raises(ValidationError):
        config({"externallyChanged": ["networkProfile.serviceCidr"]})


def test_every_named_property_forces_a_replacement_or_goes_with_one() -> None:
    beside = {"networkProfile.loadBalancerProfile", "networkProfile.natGatewayProfile"}
    forced = PROVIDER_FORCES_NEW["containerservice:ManagedCluster"]
    assert set(get_args(ExternallyChanged)) - beside - forced == set()
