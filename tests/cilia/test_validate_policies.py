"""`cilia validate` of stacks with policies: whatever is wrong with a bundle is one line at its place in the bundle."""

from __future__ import annotations

from pathlib import Path

import pytest

from cilia.main import main
from tests.cilia.conftest import STACK, WriteStack

ATTACHED = """\
      acns: {security: true, advancedNetworkPolicies: FQDN}
  cilia:policies:
    main: {bundles: [{name: shop}]}
"""
BUNDLE = """\
namespaces: {shop: {manage: true}}
workloads:
  frontend: {namespace: shop, labels: {app: frontend}}
  backend: {namespace: shop, labels: {app: backend}, ports: {http: 8080}}
layers:
  - baseline: {isolate: [shop], apiServer: false}
"""
RAW = """\
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: {name: extra, namespace: shop}
spec:
  endpointSelector: {matchLabels: {app: backendd}}
  enableDefaultDeny: {ingress: false, egress: false}
  ingress: [{fromEndpoints: [{matchLabels: {app: frontend}}]}]
"""
FILE = "policies/bundles/shop.yaml"


@pytest.fixture(autouse=True)
def stack(write_stack: WriteStack) -> Path:
    """A stack `dev` that attaches the project's own bundle `shop`."""
    Path("policies/bundles").mkdir(parents=True)
    return write_stack("dev", text=STACK + ATTACHED)


def validated(capsys: pytest.CaptureFixture[str], bundle: str, code: int = 1) -> list[str]:
    """The lines of `cilia validate` for a bundle, without its last one."""
    Path(FILE).write_text(bundle)
    assert main(["validate", "dev"]) == code
    out, err = capsys.readouterr()
    assert err == ""
    return out.splitlines()[:-1]


def test_bundle_without_problems_is_a_stack_without_problems(capsys: pytest.CaptureFixture[str]) -> None:
    Path(FILE).write_text(BUNDLE)
    assert main(["validate", "dev"]) == 0
    assert capsys.readouterr().out == "stacks/Pulumi.dev.yaml: no problems\n"


def test_summary_says_that_bundles_are_meant_too(capsys: pytest.CaptureFixture[str]) -> None:
    Path(FILE).write_text("")
    main(["validate", "dev"])
    assert capsys.readouterr().out.endswith("Found 1 error in stacks/Pulumi.dev.yaml and its bundles\n")


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        pytest.param(
            "flows: [{from: fronted, to: backend, ports: [http]}]",
            "flows[0].from: no workload is called 'fronted'; did you mean 'frontend'? [BND-09]",
            id="unknown workload",
        ),
        pytest.param(
            "flows: [{from: frontend, to: backend, ports: [htp]}]",
            "flows[0].ports[0]: no port of backend is called 'htp'; did you mean 'http'? [BND-09]",
            id="unknown port",
        ),
        pytest.param(
            "flows: [{from: frontend, to: {namespace: shopp}}]",
            "flows[0].to: no namespace is called 'shopp'; did you mean 'shop'? [BND-09]",
            id="unknown namespace",
        ),
        pytest.param(
            "flows: [{from: frontend, to: backend, ports: [70000]}]",
            "flows[0].ports[0].port: the number 70000 is not allowed; use 65535 or less [CFG-04]",
            id="port out of range",
        ),
        pytest.param(
            "flows: [{from: frontend, to: backend, ports: [{port: 9000, endPort: 8000}]}]",
            "flows[0].ports[0]: a range from 9000 to 8000 is none; give numbers, the smaller as port [BND-05]",
            id="range backwards",
        ),
        pytest.param(
            "flows: [{from: frontend, to: backend, ports: [http]}, {from: frontend, to: backend, ports: [8080]}]",
            "flows[1]: frontend to backend is written in layer flows already; remove one of the two [BND-16]",
            id="duplicate intent",
        ),
        pytest.param(
            "flows: [{from: frontend, to: backend}, {from: frontend, to: backend, action: deny}]",
            "flows[0]: frontend -> backend is denied in layer flows, and deny wins; remove one of the two, or narrow"
            " the deny [BND-17]",
            id="contradiction",
        ),
        pytest.param(
            "egress: [{from: backend, to: {fqdn: a.example.com}, action: deny}]",
            "egress[0].to: no engine denies a.example.com by name; leave it out, as isolated workloads reach only what"
            " is allowed, or deny a cidr [POL-23]",
            id="what no mechanism says",
        ),
        pytest.param(
            "flows: [{from: {fqdn: a.example.com}, to: backend}]",
            "flows[0].from: a.example.com calls from addresses that nobody knows; write a cidr, or {entity: outside}"
            " [BND-13]",
            id="a caller by name",
        ),
        pytest.param(
            "egress: [{from: backend, to: {cidr: 192.168.1.0/24}, ports: [443]}]",
            "egress[0].to.cidr: 192.168.1.0/24 lies in the range of pods 192.168.0.0/16, which a CIDR never matches;"
            " write {entity: cluster} [LINT-06]",
            id="pods by address",
        ),
        pytest.param(
            "http: [{from: frontend, to: backend, port: http, allow: [{methods: [GET]}]}]",
            "http[0]: HTTP rules enforced by Cilium cannot be enforced: clusters.main has advancedNetworkPolicies FQDN;"
            " set acns.security and acns.advancedNetworkPolicies: L7, or turn on Istio [ACNS-05]",
            id="what the cluster cannot enforce",
        ),
        pytest.param(
            "flows: {from: frontend, to: backend}",
            "flows: a mapping where a list is meant; write [a, b] or lines that start with '- ' [CFG-02]",
            id="mapping for a list",
        ),
        pytest.param(
            "flow: [{from: frontend, to: backend}]",
            "flow: unknown key 'flow'; did you mean 'flows'? [CFG-01]",
            id="key",
        ),
        pytest.param(
            "raw: [extra.yml]",
            "raw[0]: there is no file 'extra.yml' beside the bundle; correct the name, or add it [BND-21]",
            id="no such file",
        ),
        pytest.param(
            "raw: [../../stacks/Pulumi.dev.yaml]",
            "raw[0]: there is no file '../../stacks/Pulumi.dev.yaml' beside the bundle; correct the name, or add it"
            " [BND-21]",
            id="file outside of the bundles",
        ),
    ],
)
def test_layer_that_cannot_be_is_one_line(layer: str, expected: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert validated(capsys, f"{BUNDLE}  - {layer}\n") == [f"{FILE}:7 layers[1].{expected}"]


@pytest.mark.parametrize(
    ("bundle", "expected"),
    [
        pytest.param(
            f"{BUNDLE}---\n{BUNDLE}",
            ":7: a second document begins here, and only the first is read; remove the `---` [YML-05]",
            id="several documents",
        ),
        pytest.param(
            f"{BUNDLE}\t- flows: []\n", ":7: a tab where YAML wants spaces; indent with spaces [YML-04]", id="tab"
        ),
        pytest.param(
            f"{BUNDLE}  - flows: [{{from: *caller, to: backend}}]\n",
            ":7: the alias *caller names no anchor above it; write the value out here [YML-03]",
            id="anchor",
        ),
        pytest.param(
            BUNDLE.replace("{shop: {manage: true}}", "[shop]"),
            ":1 namespaces: a list where a mapping is meant; write lines such as 'key: value' [CFG-02]",
            id="list for a mapping",
        ),
        pytest.param(
            BUNDLE.replace("isolate: [shop]", "isolate: [kube-system]"),
            ":6 layers[0].baseline.isolate[0]: kube-system belongs to the system and is never isolated; leave it out"
            " [POL-09]",
            id="system namespace",
        ),
        pytest.param(
            f"parameters: {{api: {{type: host}}}}\n{BUNDLE}  - egress: [{{from: backend, to: {{fqdn: '${{api}}'}}}}]\n",
            ":1 parameters.api: the parameter 'api' has no value; give one in cilia:policies, or a default here"
            " [BND-07]",
            id="parameter without a value",
        ),
        pytest.param("", ":1: nothing where a mapping is meant; write lines such as 'key: value' [CFG-02]", id="empty"),
        pytest.param(
            "\x00", ":1: the NUL character U+0000; remove it, or write an escape in double quotes [YML-02]", id="binary"
        ),
    ],
)
def test_file_that_is_no_bundle_is_one_line(bundle: str, expected: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert validated(capsys, bundle) == [FILE + expected]


def test_selector_that_matches_nothing_declared_is_a_warning_in_its_own_file(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("policies/bundles/extra.yaml").write_text(RAW)
    (line,) = validated(capsys, f"{BUNDLE}  - raw: [extra.yaml]\n", code=0)
    assert line == (
        "policies/bundles/extra.yaml:5 spec.endpointSelector: warning: no declared workload in shop has these labels;"
        " correct them, or declare the workload [LINT-10]"
    )


def test_warning_of_a_bundle_is_accepted_by_the_path_that_its_line_shows(
    write_stack: WriteStack, capsys: pytest.CaptureFixture[str]
) -> None:
    accepted = "  cilia:accept: [{rule: BND-18, path: 'layers[0].flows', reason: isolated by another team}]\n"
    bundle = BUNDLE.replace("baseline: {isolate: [shop], apiServer: false}", "flows: [{from: frontend, to: backend}]")
    assert [line.rpartition(" ")[2] for line in validated(capsys, bundle, code=0)] == ["[BND-18]"]
    write_stack("dev", text=STACK + ATTACHED + accepted)
    assert validated(capsys, bundle, code=0) == []


@pytest.mark.parametrize(
    ("policies", "expected"),
    [
        pytest.param(
            "{bundles: [{name: shp}]}",
            "bundles[0].name: no bundle is called 'shp'; did you mean 'shop'? [BND-21]",
            id="unknown bundle",
        ),
        pytest.param(
            "{bundles: [{name: shop, parameters: {api: true}}]}",
            "bundles[0].parameters.api: true is no value of a parameter; write text, or a whole number [BND-27]",
            id="no value",
        ),
        pytest.param(
            "{bundles: [{name: shop}], http: envoy}",
            "http: 'envoy' is not allowed; use 'cilium' or 'istio' [CFG-04]",
            id="nobody who filters",
        ),
        pytest.param(
            "{bundle: [{name: shop}]}",
            "bundle: unknown key 'bundle'; did you mean 'bundles'? [CFG-01]",
            id="unknown key",
        ),
    ],
)
def test_attachment_that_cannot_be_is_a_line_of_the_stack_file(
    policies: str, expected: str, write_stack: WriteStack, capsys: pytest.CaptureFixture[str]
) -> None:
    write_stack("dev", ("{bundles: [{name: shop}]}", policies), text=STACK + ATTACHED)
    lines = validated(capsys, BUNDLE)
    assert f"stacks/Pulumi.dev.yaml:18 policies.main.{expected}" in lines
    assert {line.partition(" ")[0] for line in lines} <= {"stacks/Pulumi.dev.yaml:18", "stacks/Pulumi.dev.yaml:"}
