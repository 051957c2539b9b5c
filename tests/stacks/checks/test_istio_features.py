"""What the Istio add-on does not go with, and what some revisions and versions of the API lack."""

from __future__ import annotations

from typing import Any

import pytest

from tests.stacks.checks.builder import cluster, problems


def found(rule: str, istio: dict[str, Any], **changes: Any) -> list[str]:
    """What one rule finds in a mesh."""
    values = cluster({"istio": {"revisions": ["asm-1-30"], **istio}, **changes})
    mark = f" [{rule}]"
    return [each.removesuffix(mark) for each in problems(values) if each.endswith(mark)]


@pytest.mark.parametrize(
    ("policies", "messages"),
    [
        ("FQDN", []),
        (
            "L7",
            [
                (
                    "clusters.main.acns.advancedNetworkPolicies: L7 beside the Istio add-on, which Azure does not"
                    " support together; use FQDN, or remove istio"
                )
            ],
        ),
    ],
)
def test_http_rules_are_the_meshs(policies: str, messages: list[str]) -> None:
    acns = {"observability": True, "security": True, "advancedNetworkPolicies": policies}
    assert found("ACNS-09", {}, acns=acns) == messages


@pytest.mark.parametrize(
    ("istio", "needed"),
    [
        pytest.param({"proxyRedirectionMechanism": "CNIChaining"}, ("2026-05-01", "CNIChaining"), id="redirection"),
        pytest.param({"gatewayAPI": True}, ("2026-03-01", "gatewayAPI"), id="gateway-api"),
    ],
)
def test_feature_names_the_version_of_the_api_that_has_it(istio: dict[str, Any], needed: tuple[str, str]) -> None:
    (key,) = istio
    version, value = needed
    assert found("CFG-60", istio) == [
        (
            f"clusters.main.istio.{key}: {value} is unknown to API version 2025-09-01; set apiVersion of the cluster to"
            f' "{version}" or newer'
        )
    ]
    assert found("CFG-60", istio, apiVersion=version) == []


@pytest.mark.parametrize(
    ("rule", "istio", "message"),
    [
        pytest.param(
            "IST-12",
            {"revisions": ["asm-1-24"], "proxyRedirectionMechanism": "CNIChaining"},
            "proxyRedirectionMechanism: CNIChaining with asm-1-24, which lacks it; use asm-1-25 or newer, or remove it",
            id="cni",
        ),
        pytest.param(
            "IST-13",
            {"revisions": ["asm-1-25"], "gatewayAPI": True},
            "gatewayAPI: gatewayAPI with asm-1-25, which lacks it; use asm-1-26 or newer, or remove it",
            id="gateway-api",
        ),
    ],
)
def test_feature_names_the_revision_that_has_it(rule: str, istio: dict[str, Any], message: str) -> None:
    assert found(rule, istio, apiVersion="2026-05-01") == [f"clusters.main.istio.{message}"]


def test_init_containers_are_in_every_revision() -> None:
    mesh = {"revisions": ["asm-1-24"], "proxyRedirectionMechanism": "InitContainers"}
    assert found("IST-12", mesh, apiVersion="2026-05-01") == []
