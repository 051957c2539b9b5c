"""Cilium as a component on its own: the release, its key, what it waits for and how it goes."""

from __future__ import annotations

from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import pytest
from pulumi_azure_native import resources

from components.cilium.resources import CiliumRelease
from components.values import Ref
from tests.components.cilium.builder import API_SERVER, plan
from tests.components.mocks import KUBECONFIG, Deployed, deploy, only

IPSEC = {"encryption": {"type": "ipsec", "key": {"secret": "ipsec"}}}


def deployed(values: dict[str, Any] | None = None, **around: Any) -> list[Deployed]:
    """The component, beside something that stands for its cluster."""

    def program() -> None:
        cluster = resources.ResourceGroup("cluster", location="westeurope")
        CiliumRelease(
            "main",
            plan(values, **around),
            {API_SERVER: "aks.example", Ref("secret", "ipsec", "value"): pulumi.Output.secret("3+ key")},
            provider=kubernetes.Provider("inside", kubeconfig=KUBECONFIG),
            cluster=cluster,
            depends_on=[resources.ResourceGroup("crds", location="westeurope")],
        )

    return deploy(program)


def test_release_gets_everything_planned() -> None:
    release = only(deployed({"kubeProxyReplacement": True}), "Release main-cilium")
    assert release.inputs == {
        "name": "cilium",
        "namespace": "kube-system",
        "chart": "cilium",
        "version": "1.19.6",
        "repositoryOpts": {"repo": "https://helm.cilium.io"},
        "values": {**plan({"kubeProxyReplacement": True}).values, "k8sServiceHost": "aks.example"},
        "atomic": True,
        "cleanupOnFail": True,
        "skipAwait": False,
        "timeout": 900,
        "compat": "true",
    }


def test_release_waits_for_its_cluster_and_for_what_it_is_told_to_wait_for() -> None:
    release = only(deployed(), "Release main-cilium")
    assert {"ResourceGroup cluster", "ResourceGroup crds"} <= release.depends_on
    assert (release.parent, release.provider) == ("CiliumRelease main", "inside")


@pytest.mark.parametrize("protect", [True, False], ids=["protected", "not"])
def test_release_is_protected_as_planned(*, protect: bool) -> None:
    assert only(deployed(protect=protect), "Release main-cilium").protect is protect


def test_key_of_ipsec_is_a_secret_that_is_there_before_the_release() -> None:
    found = deployed(IPSEC)
    key = only(found, "Secret main-ipsec")
    assert key.inputs["metadata"] == {"name": "cilium-ipsec-keys", "namespace": "kube-system"}
    assert "3+ key" not in str(found)
    assert "Secret main-ipsec" in only(found, "Release main-cilium").depends_on


def test_without_ipsec_there_is_nothing_but_the_release() -> None:
    assert [each.label for each in deployed() if each.parent] == ["Release main-cilium"]


def test_chart_of_ones_own_has_neither_repository_nor_version() -> None:
    inputs = only(deployed({"chart": "./charts/cilium"}), "Release main-cilium").inputs
    assert "version" not in inputs
    assert "repositoryOpts" not in inputs
