"""Several bundles of one cluster: one meaning, whatever is written in which of them."""

from __future__ import annotations

from policies.capabilities import Capabilities
from tests.policies.builder import FQDN, ISOLATED, ISTIO, L7, Object, shop, together

GET: Object = {"http": [{"from": "frontend", "to": "backend", "port": "http", "allow": [{"methods": ["GET"]}]}]}
CALLER: Object = {"worker": {"namespace": "shop", "labels": {"app": "worker"}, "serviceAccount": "worker"}}
WORKLOADS: Object = {**shop()["workloads"], **CALLER}
SPACES: Object = {"shop": {}, "office": {}}


def flows(source: object, target: object, *ports: object, **more: object) -> Object:
    """A layer with one flow."""
    return {"flows": [{"from": source, "to": target, **({"ports": list(ports)} if ports else {}), **more}]}


def one(*layers: Object) -> Object:
    """A bundle that knows the worker too."""
    return shop(*layers, workloads=WORKLOADS)


def said(first: Object, second: Object, cluster: Capabilities) -> list[str]:
    """What is wrong with two bundles of a cluster."""
    return together({"first": first, "second": second}, cluster)[2]


def test_what_another_bundle_isolates_is_isolated() -> None:
    meaning, manifests, problems = together({"base": shop(ISOLATED), "calls": one(flows("worker", "backend", "http"))})
    assert problems == []
    # isolated pods are opened by a NetworkPolicy, as within a bundle
    assert [(each.kind, each.bundle, each.name) for each in manifests] == [
        ("NetworkPolicy", "calls", "calls.backend.ingress"),
        ("NetworkPolicy", "calls", "calls.worker.egress"),
        ("NetworkPolicy", "base", "base.isolation"),
    ]
    assert meaning.bundles == ("base", "calls")


def test_http_rules_filter_what_another_bundle_isolates() -> None:
    spaces = {"namespaces": SPACES}
    assert said({**shop(ISOLATED), **spaces}, {**shop(GET), **spaces}, L7) == []


def test_callers_of_a_filtered_port_get_through_whichever_bundle_names_them() -> None:
    filtering, calling = one(ISOLATED, GET), one(flows("worker", "backend", 8080))
    _, manifests, problems = together({"filters": filtering, "calls": calling}, ISTIO)
    assert problems == []
    (policy,) = (each for each in manifests if each.kind == "AuthorizationPolicy")
    assert (policy.bundle, policy.layer) == ("filters", "http")
    assert policy.intents == ("http: frontend -> backend:8080 [GET any path]", "calls/flows: worker -> backend:8080")
    principals = [rule["from"][0]["source"]["principals"] for rule in policy.object["spec"]["rules"][:-1]]
    assert principals == [["cluster.local/ns/shop/sa/frontend"], ["cluster.local/ns/shop/sa/worker"]]


def test_a_plain_allow_beside_http_rules_of_another_bundle_names_both() -> None:
    assert said(one(ISOLATED, GET), one(flows({"namespace": "shop"}, "backend", 8080)), ISTIO) == [
        (
            "layers[1].http[0]: in layer flows of bundle second (layers[0].flows[0]) namespace shop -> backend:8080"
            " allows everything, which voids the filter for frontend; remove one of the two [LINT-03]"
        )
    ]


def test_a_deny_of_one_bundle_and_an_allow_of_another_name_both() -> None:
    deny = one(flows({"namespace": "shop"}, "backend", action="deny"))
    assert said(one(ISOLATED, flows("worker", "backend", 8080)), deny, FQDN) == [
        (
            "layers[1].flows[0]: worker -> backend:8080 is denied in layer flows of bundle second (layers[0].flows[0]),"
            " and deny wins; remove one of the two, or narrow the deny [BND-17]"
        )
    ]


def test_two_bundles_may_say_the_same_as_each_is_whole_in_itself() -> None:
    bundle = one(ISOLATED, flows("worker", "backend", 8080))
    _, manifests, problems = together({"first": bundle, "second": bundle})
    assert problems == []
    assert {each.bundle for each in manifests} == {"first"}


def test_who_may_ask_for_which_names_does_not_depend_on_the_file() -> None:
    name: Object = {"egress": [{"from": "backend", "to": {"fqdn": "api.example.com"}, "ports": [443]}]}
    address: Object = {"egress": [{"from": "backend", "to": {"cidr": "203.0.113.0/24"}, "ports": [443]}]}
    whole, _, _ = together({"all": shop(ISOLATED, name, {"name": "more", **address})})
    parted, _, _ = together({"first": shop(ISOLATED, name), "second": shop(address)})
    assert [(right.pods, right.names) for right in parted.dns] == [(right.pods, right.names) for right in whole.dns]
    assert ("*",) in [right.names for right in parted.dns]


def test_dns_of_one_namespace_is_said_once_for_all_bundles() -> None:
    asking: Object = {"baseline": {"isolate": ["shop"], "apiServer": False, "dns": "names"}}
    assert said(shop(ISOLATED), shop(asking), FQDN) == [
        (
            "layers[0].baseline.isolate[0]: namespace shop has dns: names here and dns: auto in layer baseline of"
            " bundle first; give both the same [BND-15]"
        )
    ]


def test_sidecars_are_where_any_bundle_says_so() -> None:
    plain = {**one(flows("worker", "backend", 8080)), "namespaces": SPACES}
    _, manifests, problems = together({"first": shop(ISOLATED, GET), "second": plain}, ISTIO)
    assert problems == []
    assert "AuthorizationPolicy" in {each.kind for each in manifests}


def test_a_service_account_that_one_bundle_knows_counts_in_all() -> None:
    unknown = {**WORKLOADS["frontend"], "serviceAccount": None}
    unknown.pop("serviceAccount")
    post = {"http": [{"from": "web", "to": "backend", "port": "http", "allow": [{"methods": ["POST"]}]}]}
    second = shop(post, workloads={"web": unknown, "backend": WORKLOADS["backend"]})
    assert said(shop(ISOLATED, GET), second, ISTIO) == []


def test_two_service_accounts_for_the_same_pods_contradict() -> None:
    second = shop(workloads={"web": {**WORKLOADS["frontend"], "serviceAccount": "web"}}, layers=[ISOLATED])
    assert said(shop(ISOLATED), second, FQDN) == [
        (
            "workloads.web.serviceAccount: has serviceAccount web here and frontend in bundle first, for the same"
            " pods; give both the same [BND-10]"
        )
    ]


def test_mutual_tls_of_a_namespace_is_one_object_of_one_mode() -> None:
    strict: Object = {"mesh": {"namespaces": ["shop"]}}
    _, manifests, problems = together({"first": shop(ISOLATED, strict), "second": shop(strict)}, ISTIO)
    assert problems == []
    (found,) = (each for each in manifests if each.kind == "PeerAuthentication")
    assert found.intents == ("mesh: STRICT in shop", "second/mesh: STRICT in shop")
    permissive: Object = {"mesh": {"namespaces": ["shop"], "mtls": "PERMISSIVE"}}
    assert said(shop(ISOLATED, strict), shop(permissive), ISTIO) == [
        (
            "layers[0].mesh.namespaces[0]: shop is PERMISSIVE here and STRICT in layer mesh of bundle first"
            " (layers[1].mesh.namespaces[0]); give both the same [BND-28]"
        )
    ]


def test_names_stay_when_a_bundle_comes_after_another() -> None:
    first = one(ISOLATED, flows("frontend", "backend", 8080))
    _, alone, _ = together({"first": first})
    _, both, _ = together({"first": first, "second": one(flows("worker", "backend", 8080))})
    assert {each.key for each in alone} <= {each.key for each in both}


def test_nothing_is_said_about_isolation_while_a_baseline_cannot_be_read() -> None:
    broken = shop({"baseline": {"isolates": ["shop"]}})
    found = said(broken, one(GET), L7)
    assert [line for line in found if "BND-18" in line or "BND-19" in line] == []
    assert found


def test_whoever_may_ask_for_any_name_is_told_why() -> None:
    name: Object = {"egress": [{"from": "backend", "to": {"fqdn": "api.example.com"}, "ports": [443]}]}
    address: Object = {"egress": [{"from": "backend", "to": {"cidr": "203.0.113.0/24"}, "ports": [443]}]}
    assert said(shop(ISOLATED, name), shop(address), FQDN) == [
        (
            "layers[1].egress[0]: warning: backend may ask for any name through Cilium's proxy, as it may reach"
            " 203.0.113.0/24 too, by a bare * that AKS may refuse; set dns: names [ACNS-08]"
        )
    ]
