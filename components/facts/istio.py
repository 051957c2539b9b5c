"""What the Istio add-on takes: names of revisions, fields of the mesh's configuration, gateways.

Source of all: the page below https://learn.microsoft.com/azure/aks/ that each line names (read 2026-08).
"""

from __future__ import annotations

import re

_REVISION = re.compile(r"asm-(0|[1-9][0-9]?)-(0|[1-9][0-9]{0,2})")

# istio-upgrade: the next revision, or the one after it
UPGRADE_STEP_MINORS = 2
# istio-upgrade: only one revision runs, or two while workloads move
REVISIONS = 2
# istio-cni
CNI_CHAINING_FIRST = (1, 25)
# istio-gateway-api
GATEWAY_API_FIRST = (1, 26)
# istio-deploy-egress
EGRESS_GATEWAYS = 500
EGRESS_NAME_CHARACTERS = 53
EGRESS_NAMESPACE = "aks-istio-egress"

INJECTION_LABEL = "istio.io/rev"

NUMBER, TEXT, TIME, ON_OR_OFF, LIST, MAPPING = "number", "text", "time", "onOrOff", "list", "mapping"

FieldKind = str | tuple[str, ...]
"""What a field holds: one of the kinds above, or the values that it may have."""

# istio-meshconfig, the table of MeshConfig: what is not in it is blocked. Kinds: istio/api mesh/v1alpha1/config.proto
MESH_CONFIG_FIELDS: dict[str, FieldKind] = {
    **dict.fromkeys(("proxyListenPort", "proxyInboundListenPort", "proxyHttpPort"), NUMBER),
    **dict.fromkeys(("connectTimeout", "dnsRefreshRate"), TIME),
    **dict.fromkeys(("tcpKeepalive", "defaultConfig", "outboundTrafficPolicy", "defaultProviders"), MAPPING),
    **dict.fromkeys(("localityLbSetting", "pathNormalization", "defaultHttpRetryPolicy"), MAPPING),
    **dict.fromkeys(("meshMTLS", "tlsDefaults"), MAPPING),
    **dict.fromkeys(("extensionProviders", "trustDomainAliases", "caCertificates", "discoverySelectors"), LIST),
    **dict.fromkeys(("defaultServiceExportTo", "defaultVirtualServiceExportTo", "serviceSettings"), LIST),
    "defaultDestinationRuleExportTo": LIST,
    **dict.fromkeys(("accessLogFile", "accessLogFormat", "trustDomain", "ingressService", "ingressSelector"), TEXT),
    **dict.fromkeys(("enableTracing", "enableEnvoyAccessLogService", "disableEnvoyListenerLog"), ON_OR_OFF),
    "enablePrometheusMerge": ON_OR_OFF,
    "accessLogEncoding": ("TEXT", "JSON"),
    "h2UpgradePolicy": ("DO_NOT_UPGRADE", "UPGRADE"),
}
# the same file
NESTED_FIELDS: dict[tuple[str, str], FieldKind] = {
    ("outboundTrafficPolicy", "mode"): ("ALLOW_ANY", "REGISTRY_ONLY"),
    ("pathNormalization", "normalization"): (
        *("DEFAULT", "NONE", "BASE"),
        *("MERGE_SLASHES", "DECODE_AND_MERGE_SLASHES"),
    ),
    ("meshMTLS", "minProtocolVersion"): ("TLS_AUTO", "TLSV1_2", "TLSV1_3"),
    ("tlsDefaults", "minProtocolVersion"): ("TLS_AUTO", "TLSV1_2", "TLSV1_3"),
}
# the same page, the table of ProxyConfig (meshConfig.defaultConfig); kinds: istio/api mesh/v1alpha1/proxy.proto
PROXY_CONFIG_FIELDS: dict[str, FieldKind] = {
    "tracingServiceName": ("APP_LABEL_AND_NAMESPACE", "CANONICAL_NAME_ONLY", "CANONICAL_NAME_AND_NAMESPACE"),
    **dict.fromkeys(("drainDuration", "terminationDrainDuration"), TIME),
    **dict.fromkeys(("statsUdpAddress", "meshId"), TEXT),
    **dict.fromkeys(("proxyAdminPort", "concurrency", "statusPort"), NUMBER),
    **dict.fromkeys(("tracing", "envoyAccessLogService", "envoyMetricsService", "proxyMetadata"), MAPPING),
    **dict.fromkeys(("proxyStatsMatcher", "privateKeyProvider", "proxyHeaders", "gatewayTopology"), MAPPING),
    **dict.fromkeys(("extraStatTags", "caCertificatesPem"), LIST),
    "holdApplicationUntilProxyStarts": ON_OR_OFF,
}
_TIME = re.compile(r"([0-9]+(\.[0-9]+)?(ns|us|ms|s|m|h))+")


def fits(value: object, kind: FieldKind) -> bool:
    """Whether a field of the mesh's settings may hold a value, as Istio reads it: numbers as text too, and nothing."""
    if value is None:
        return True
    match kind:
        case tuple():
            return value in kind
        case "number":
            return type(value) is int or (isinstance(value, str) and value.isdecimal())
        case "time":
            return isinstance(value, str) and _TIME.fullmatch(value) is not None
    return isinstance(value, _PYTHON[kind])


_PYTHON: dict[str, type] = {TEXT: str, ON_OR_OFF: bool, LIST: list, MAPPING: dict}


def parse_revision(name: str) -> tuple[int, int] | None:
    """The version of Istio that a revision such as `asm-1-29` is of; None where the text has another form."""
    match = _REVISION.fullmatch(name)
    return (int(match[1]), int(match[2])) if match else None


def mesh_config_map(revision: str) -> str:
    """The name of the ConfigMap that a revision reads its configuration from."""
    return f"istio-shared-configmap-{revision}"
