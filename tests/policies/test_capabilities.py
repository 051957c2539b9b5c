"""What a cluster can enforce, and which switch to turn on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from components.facts.policy_features import PolicyFeature
from policies.attachment import ClusterPoliciesConfig, ExistingClusterConfig, addon_gateways, stated_capabilities
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
        acns="FQDN",
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


@pytest.mark.parametrize(
    ("capabilities", "expected"),
    [
        pytest.param(
            {"acns": "L7", "istio": {"revision": "asm-1-29"}},
            "Azure does not support acns L7 beside the Istio add-on; state acns: FQDN or no istio",
            id="L7-beside-the-add-on",
        ),
        pytest.param(
            {"acns": "L7", "managed": False},
            "acns L7 belongs to AKS' own Cilium; remove it, or managed: false",
            id="acns-of-another-cilium",
        ),
        pytest.param(
            {"l7Proxy": True}, "AKS sets l7Proxy of its own Cilium; remove it, or state managed: false", id="l7Proxy"
        ),
        pytest.param(
            {"policyEnforcementMode": "default"},
            "AKS sets policyEnforcementMode of its own Cilium; remove it, or state managed: false",
            id="policyEnforcementMode",
        ),
    ],
)
def test_capabilities_that_no_cluster_has_are_refused(capabilities: dict[str, Any], expected: str) -> None:
    with pytest.raises(ValidationError) as raised:
        stated(cilium="1.18", **capabilities)
    assert [error["msg"] for error in raised.value.errors()] == [expected]


@pytest.mark.parametrize(
    ("cluster", "http", "expected"),
    [
        pytest.param(L7, "istio", "clusters.main has no Istio; remove http, or turn on its istio add-on", id="istio"),
        pytest.param(
            ISTIO,
            "cilium",
            "clusters.main has the Istio add-on, with which ACNS L7 is not supported; remove http",
            id="cilium",
        ),
    ],
)
def test_who_enforces_http_is_there_also_for_bundles_without_http(
    cluster: Capabilities, http: str, expected: str
) -> None:
    found = replace(cluster, http=http).problems()
    assert [str(one) for one in found] == [f"policies.main.http: {expected} [IST-14]"]


def test_a_cluster_gets_some_bundle() -> None:
    with pytest.raises(ValidationError, match="an empty list says nothing"):
        ClusterPoliciesConfig.model_validate({"bundles": []})


def test_a_version_that_yaml_would_cut_is_refused() -> None:
    with pytest.raises(
        ValidationError,
        match=(
            r"the number 1.2 is not a version of Cilium; write one in quotes, such"
            r' as "1.18"'
        ),
    ):
        stated(cilium=1.20)


@pytest.mark.parametrize("feature", [PolicyFeature.NAMES, PolicyFeature.DNS_NAMES, PolicyFeature.HTTP_BY_CILIUM])
def test_what_the_proxy_enforces_needs_the_proxy(feature: PolicyFeature) -> None:
    assert (
        replace(BYO, l7_proxy=False).lacks(feature) == "clusters.byo has a Cilium with l7Proxy: false; set it to true"
    )
    assert BYO.lacks(feature) is None


def test_a_cilium_that_enforces_nothing_takes_no_bundle() -> None:
    assert problems(shop(ISOLATED), replace(BYO, enforcement="never")) == [
        "clusters.byo: Cilium has policyEnforcementMode: never, and enforces no policy; set it to default [POL-53]"
    ]


def test_a_cilium_that_isolates_everybody_says_so_with_every_bundle() -> None:
    strict = replace(BYO, enforcement="always")
    text = "Cilium has policyEnforcementMode: always, which isolates every pod, also those that a bundle leaves open"
    assert strict.notes() == (text,)
    assert problems(shop(ISOLATED), strict) == [
        f"clusters.byo: warning: {text}; set it to default, or give every pod its allows [POL-54]"
    ]


@pytest.mark.parametrize(
    ("cidr", "expected"),
    [
        (
            "10.20.0.0/25",
            (
                "10.20.0.0/25 holds nodes (10.20.0.0/24), which policyCIDRMatchMode lets ranges match;"
                " write {entity: node}"
            ),
        ),
        (
            "10.0.0.0/8",
            (
                "10.0.0.0/8 holds nodes (10.20.0.0/24), which policyCIDRMatchMode lets ranges match; add except:"
                " [10.20.0.0/24]"
            ),
        ),
        ("203.0.113.0/24", None),
    ],
    ids=["within", "around", "elsewhere"],
)
def test_ranges_that_would_match_nodes_are_refused(cidr: str, expected: str | None) -> None:
    layer = {"egress": [{"from": "backend", "to": {"cidr": cidr}, "ports": [443]}]}
    path = "layers[1].egress[0].to.cidr"
    assert problems(shop(ISOLATED, layer), replace(BYO, cidrs_match_nodes=True)) == (
        [f"{path}: {expected} [LINT-06]"] if expected else []
    )


@pytest.mark.parametrize(
    ("cluster", "expected"),
    [
        (PLAIN, "Cilium 1.18 or newer, ACNS advancedNetworkPolicies None"),
        (L7, "Cilium 1.18 or newer, ACNS advancedNetworkPolicies L7, HTTP by Cilium"),
        (ISTIO, "Cilium 1.18 or newer, ACNS advancedNetworkPolicies FQDN, Istio asm-1-29, HTTP by Istio"),
        (BYO, "a Cilium 1.19 of its own, HTTP by Cilium"),
        (replace(BYO, l7_proxy=False, local_dns=True), "a Cilium 1.19 of its own, without its proxy, LocalDNS"),
    ],
    ids=["plain", "L7", "Istio", "its own", "without a proxy"],
)
def test_a_cluster_is_described_by_what_enforces_its_policies(cluster: Capabilities, expected: str) -> None:
    assert cluster.described() == expected
