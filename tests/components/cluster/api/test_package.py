"""Packages of the provider for other versions of Azure's API, as `pulumi package add` would make them."""

from __future__ import annotations

import json
from base64 import b64decode

from components.cluster.api.package import api_package, former_tokens, type_token
from components.facts.api_versions import CLUSTER_API_VERSIONS
from tests.components.cluster.builder import plan


def test_the_sdks_own_version_needs_no_package() -> None:
    assert api_package("2025-09-01") is None
    assert type_token("2025-09-01", "AgentPool") == "azure-native:containerservice:AgentPool"


def test_package_has_the_name_and_parameter_that_pulumi_package_add_makes() -> None:
    package = api_package("2026-05-01")
    assert package is not None
    assert package.name == "azure-native_containerservice_v20260501"
    assert package.token("ManagedCluster") == "azure-native_containerservice_v20260501:containerservice:ManagedCluster"
    parameter = b64decode(b64decode(package.parameter))
    assert json.loads(parameter) == {"module": "containerservice", "version": "v20260501"}


def test_a_cluster_is_known_by_its_types_at_every_other_version() -> None:
    former = former_tokens("2026-05-01", "ManagedCluster")
    assert len(former) == len(CLUSTER_API_VERSIONS) - 1
    assert former[:2] == (
        "azure-native:containerservice:ManagedCluster",
        "azure-native_containerservice_v20260101:containerservice:ManagedCluster",
    )
    assert type_token("2026-05-01", "ManagedCluster") not in former


def test_plan_says_package_and_former_types_of_cluster_and_pools() -> None:
    planned = plan({"apiVersion": "2026-05-01"})
    assert planned.api_package == api_package("2026-05-01")
    assert planned.former_types == former_tokens("2026-05-01", "ManagedCluster")
    assert planned.former_pool_types == former_tokens("2026-05-01", "AgentPool")
    assert plan().api_package is None
