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

# istio-meshconfig, the table of MeshConfig: what is not in it is blocked
MESH_CONFIG_FIELDS = frozenset(
    (
        *("proxyListenPort", "proxyInboundListenPort", "proxyHttpPort", "connectTimeout"),
        *("tcpKeepalive", "defaultConfig", "outboundTrafficPolicy", "extensionProviders"),
        *("defaultProviders", "accessLogFile", "accessLogFormat", "accessLogEncoding"),
        *("enableTracing", "enableEnvoyAccessLogService", "disableEnvoyListenerLog", "trustDomain"),
        *("trustDomainAliases", "caCertificates", "defaultServiceExportTo", "defaultVirtualServiceExportTo"),
        *("defaultDestinationRuleExportTo", "localityLbSetting", "dnsRefreshRate", "h2UpgradePolicy"),
        *("enablePrometheusMerge", "discoverySelectors", "pathNormalization", "defaultHttpRetryPolicy"),
        *("serviceSettings", "meshMTLS", "tlsDefaults", "ingressService", "ingressSelector"),
    )
)
# the same page, the table of ProxyConfig (meshConfig.defaultConfig)
PROXY_CONFIG_FIELDS = frozenset(
    (
        *("tracingServiceName", "drainDuration", "statsUdpAddress", "proxyAdminPort"),
        *("tracing", "concurrency", "envoyAccessLogService", "envoyMetricsService"),
        *("proxyMetadata", "statusPort", "extraStatTags", "proxyStatsMatcher"),
        *("terminationDrainDuration", "meshId", "holdApplicationUntilProxyStarts", "caCertificatesPem"),
        *("privateKeyProvider", "proxyHeaders", "gatewayTopology"),
    )
)


def parse_revision(name: str) -> tuple[int, int] | None:
    """The version of Istio that a revision such as `asm-1-29` is of; None where the text has another form."""
    match = _REVISION.fullmatch(name)
    return (int(match[1]), int(match[2])) if match else None


def mesh_config_map(revision: str) -> str:
    """The name of the ConfigMap that a revision reads its configuration from."""
    return f"istio-shared-configmap-{revision}"
