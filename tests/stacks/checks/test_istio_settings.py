"""Settings of the mesh: fields, revisions, sidecars, key vaults."""

from __future__ import annotations

from typing import Any

import pytest

from tests.stacks.checks.builder import cluster, problems

_ISTIO = "clusters.main.istio"
_VAULT = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv"
_GROUP = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg"
_AUTHORITY = {
    "keyVaultId": _VAULT,
    "rootCertObjectName": "root-cert",
    "certObjectName": "ca-cert",
    "keyObjectName": "ca-key",
    "certChainObjectName": "cert-chain",
}


_GATEWAY = {"ingressGateways": {"external": True}}


def found(rule: str, istio: dict[str, Any], changes: dict[str, Any] | None = None) -> list[str]:
    """What one rule finds in a mesh."""
    values = cluster({"istio": {"revisions": ["asm-1-30"], **istio}, **(changes or {})})
    mark = f" [{rule}]"
    return [each.removesuffix(mark) for each in problems(values) if each.endswith(mark)]


def settings(**fields: Any) -> dict[str, Any]:
    return {"meshConfig": {"asm-1-30": fields}}


def test_plugin_authority_beside_its_add_on_passes() -> None:
    values = cluster(
        {
            "istio": {"revisions": ["asm-1-30"], "certificateAuthority": _AUTHORITY},
            "keyVaultSecretsProvider": {},
        }
    )
    assert problems(values) == []


def test_plugin_authority_of_another_stack_passes() -> None:
    authority = {"certificateAuthority": {**_AUTHORITY, "keyVaultId": {"stackReference": "hub", "output": "vault"}}}
    assert found("IST-08", authority, {"keyVaultSecretsProvider": {}}) == []


def test_plugin_authority_needs_the_add_on_that_reads_it() -> None:
    assert found("IST-08", {"certificateAuthority": _AUTHORITY}) == [
        (
            f"{_ISTIO}.certificateAuthority: certificates of a key vault, and no add-on that reads it; add"
            " keyVaultSecretsProvider: {} to the cluster"
        )
    ]


def test_ingress_certificate_needs_the_add_on_that_reads_it() -> None:
    certificates = {**_GATEWAY, "ingressCertificates": {"shop": {"keyVaultId": _VAULT, "objectName": "shop"}}}
    assert found("IST-08", certificates) == [
        (
            f"{_ISTIO}.ingressCertificates.shop: a certificate of a key vault, and no add-on that reads it; add"
            " keyVaultSecretsProvider: {} to the cluster"
        )
    ]


_NO_NAME = "is not a name in Kubernetes; use 1 to 63 small letters, digits and '-', a letter or digit first and last"
_NO_OBJECT = "is not a name in a key vault; use 1 to 127 letters, digits and '-'"


@pytest.mark.parametrize(
    ("istio", "where", "message"),
    [
        ({"tags": {"My Tag": "asm-1-30"}}, "tags.My Tag", f"'My Tag' {_NO_NAME}"),
        ({"injection": {"Shop_X": "asm-1-30"}}, "injection.Shop_X", f"'Shop_X' {_NO_NAME}"),
        (
            {"ingressCertificates": {"Shop_1": {"keyVaultId": _VAULT, "objectName": "shop"}}},
            "ingressCertificates.Shop_1",
            f"'Shop_1' {_NO_NAME}",
        ),
        (
            {"ingressCertificates": {"shop": {"keyVaultId": _VAULT, "objectName": "shop_tls"}}},
            "ingressCertificates.shop.objectName",
            f"'shop_tls' {_NO_OBJECT}",
        ),
        (
            {"certificateAuthority": {**_AUTHORITY, "rootCertObjectName": "a b"}},
            "certificateAuthority.rootCertObjectName",
            f"'a b' {_NO_OBJECT}",
        ),
        (
            {"certificateAuthority": {**_AUTHORITY, "keyObjectName": ""}},
            "certificateAuthority.keyObjectName",
            f"'' {_NO_OBJECT}",
        ),
        (
            {"egressGateways": {"p": {"pool": "gw", "namespace": "Bad_NS"}}},
            "egressGateways.p.namespace",
            f"'Bad_NS' {_NO_NAME}",
        ),
    ],
    ids=["tag", "namespace", "secret", "certificate", "authority", "empty", "gateway"],
)
def test_names_are_what_kubernetes_and_key_vaults_take(istio: dict[str, Any], where: str, message: str) -> None:
    assert problems(cluster({"istio": {"revisions": ["asm-1-30"], **istio}})) == [
        f"{_ISTIO}.{where}: {message} [CFG-05]"
    ]


def test_certificates_of_gateways_need_a_gateway() -> None:
    certificates = {"ingressCertificates": {"shop": {"keyVaultId": _VAULT, "objectName": "shop"}}}
    provider: dict[str, Any] = {"keyVaultSecretsProvider": {}}
    assert found("IST-08", {**certificates, "ingressGateways": {"internal": True}}, provider) == []
    assert found("IST-08", certificates, provider) == [
        (
            f"{_ISTIO}.ingressCertificates: certificates for ingress gateways, and none is on; set"
            " ingressGateways.external or internal to true"
        )
    ]


def test_plugin_authority_is_of_a_key_vault() -> None:
    authority = {"certificateAuthority": {**_AUTHORITY, "keyVaultId": _GROUP}}
    assert found("IST-08", authority, {"keyVaultSecretsProvider": {}}) == [
        (
            f"{_ISTIO}.certificateAuthority.keyVaultId: {_GROUP} is no key vault; write"
            " /subscriptions/<id>/resourceGroups/<group>/providers/Microsoft.KeyVault/vaults/<name>"
        )
    ]


@pytest.mark.parametrize("missing", sorted(_AUTHORITY))
def test_plugin_authority_is_all_of_five(missing: str) -> None:
    authority = {key: value for key, value in _AUTHORITY.items() if key != missing}
    assert found("CFG-03", {"certificateAuthority": authority}) == [
        f"{_ISTIO}.certificateAuthority.{missing}: missing; add {missing}"
    ]


def test_settings_that_the_add_on_takes_pass() -> None:
    proxy = {"holdApplicationUntilProxyStarts": True, "concurrency": 2}
    assert found("IST-10", settings(accessLogFile="/dev/stdout", defaultConfig=proxy)) == []


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        pytest.param({"configSources": []}, ".configSources: the add-on blocks configSources; remove it", id="blocked"),
        pytest.param(
            {"accesslogfile": "/dev/stdout"},
            ".accesslogfile: the add-on blocks accesslogfile; did you mean 'accessLogFile'?",
            id="misspelt",
        ),
        pytest.param(
            {"defaultConfig": {"discoveryAddress": "istiod:15012"}},
            ".defaultConfig.discoveryAddress: the add-on blocks discoveryAddress; remove it",
            id="of-the-proxy",
        ),
        pytest.param(
            {"defaultConfig": {"concurrency": 0}},
            ".defaultConfig.concurrency: warning: 0 lets every sidecar use all cores; remove it, and the CPU limit"
            " decides",
            id="all-cores",
        ),
    ],
)
def test_settings_are_those_that_the_add_on_takes(fields: dict[str, Any], message: str) -> None:
    assert found("IST-10", settings(**fields)) == [f"{_ISTIO}.meshConfig.asm-1-30{message}"]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"accessLogFile": ["a"]}, ".accessLogFile: a list where text is meant; write it in quotes"),
        (
            {"outboundTrafficPolicy": {"mode": "REGISTRYONLY"}},
            ".outboundTrafficPolicy.mode: 'REGISTRYONLY' is not allowed; use ALLOW_ANY or REGISTRY_ONLY",
        ),
        (
            {"defaultConfig": {"holdApplicationUntilProxyStarts": "yes"}},
            (
                ".defaultConfig.holdApplicationUntilProxyStarts: 'yes' where true or false is meant; write one of these"
                " without quotes"
            ),
        ),
        (
            {"defaultConfig": {"proxyMetadata": {"ISTIO_META_DNS_CAPTURE": True}}},
            ".defaultConfig.proxyMetadata.ISTIO_META_DNS_CAPTURE: true where text is meant; write it in quotes",
        ),
        ({"accessLogEncoding": "json"}, ".accessLogEncoding: 'json' is not allowed; use TEXT or JSON"),
        ({"connectTimeout": 10}, ".connectTimeout: the number 10 where a time is meant; write one such as 10s"),
        ({"proxyListenPort": True}, ".proxyListenPort: true where a whole number is meant; write one such as 15001"),
        (
            {"outboundTrafficPolicy": "ALLOW_ANY"},
            ".outboundTrafficPolicy: 'ALLOW_ANY' where a mapping is meant; write lines such as 'key: value'",
        ),
        (
            {"trustDomainAliases": "a"},
            ".trustDomainAliases: 'a' where a list is meant; write [a, b] or lines that start with '- '",
        ),
    ],
    ids=["text", "nested", "flag", "metadata", "enum", "time", "number", "mapping", "list"],
)
def test_settings_hold_what_istio_reads(fields: dict[str, Any], message: str) -> None:
    assert found("IST-10", settings(**fields)) == [f"{_ISTIO}.meshConfig.asm-1-30{message}"]


def test_settings_in_every_form_that_istio_reads_pass() -> None:
    fields = {
        "proxyListenPort": "15001",
        "connectTimeout": "1m30s",
        "accessLogFormat": None,
        "outboundTrafficPolicy": {"mode": "REGISTRY_ONLY"},
        "tlsDefaults": {"minProtocolVersion": "TLSV1_3"},
        "defaultConfig": {"proxyMetadata": {"A": "true"}, "drainDuration": "45s"},
    }
    assert found("IST-10", settings(**fields)) == []


def test_settings_are_of_a_revision() -> None:
    assert found("IST-10", {"meshConfig": {"stable": {}}}) == [
        f"{_ISTIO}.meshConfig.stable: 'stable' is not a revision of the add-on; write one such as asm-1-30"
    ]


@pytest.mark.parametrize(
    ("revisions", "configured", "messages"),
    [
        pytest.param(["asm-1-29"], ["asm-1-29"], [], id="before"),
        pytest.param(["asm-1-29"], ["asm-1-29", "asm-1-30"], [], id="prepared"),
        pytest.param(["asm-1-29", "asm-1-30"], ["asm-1-29", "asm-1-30"], [], id="under-way"),
        pytest.param(["asm-1-29", "asm-1-30"], [], [], id="none-at-all"),
        pytest.param(
            ["asm-1-29", "asm-1-30"],
            ["asm-1-29"],
            [
                (
                    ": asm-1-30 would start without the settings of asm-1-29; add them for asm-1-30, and deploy them"
                    " before asm-1-30 is in revisions"
                )
            ],
            id="not-prepared",
        ),
        pytest.param(
            ["asm-1-30"],
            ["asm-1-29", "asm-1-30"],
            [".asm-1-29: warning: asm-1-29 is older than all that runs, asm-1-30; remove it"],
            id="left-over",
        ),
    ],
)
def test_settings_of_a_new_revision_come_first(
    revisions: list[str], configured: list[str], messages: list[str]
) -> None:
    written = {revision: {"accessLogFile": "/dev/stdout"} for revision in configured}
    mesh = {"revisions": revisions, "meshConfig": written}
    assert found("IST-10", mesh) == [f"{_ISTIO}.meshConfig{message}" for message in messages]


@pytest.mark.parametrize(
    ("mesh", "messages"),
    [
        pytest.param({"injection": {"shop": "asm-1-30"}}, [], id="revision"),
        pytest.param({"tags": {"stable": "asm-1-30"}, "injection": {"shop": "stable"}}, [], id="tag"),
        pytest.param(
            {"injection": {"shop": "enabled"}},
            ["injection.shop: 'enabled' injects no sidecar, what runs is: asm-1-30; use one of these, or add the tag"],
            id="the-label-of-open-source-istio",
        ),
        pytest.param(
            {"injection": {"shop": "asm-1-29"}},
            ["injection.shop: 'asm-1-29' injects no sidecar, what runs is: asm-1-30; use one of these, or add the tag"],
            id="revision-that-is-gone",
        ),
        pytest.param(
            {"tags": {"stable": "asm-1-29"}},
            ["tags.stable: asm-1-29 does not run, asm-1-30 does; point the tag at what runs"],
            id="tag-of-a-revision-that-is-gone",
        ),
        pytest.param(
            {"injection": {"kube-system": "asm-1-30"}},
            ["injection.kube-system: kube-system is the system's, where sidecars break it; remove it"],
            id="system",
        ),
    ],
)
def test_namespaces_get_sidecars_of_what_runs(mesh: dict[str, Any], messages: list[str]) -> None:
    assert found("IST-11", mesh) == [f"{_ISTIO}.{message}" for message in messages]
