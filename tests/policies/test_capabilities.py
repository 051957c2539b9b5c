"""What a cluster can enforce, and which switch to turn on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from components.facts.policy_features import PolicyFeature
from policies.attachment import ExistingClusterConfig, addon_gateways, stated_capabilities
from policies.capabilities import Capabilities, Istio
from tests.policies.builder import BYO, FQDN, ISOLATED, ISTIO, L7, PLAIN, problems, shop

OLD = replace(L7, cilium=(1, 16))


@pytest.mark.parametrize(
    ("cluster", "feature", "expected"),
    [
        pytest.param(
            PLAIN,
            PolicyFeature.NAMES,
            "clusters.main has advancedNetworkPolicies None; set acns.security and acns.advancedNetworkPolicies: FQDN",
            id="names-without-acns",
        ),
        pytest.param(FQDN, PolicyFeature.NAMES, None, id="names-with-acns"),
        pytest.param(BYO, PolicyFeature.NAMES, None, id="names-with-ones-own-cilium"),
        pytest.param(
            FQDN,
            PolicyFeature.HTTP_BY_CILIUM,
            "clusters.main has advancedNetworkPolicies FQDN; set acns.security and acns.advancedNetworkPolicies: L7,"
            " or turn on Istio",
            id="http-without-l7",
        ),
        pytest.param(
            OLD,
            PolicyFeature.HTTP_BY_CILIUM,
            "clusters.main has Cilium 1.16, which needs to be 1.17 or newer; upgrade kubernetesVersion",
            id="http-on-an-old-cilium",
        ),
        pytest.param(
            replace(ISTIO, acns="L7"),
            PolicyFeature.HTTP_BY_CILIUM,
            "clusters.main has the Istio add-on, with which ACNS L7 is not supported; set http: istio, or leave it out",
            id="http-by-cilium-beside-the-add-on",
        ),
        pytest.param(
            L7, PolicyFeature.MESH, "clusters.main has no Istio; turn on its istio add-on", id="mesh-without-istio"
        ),
        pytest.param(ISTIO, PolicyFeature.HTTP_BY_ISTIO, None, id="http-by-istio"),
    ],
)
def test_a_feature_that_is_missing_names_its_switch(
    cluster: Capabilities, feature: PolicyFeature, expected: str | None
) -> None:
    assert cluster.lacks(feature) == expected


@pytest.mark.parametrize(
    ("cluster", "expected"),
    [
        pytest.param(L7, PolicyFeature.HTTP_BY_CILIUM, id="acns-l7"),
        pytest.param(ISTIO, PolicyFeature.HTTP_BY_ISTIO, id="istio-add-on"),
        pytest.param(PLAIN, PolicyFeature.HTTP_BY_CILIUM, id="nothing"),
        pytest.param(BYO, PolicyFeature.HTTP_BY_CILIUM, id="own-cilium"),
        pytest.param(replace(ISTIO, managed=False), PolicyFeature.HTTP_BY_CILIUM, id="own-cilium-and-istio"),
        pytest.param(replace(ISTIO, managed=False, http="istio"), PolicyFeature.HTTP_BY_ISTIO, id="chosen"),
    ],
)
def test_who_enforces_http(cluster: Capabilities, expected: PolicyFeature) -> None:
    assert cluster.http_by() is expected


def test_a_cilium_without_rules_that_leave_pods_open_takes_no_bundle() -> None:
    assert problems(shop(ISOLATED), replace(PLAIN, cilium=(1, 14))) == [
        "clusters.main: Cilium 1.14 is older than 1.16; upgrade it to use policies [POL-41]"
    ]


def stated(**capabilities: Any) -> Capabilities:
    """The capabilities of an existing cluster."""
    config = ExistingClusterConfig.model_validate({"context": "legacy", "capabilities": capabilities})
    return stated_capabilities("legacy", config, None)


def test_the_capabilities_of_an_existing_cluster_are_as_it_states_them() -> None:
    found = stated(
        cilium="1.18",
        acns="L7",
        istio={"revision": "asm-1-29", "ingressGateways": ["Internal"]},
        podCidrs=["10.244.0.0/16"],
        localDNS=True,
    )
    assert found.path == ("cilia:existingClusters", "legacy", "capabilities")
    assert found.cilium == (1, 18)
    assert found.istio == Istio("asm-1-29", "aks-istio-system", addon=True)
    assert found.gateways == addon_gateways(("Internal",))
    assert (found.local_dns, found.ranges_known) == (True, False)


def test_istio_that_is_no_add_on_has_its_own_root_namespace() -> None:
    found = stated(cilium="1.18", istio={"revision": "default", "addon": False})
    assert found.istio == Istio("default", "istio-system", addon=False)


def test_a_version_that_yaml_would_cut_is_refused() -> None:
    with pytest.raises(
        ValidationError,
        match=(
            r"the number 1.2 is not a version of Cilium; write one in quotes, such"
            r' as "1.18"'
        ),
    ):
        stated(cilium=1.20)
