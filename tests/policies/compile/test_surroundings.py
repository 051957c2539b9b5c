"""Namespaces and mutual TLS: what policies stand on."""

from __future__ import annotations

from tests.policies.builder import ISOLATED, ISTIO, PLAIN, Object, compiled, objects, shop

MANAGED: Object = {
    "shop": {"manage": True, "mesh": True, "tenant": "a", "podSecurity": "restricted", "labels": {"team": "x"}}
}


def namespace(cluster: object) -> Object:
    """The labels of the namespace that the bundle makes."""
    bundle = shop(ISOLATED, namespaces={**MANAGED, "office": {}})
    _, manifests, _ = compiled(bundle, cluster)  # type: ignore[arg-type]
    (found,) = (one for one in manifests if one.kind == "Namespace")
    labels: Object = found.object["metadata"]["labels"]
    return {
        key: value for key, value in labels.items() if not key.startswith(("cilia/b", "cilia/l", "cilia/i", "app."))
    }


def test_a_managed_namespace_carries_what_admission_and_injection_read() -> None:
    assert namespace(ISTIO) == {
        "team": "x",
        "pod-security.kubernetes.io/enforce": "restricted",
        "cilia/tenant": "a",
        "istio.io/rev": "asm-1-29",
    }


def test_without_istio_nothing_is_injected() -> None:
    assert "istio.io/rev" not in namespace(PLAIN)


def test_mutual_tls_is_demanded_namespace_by_namespace() -> None:
    found = objects(shop({"mesh": {"namespaces": ["shop", "office"]}}), ISTIO)
    assert found["PeerAuthentication shop.mesh.mtls"] == {"mtls": {"mode": "STRICT"}}


def test_sidecars_of_isolated_pods_reach_istiod() -> None:
    found = objects(shop(ISOLATED), ISTIO)
    assert found["NetworkPolicy shop.isolation"]["egress"][1] == {
        "to": [
            {
                "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "aks-istio-system"}},
                "podSelector": {"matchLabels": {"app": "istiod"}},
            }
        ],
        "ports": [{"protocol": "TCP", "port": 15012}],
    }
