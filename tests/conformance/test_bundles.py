"""The shipped bundles, before the real engines: valid, and doing what they mean on every kind of cluster."""

from __future__ import annotations

import pytest

from policies.verdict import verdict
from tests.conformance.bundles import CLUSTERS, LIBRARY, flows, shipped
from tests.conformance.engines import CILIUM_KINDS, ISTIO_KINDS, Engines, of_kinds
from tests.conformance.oracles import Oracle

pytestmark = pytest.mark.conformance

SHIPPED = shipped()


def test_every_bundle_is_enforced_somewhere_and_every_cluster_enforces_one() -> None:
    pairs = [name.split(" on ") for name in SHIPPED]
    assert sorted({bundle for bundle, _ in pairs}) == sorted(LIBRARY.names())
    assert sorted({cluster for _, cluster in pairs}) == sorted(CLUSTERS)


@pytest.mark.parametrize("name", SHIPPED)
def test_cilium_takes_every_policy(name: str, cilium: Oracle) -> None:
    objects = of_kinds(SHIPPED[name].manifests, CILIUM_KINDS)
    assert objects
    assert cilium.ask({"manifests": objects})["manifests"] == [{}] * len(objects)


@pytest.mark.parametrize("name", SHIPPED)
def test_istio_takes_every_policy(name: str, istio: Oracle) -> None:
    objects = of_kinds(SHIPPED[name].manifests, ISTIO_KINDS)
    assert istio.ask({"manifests": objects})["manifests"] == [{}] * len(objects)


@pytest.mark.parametrize("name", SHIPPED)
def test_engines_do_what_a_bundle_means(name: str, engines: Engines) -> None:
    one = SHIPPED[name]
    asked = flows(one.meaning)
    meant = [verdict(one.meaning, flow).allowed for flow in asked]
    found = engines.allow(one.manifests, asked)
    wrong = [flow for flow, real, expected in zip(asked, found, meant, strict=True) if real != expected]
    assert wrong[:3] == []
    assert {True, False} == set(meant)
