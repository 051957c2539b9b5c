"""Bundles as a stack attaches them: files, raw manifests, and several bundles on one cluster."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from policies.attachment import ClusterPoliciesConfig
from policies.bundle import Reading
from policies.capabilities import Capabilities
from policies.cluster import TWICE, PolicyPlan, plan_policies
from policies.library import File, UnreadableFileError
from stacks.wording import problems_of
from stacks.yaml_document import read
from tests.policies.builder import FQDN, ISOLATED, L7, PLAIN, Object, shop
from tests.policies.reading import Texts, reading

RAW: Object = {
    "apiVersion": "cilium.io/v2",
    "kind": "CiliumNetworkPolicy",
    "metadata": {"name": "mine", "namespace": "shop"},
    "spec": {
        "endpointSelector": {"matchLabels": {"app": "backend"}},
        "enableDefaultDeny": {"ingress": False, "egress": False},
        "egressDeny": [{"toCIDR": ["169.254.169.254/32"]}],
    },
}


def plan(
    bundles: dict[str, Any],
    raw: dict[str, str] | None = None,
    cluster: Capabilities = PLAIN,
    attached: list[Object] | None = None,
) -> PolicyPlan:
    """The policies of a cluster to which these bundles are attached."""
    texts = {
        name: bundle if isinstance(bundle, str) else yaml.safe_dump(bundle, sort_keys=False)
        for name, bundle in bundles.items()
    }
    config = {"bundles": [{"name": name} for name in bundles] if attached is None else attached}
    return plan_policies("main", ClusterPoliciesConfig.model_validate(config), cluster, reading(texts, raw))


def lines(found: PolicyPlan) -> list[str]:
    """A plan's problems as people see them."""
    return [str(problem) for problem in found.problems]


def test_problems_are_at_their_line_in_the_bundle() -> None:
    text = """\
namespaces: {shop: {}}
workloads:
  backend: {namespace: shop, labels: {app: backend}}
layers:
  - baseline: {isolate: [shop]}
  - flows:
      - {from: fronted, to: backend}
"""
    assert lines(plan({"shop": text})) == [
        "bundles/shop.yaml:7 layers[1].flows[0].from: no workload is called 'fronted'; declared are backend [BND-09]"
    ]


def test_a_bundle_that_is_not_there_is_named_with_the_nearest() -> None:
    found = plan({"shop": shop(ISOLATED)}, attached=[{"name": "shopp"}])
    assert lines(found) == ["policies.main.bundles[0].name: no bundle is called 'shopp'; did you mean 'shop'? [BND-21]"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("layers: []\n---\nlayers: []\n", "bundles/shop.yaml:2: ", id="several-documents"),
        pytest.param("layers:\n\t- baseline\n", "bundles/shop.yaml:2: ", id="tabs"),
        pytest.param("- layers\n", "bundles/shop.yaml:1: a list where a mapping is meant", id="a-list"),
        pytest.param("layers: [\n", "bundles/shop.yaml:", id="no-yaml"),
        pytest.param("layers: 1\nlayers: 2\n", "bundles/shop.yaml:2: the key", id="a-key-twice"),
    ],
)
def test_yaml_that_is_wrong_is_one_line(text: str, expected: str) -> None:
    found = lines(plan({"shop": text}))
    assert found[0].startswith(expected), found
    assert len([line for line in found if "CFG" not in line]) <= 1


def test_a_raw_manifest_is_applied_with_our_labels() -> None:
    found = plan({"shop": shop(ISOLATED, {"raw": ["extra.yaml"]})}, {"extra.yaml": yaml.safe_dump(RAW)})
    assert lines(found) == []
    (mine,) = (one for one in found.manifests if one.name == "mine")
    assert mine.layer == "raw"
    assert mine.object["spec"] == RAW["spec"]
    assert [one.name for one in found.manifests] == ["mine", "shop.isolation"]


def test_a_raw_manifest_is_checked_at_its_own_line() -> None:
    text = yaml.safe_dump(
        {**RAW, "spec": {**RAW["spec"], "egressDeny": [{"toCIDRs": ["169.254.169.254/32"]}]}}, sort_keys=False
    )
    found = plan({"shop": shop(ISOLATED, {"raw": ["extra.yaml"]})}, {"extra.yaml": text})
    assert lines(found) == [
        (
            "bundles/extra.yaml:14 spec.egressDeny[0].toCIDRs: no field is called 'toCIDRs' here; did you mean"
            " 'toCIDR'? [LINT-24]"
        )
    ]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param(
            {},
            "bundles/shop.yaml:31 layers[1].raw[0]: there is no file 'extra.yaml' beside the bundle; correct the"
            " name, or add it [BND-21]",
            id="no-file",
        ),
        pytest.param(
            {"extra.yaml": "- a\n"},
            "bundles/extra.yaml:1: a list where a manifest is meant; write apiVersion, kind, metadata and spec"
            " [BND-22]",
            id="no-manifest",
        ),
        pytest.param(
            {"extra.yaml": "kind: Deployment\nmetadata: {name: x, namespace: y}\n"},
            "bundles/extra.yaml:1 kind: 'Deployment' is no kind of policy; raw layers take NetworkPolicy,"
            " CiliumNetworkPolicy, CiliumClusterwideNetworkPolicy, AuthorizationPolicy, PeerAuthentication,"
            " RequestAuthentication [POL-45]",
            id="another-kind",
        ),
    ],
)
def test_a_raw_file_that_is_no_policy_is_refused(raw: dict[str, str], expected: str) -> None:
    assert expected in lines(plan({"shop": shop(ISOLATED, {"raw": ["extra.yaml"]})}, raw))


@pytest.mark.parametrize(
    ("bundle", "place"),
    [("shop", "policies.main.bundles[0].name"), ("other", "bundles/other.yaml:2 layers[0].raw[0]")],
    ids=["bundle", "raw"],
)
def test_a_file_that_cannot_be_read_is_a_problem_where_it_is_named(bundle: str, place: str) -> None:
    class Locked(Texts):
        def _refuse(self, file: str) -> File:
            raise UnreadableFileError(f"{file} cannot be read")

        def bundle(self, name: str) -> File | None:
            return self._refuse(name) if name == "shop" else super().bundle(name)

        def manifest(self, file: str) -> File | None:
            return self._refuse(file)

    library = Locked({"shop": "", "other": "layers:\n  - raw: [extra.yaml]\n"})
    config = ClusterPoliciesConfig.model_validate({"bundles": [{"name": bundle}]})
    found = plan_policies("main", config, PLAIN, Reading(read, problems_of, library))
    file = bundle if bundle == "shop" else "extra.yaml"
    assert lines(found) == [f"{place}: {file} cannot be read [BND-21]"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"metadata": {"namespace": "shop"}}, "metadata: nothing is not a name"),
        ({"metadata": "mine"}, "metadata: nothing is not a name"),
        ({"specs": True}, "specs: true where a list is meant"),
        ({"kind": None}, "kind: nothing is no kind of policy"),
        ({"metadata": {**RAW["metadata"], "labels": "x"}}, "metadata.labels: 'x' where a mapping is meant"),
        ({"metadata": {**RAW["metadata"], "labels": {"tier": 1}}}, "metadata.labels.tier: the number 1 where text is"),
        ({"metadata": {**RAW["metadata"], "annotations": []}}, "metadata.annotations: a list where a mapping is"),
    ],
    ids=["no name", "no metadata", "specs", "no kind", "labels", "a label", "annotations"],
)
def test_a_raw_manifest_without_a_form_is_a_problem_and_no_object(changes: Object, expected: str) -> None:
    found = plan({"shop": shop({"raw": ["extra.yaml"]})}, {"extra.yaml": yaml.safe_dump({**RAW, **changes})})
    assert any(expected.partition(": ")[2] in line and "bundles/extra.yaml" in line for line in lines(found)), lines(
        found
    )
    assert [one for one in found.problems if one.severity == "error"]


def test_two_bundles_are_looked_at_together() -> None:
    http = {"http": [{"from": "frontend", "to": "backend", "port": "http", "allow": [{"methods": ["GET"]}]}]}
    flows = {"flows": [{"from": "frontend", "to": "backend", "ports": ["http"]}]}
    spaces: Object = {"shop": {}, "office": {}}
    first, second = shop(ISOLATED, http, namespaces=spaces), shop(ISOLATED, flows, namespaces=spaces)
    (problem,) = plan({"first": first, "second": second}, cluster=L7).problems
    assert (problem.rule, problem.severity) == ("LINT-03", "error")
    assert str(problem) == (
        "bundles/first.yaml:30 layers[1].http[0]: in layer flows of bundle second (layers[1].flows[0]) frontend ->"
        " backend:8080 allows everything, which voids the filter for frontend; remove one of the two [LINT-03]"
    )


def test_what_is_wrong_with_a_compiled_manifest_is_told_at_its_intent() -> None:
    found = plan({"base": shop(ISOLATED), "calls": shop({"flows": [{"from": "frontend", "to": "backend"}]})})
    places = {(source.label, source.file, source.place) for bundle in found.bundles for source in bundle.sources}
    assert places == {
        ("NetworkPolicy base.isolation", "bundles/base.yaml", ("layers", 0, "baseline", "isolate", 0)),
        ("NetworkPolicy calls.backend.ingress", "bundles/calls.yaml", ("layers", 0, "flows", 0)),
        ("NetworkPolicy calls.frontend.egress", "bundles/calls.yaml", ("layers", 0, "flows", 0)),
    }
    (source,) = (one for one in found.bundles[1].sources if one.label == "NetworkPolicy calls.backend.ingress")
    assert str(source.at(TWICE.error(("spec", "ingress"), "wrong"))) == (
        "bundles/calls.yaml:27 layers[0].flows[0]: wrong [BND-23]"
    )


def test_the_same_manifest_twice_is_told_where_it_is_named() -> None:
    bundle = shop(ISOLATED, {"raw": ["extra.yaml", "copy.yaml"]})
    text = yaml.safe_dump(RAW)
    assert lines(plan({"shop": bundle}, {"extra.yaml": text, "copy.yaml": text})) == [
        (
            "bundles/shop.yaml:32 layers[1].raw[1]: shop (raw) and shop (raw) both make CiliumNetworkPolicy mine;"
            " remove one of the two [BND-23]"
        )
    ]


def test_a_bundle_is_attached_once() -> None:
    found = plan({"shop": shop(ISOLATED)}, attached=[{"name": "shop"}, {"name": "shop"}])
    assert lines(found) == ["policies.main.bundles[1].name: 'shop' is attached twice; remove one of the two [BND-23]"]


def test_two_bundles_do_not_make_the_same_namespace() -> None:
    bundle = shop(ISOLATED, namespaces={"shop": {"manage": True}, "office": {}})
    assert lines(plan({"first": bundle, "second": bundle})) == [
        (
            "bundles/second.yaml:2 namespaces.shop: first (namespaces) and second (namespaces) both make Namespace"
            " shop; remove one of the two [BND-23]"
        )
    ]


def test_an_error_in_one_bundle_leaves_no_manifests_of_any_as_they_are_made_together() -> None:
    broken = shop(ISOLATED, {"flows": [{"from": "nobody", "to": "backend"}]})
    assert plan({"broken": broken, "shop": shop(ISOLATED)}, cluster=FQDN).manifests == ()


def test_parameters_come_from_the_stack() -> None:
    bundle = shop(
        ISOLATED, {"egress": [{"from": "backend", "to": {"fqdn": "${api}"}}]}, parameters={"api": {"type": "host"}}
    )
    found = plan({"shop": bundle}, cluster=FQDN, attached=[{"name": "shop", "parameters": {"api": "api.example.org"}}])
    assert "shop.backend-to-api-example-org.egress" in [one.name for one in found.manifests]


def test_a_wrong_parameter_is_told_where_the_stack_gives_it() -> None:
    bundle = shop(
        ISOLATED, {"egress": [{"from": "backend", "to": {"fqdn": "${api}"}}]}, parameters={"api": {"type": "host"}}
    )
    attached = [{"name": "shop", "parameters": {"api": "none", "ap": "x"}}]
    assert [line.partition(":")[0] for line in lines(plan({"shop": bundle}, cluster=FQDN, attached=attached))] == [
        "policies.main.bundles[0].parameters.ap",
        "policies.main.bundles[0].parameters.api",
    ]


def test_a_parameter_without_quotes_inside_brackets_is_told() -> None:
    (line,) = lines(plan({"shop": "layers:\n  - flows: [{from: a, to: b, ports: [${port}]}]\n"}))
    assert line.endswith('; inside brackets write "${port}" in quotes [YML-03]')


@pytest.mark.parametrize(
    ("flow", "expected"),
    [
        ({"from": ["fe", "be"], "to": "backend"}, "from: a list where one workload is meant; write its name"),
        ({"from": "frontend", "to": None}, "to: nothing where one workload is meant; write its name"),
        ({"from": "frontend", "to": "backend", "ports": [8080.5]}, "ports[0]: the number 8080.5 is not a port; write"),
        ({"from": "frontend", "to": "backend", "ports": [True]}, "ports[0]: true is not a port; write"),
    ],
    ids=["two-callers", "nobody", "a-fraction", "true"],
)
def test_what_is_no_peer_or_port_is_told_what_is_meant(flow: Object, expected: str) -> None:
    (line,) = lines(plan({"shop": shop(ISOLATED, {"flows": [flow]})}))
    assert f"layers[1].flows[0].{expected}" in line


def test_a_bundle_is_attached_by_a_mapping() -> None:
    with pytest.raises(ValidationError) as raised:
        ClusterPoliciesConfig.model_validate({"bundles": ["shop"]})
    assert [error["msg"] for error in raised.value.errors()] == [
        "'shop' where a bundle is meant with its parameters; write {name: shop}"
    ]


def test_what_a_baseline_says_about_a_direction_that_it_does_not_isolate_is_told() -> None:
    baseline: Object = {"isolate": ["shop"], "directions": ["ingress"], "dns": "none", "apiServer": True}
    assert [line.partition(" layers")[2] for line in lines(plan({"shop": shop({"baseline": baseline})}))] == [
        f"[0].baseline.{key}: warning: {key} is about egress, which is not among directions; add egress, or remove"
        f" {key} [BND-12]"
        for key in ("dns", "apiServer")
    ]
