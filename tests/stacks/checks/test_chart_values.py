"""Values of the chart: unknown, misspelt, of another type, overriding, secret."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from stacks.checks import chart_values
from tests.stacks.checks.builder import byocni, findings, problems

CILIUM = "clusters.main.networking.cilium"


def test_values_that_the_chart_knows_pass() -> None:
    values = {
        "bandwidthManager": {"enabled": True},
        "socketLB": {"tracing": False},
        "nodeSelector": {"anything": "goes"},
        "extraConfig": {"any-key": "x"},
        "hubble": {"relay": {"replicas": 2, "affinity": None}},
        "k8sClientRateLimit": {"qps": 20},
    }
    assert problems(byocni({"values": values})) == []


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({"hubbel": {"relay": {}}}, "hubbel: the chart has no value 'hubbel'; did you mean 'hubble'?"),
        (
            {"hubble": {"relay": {"enabeld": True}}},
            "hubble.relay.enabeld: the chart has no value 'enabeld'; did you mean 'enabled'?",
        ),
        (
            {"socketLB": {"hostnamespaceonly": True}},
            "socketLB.hostnamespaceonly: the chart has no value 'hostnamespaceonly'; did you mean 'hostNamespaceOnly'?",
        ),
        (
            {"aksbyocni": {"zzz": 1}},
            "aksbyocni.zzz: warning: the chart is not known to have a value 'zzz'; known here: enabled",
        ),
        (
            {"qqqqqq": 1},
            "qqqqqq: warning: the chart is not known to have a value 'qqqqqq'; 'helm show values' lists them",
        ),
    ],
    ids=["first", "deep", "in-templates-only", "unlike-any", "unlike-many"],
)
def test_value_that_the_chart_does_not_know_says_which_it_does(values: dict[str, Any], found: str) -> None:
    assert findings("CFG-70", byocni({"values": values})) == [f"{CILIUM}.values.{found}"]


@pytest.mark.parametrize("version", ["1.18.12", "1.19.6"])
def test_misspelt_value_is_found_for_every_version_that_is_known(version: str) -> None:
    found = findings("CFG-70", byocni({"version": version, "values": {"operater": {}}}, kubernetesVersion="1.33"))
    assert found == [f"{CILIUM}.values.operater: the chart has no value 'operater'; did you mean 'operator'?"]


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({"debug": {"enabled": "yes"}}, "debug.enabled: 'yes' where the chart takes true or false; write that"),
        ({"MTU": "1400"}, "MTU: '1400' where the chart takes a whole number; write that"),
        ({"hubble": True}, "hubble: true where the chart takes a mapping; write that"),
        ({"extraArgs": "-v"}, "extraArgs: '-v' where the chart takes a list; write that"),
        (
            {"k8sServicePort": [443]},
            "k8sServicePort: a list where the chart takes a whole number or text; write that",
        ),
        (
            {"scheduling": {"mode": "random"}},
            "scheduling.mode: 'random' is not allowed; use anti-affinity or kube-scheduler",
        ),
    ],
    ids=["boolean", "number", "mapping", "list", "either", "allowed"],
)
def test_value_of_another_type_says_which_the_chart_takes(values: dict[str, Any], found: str) -> None:
    assert findings("CFG-71", byocni({"values": values})) == [f"{CILIUM}.values.{found}"]


def test_version_that_nobody_knows_leaves_its_values_unchecked() -> None:
    given = byocni({"version": "1.19.5", "values": {"hubbel": {}}})
    assert problems(given) == [
        (
            f"{CILIUM}.version: warning: the values of 1.19.5 are unknown here, so they were not checked; use"
            " 1.18.12 or"
            " 1.19.6, or accept this [CFG-72]"
        )
    ]


def test_chart_from_a_registry_is_known_by_its_version() -> None:
    chart = {"chart": "oci://registry.example/cilium", "values": {"hubbel": {}}}
    assert len(findings("CFG-70", byocni(chart))) == 1


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a directory for charts."""
    monkeypatch.setattr(chart_values, "PROJECT", tmp_path)
    (tmp_path / "charts").mkdir()
    (tmp_path / "charts" / "Chart.yaml").write_text("name: cilium")
    return tmp_path


def test_chart_of_ones_own_is_known_by_its_own_schema(project: Path) -> None:
    schema = {"properties": {"mine": {"type": "boolean"}, "tunnelProtocol": {"type": "string"}}}
    (project / "charts" / "values.schema.json").write_text(json.dumps(schema))
    given = byocni({"chart": "./charts", "values": {"mine": "x", "mime": True}})
    assert findings("CFG-71", given) == [f"{CILIUM}.values.mine: 'x' where the chart takes true or false; write that"]
    assert findings("CFG-70", given) == [f"{CILIUM}.values.mime: the chart has no value 'mime'; did you mean 'mine'?"]


def test_chart_of_ones_own_without_a_schema_leaves_values_unchecked(project: Path) -> None:
    del project
    assert problems(byocni({"chart": "./charts", "values": {"hubbel": {}}})) == [
        (
            f"{CILIUM}.chart: warning: './charts' has no values.schema.json, so values were not checked; add one, or"
            " accept"
            " this [CFG-72]"
        )
    ]


def test_address_of_a_chart_is_one_of_a_registry() -> None:
    assert problems(byocni({"chart": "https://example.com/cilium.tgz"})) == [
        (
            f"{CILIUM}.chart: 'https://example.com/cilium.tgz' is an address, of which only oci:// is one of a chart;"
            " use that or a path [CFG-74]"
        )
    ]
    assert problems(byocni({"chart": "oci://example.azurecr.io/charts/cilium"})) == []


def test_chart_that_is_not_there_is_said_to_be_missing(project: Path) -> None:
    del project
    assert problems(byocni({"chart": "./chart"})) == [
        f"{CILIUM}.chart: './chart' does not exist; write the path of a chart from the project's directory [CFG-74]"
    ]


def test_value_that_takes_back_what_is_decided_is_a_warning() -> None:
    values = {"tunnelProtocol": "geneve", "l7Proxy": True, "operator": {"replicas": 3}, "MTU": 1400}
    assert problems(byocni({"values": values})) == [
        (
            f"{CILIUM}.values.tunnelProtocol: warning: overrides 'vxlan', which follows from the rest of the file;"
            " use the"
            " field of networking.cilium, or accept this [CFG-73]"
        ),
        (
            f"{CILIUM}.values.operator.replicas: warning: overrides the number 2, which follows from the rest of the"
            " file;"
            " use the field of networking.cilium, or accept this [CFG-73]"
        ),
    ]


def test_override_that_is_an_error_is_not_a_warning_as_well() -> None:
    assert findings("CFG-73", byocni({"values": {"routingMode": "native", "ipam": {"mode": "eni"}}})) == []


def test_secret_stays_a_reference_and_fits_where_text_is_meant() -> None:
    given = byocni({"values": {"etcd": {"endpoints": []}, "azure": {"clientSecret": {"secret": "client"}}}})
    given["cilia:secrets"] = {"client": "[secret]"}
    assert problems(given) == []


@pytest.mark.parametrize(
    ("cilium", "where"),
    [
        ({"encryption": {"type": "ipsec", "key": {"secret": "none"}}}, "encryption.key"),
        ({"values": {"extraEnv": [{"name": "A", "value": {"secret": "none"}}]}}, "values.extraEnv[0].value"),
    ],
    ids=["field", "value"],
)
def test_secret_that_is_not_there_is_said_to_be_missing(cilium: dict[str, Any], where: str) -> None:
    assert findings("CFG-75", byocni(cilium)) == [
        (
            f"{CILIUM}.{where}: no secret 'none' below cilia:secrets; set it with 'pulumi config set --secret --path"
            " cilia:secrets.none'"
        )
    ]


@pytest.mark.parametrize(
    ("values", "where"),
    [
        ({"tls": {"ca": {"key": "x" * 300}}}, "tls.ca.key"),
        ({"azure": {"clientSecret": "plain"}}, "azure.clientSecret"),
        ({"extraConfig": {"pem": "-----BEGIN PRIVATE KEY-----"}}, "extraConfig.pem"),
    ],
    ids=["key", "password", "pem"],
)
def test_key_in_plain_text_is_refused_and_not_repeated(values: dict[str, Any], where: str) -> None:
    assert findings("CFG-75", byocni({"values": values})) == [
        (
            f"{CILIUM}.values.{where}: looks like a key in plain text; put it below cilia:secrets and write"
            f" {{secret: <its"
            " name>}"
        )
    ]


def test_key_of_a_toleration_is_no_secret() -> None:
    values = {"tolerations": [{"key": "dedicated", "operator": "Exists"}], "k8sServiceHostRef": {"key": "host"}}
    assert findings("CFG-75", byocni({"values": values})) == []


def test_value_that_only_a_deployment_knows_is_no_secret() -> None:
    cilium = {"kubeProxyReplacement": True, "values": {"k8sServiceHost": "10.0.0.1"}}
    assert findings("CFG-73", byocni(cilium)) == [
        (
            f"{CILIUM}.values.k8sServiceHost: warning: overrides what only a deployment knows, which follows from the"
            " rest of the file; use the field of networking.cilium, or accept this"
        )
    ]
