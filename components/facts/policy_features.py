"""What a cluster must have for each thing a policy can say, and the names of everything in it that policies refer to.

Versions and semantics are stated where they are used; this is the one home of the numbers and names.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, unique
from typing import Literal

AdvancedNetworkPolicies = Literal["None", "FQDN", "L7"]
"""ACNS' own values of `advancedNetworkPolicies`, weakest first; L7 includes FQDN (ACNS-04)."""

ADVANCED_NETWORK_POLICIES: tuple[AdvancedNetworkPolicies, ...] = ("None", "FQDN", "L7")


@unique
class PolicyFeature(Enum):
    """Something a policy says that not every cluster can enforce; the value is what it is called in messages."""

    ALLOW_WITHOUT_ISOLATING = "rules that allow or deny without isolating"
    NAMES = "egress by DNS name"
    DNS_NAMES = "DNS by name"
    HTTP_BY_CILIUM = "HTTP rules enforced by Cilium"
    HTTP_BY_ISTIO = "HTTP rules enforced by Istio"
    MESH = "mutual TLS and authorization by identity"
    PORT_RANGES = "port ranges"


@dataclass(frozen=True, slots=True)
class PolicyFeatureFacts:
    """What a feature needs.

    Attributes:
        cilium: Oldest Cilium that has it, as (major, minor).
        acns: What managed clusters need of ACNS; with one's own Cilium it comes with Cilium.
        istio: Whether it needs Istio.
        source: Where this is stated.
    """

    cilium: tuple[int, int]
    acns: AdvancedNetworkPolicies
    istio: bool
    source: str


_ACNS = "https://learn.microsoft.com/azure/aks/use-advanced-container-networking-services"
_L7 = "https://learn.microsoft.com/azure/aks/container-network-security-l7-policy-concepts"
_MIGRATION = "https://learn.microsoft.com/azure/aks/migrate-from-npm-to-cilium-network-policy"
_ISTIO = "https://learn.microsoft.com/azure/aks/istio-about"

POLICY_FEATURES = {
    # enableDefaultDeny: cilium pkg/policy/api/rule.go, from 1.16
    PolicyFeature.ALLOW_WITHOUT_ISOLATING: PolicyFeatureFacts((1, 16), "None", False, "cilium pkg/policy/api/rule.go"),
    PolicyFeature.NAMES: PolicyFeatureFacts((1, 16), "FQDN", False, _ACNS),
    PolicyFeature.DNS_NAMES: PolicyFeatureFacts((1, 16), "FQDN", False, _ACNS),
    PolicyFeature.HTTP_BY_CILIUM: PolicyFeatureFacts((1, 17), "L7", False, _L7),
    PolicyFeature.HTTP_BY_ISTIO: PolicyFeatureFacts((1, 16), "None", True, _ISTIO),
    PolicyFeature.MESH: PolicyFeatureFacts((1, 16), "None", True, _ISTIO),
    PolicyFeature.PORT_RANGES: PolicyFeatureFacts((1, 17), "None", False, _MIGRATION),
}

NEEDS_L7_PROXY = frozenset({PolicyFeature.NAMES, PolicyFeature.DNS_NAMES, PolicyFeature.HTTP_BY_CILIUM})
"""What Cilium enforces in its proxy, so that `l7Proxy: false` turns it off; cilium 1.19.6 pkg/policy/proxyid.go."""
OLDEST_CILIUM = (1, 16)
"""Before it no rule could allow without isolating, so that no bundle could be applied in a safe order."""
HOST_ENTITY_FOR_LOCAL_DNS = (1, 17)
"""From here on LocalDNS' addresses belong to the host; https://learn.microsoft.com/azure/aks/localdns-custom."""
NEGATIVE_NAMESPACES_ARE_PODS_ONLY = (1, 19)
"""From here on a negative namespace selector leaves out world and nodes; cilium PR #46996 (K9, C5)."""
MULTI_LABEL_NAMES = (1, 19)
"""From here on `**.` in a name covers any number of labels; cilium pkg/fqdn/matchpattern (F1)."""
LAST_KAFKA = (1, 19)
"""The last version with Kafka rules; removed by cilium PR #43557."""

PORT_ENTRIES = 40
"""Ports in one `toPorts` entry, and types in one `icmps` entry; cilium pkg/policy/api/rule_validation.go."""
ICMP_NAMES = {
    "IPv4": (
        *("EchoReply", "DestinationUnreachable", "Redirect", "Echo", "EchoRequest", "RouterAdvertisement"),
        *("RouterSelection", "TimeExceeded", "ParameterProblem", "Timestamp", "TimestampReply", "Photuris"),
        *("ExtendedEchoRequest", "ExtendedEchoReply"),
    ),
    "IPv6": (
        *("DestinationUnreachable", "PacketTooBig", "TimeExceeded", "ParameterProblem", "EchoRequest", "EchoReply"),
        *("MulticastListenerQuery", "MulticastListenerReport", "MulticastListenerDone", "RouterSolicitation"),
        *("RouterAdvertisement", "NeighborSolicitation", "NeighborAdvertisement", "RedirectMessage"),
        *("RouterRenumbering", "ICMPNodeInformationQuery", "ICMPNodeInformationResponse"),
        *("InverseNeighborDiscoverySolicitation", "InverseNeighborDiscoveryAdvertisement"),
        *("HomeAgentAddressDiscoveryRequest", "HomeAgentAddressDiscoveryReply"),
        *("MobilePrefixSolicitation", "MobilePrefixAdvertisement"),
        *("DuplicateAddressRequestCodeSuffix", "DuplicateAddressConfirmationCodeSuffix"),
        *("ExtendedEchoRequest", "ExtendedEchoReply"),
    ),
}
"""Names of ICMP types by family; cilium pkg/policy/api/icmp.go."""
NAME_CHARACTERS = 255
"""Length of a DNS name or pattern; cilium pkg/policy/api/fqdn.go."""

DNS_NAMESPACE = "kube-system"
DNS_LABELS = {"k8s-app": "kube-dns"}
"""The pods behind the cluster's DNS service; AKS' CoreDNS carries the old name's label."""
DNS_PORT = 53
CLUSTER_DOMAIN = "cluster.local"
CLUSTER_NAME_LABELS = 8
"""Labels before the cluster's domain that a query may have: search domains are appended to whole names."""
AZURE_SEARCH_DOMAIN = "*.*.internal.cloudapp.net"
"""What Azure's DNS appends to names on nodes, hence in pods: musl gives up at the first refused name (ACNS-14)."""
LOCAL_DNS_RANGE = "169.254.10.0/24"
"""Where LocalDNS listens on each node; https://learn.microsoft.com/azure/aks/localdns-custom."""
API_SERVER_PORT = 443
"""AKS' API servers listen here, for `kubernetes.default` as well."""

SYSTEM_NAMESPACES = (
    "kube-system",
    "kube-public",
    "kube-node-lease",
    "gatekeeper-system",
    "aks-command",
    "aks-istio-system",
    "aks-istio-ingress",
    "aks-istio-egress",
    "app-routing-system",
    "istio-system",
)
"""Namespaces of AKS and its add-ons: isolating them cuts metrics, webhooks, storage drivers and the mesh (POL-09)."""

ISTIO_ROOT_NAMESPACE = "istio-system"
"""Istio's own default."""
ADDON_ROOT_NAMESPACE = "aks-istio-system"
"""The add-on's: mesh-wide policies anywhere else cover that namespace only (I3)."""
ADDON_INGRESS_NAMESPACE = "aks-istio-ingress"
ADDON_GATEWAY_LABEL = "istio"
ADDON_GATEWAYS = {
    "External": "aks-istio-ingressgateway-external",
    "Internal": "aks-istio-ingressgateway-internal",
}
"""Label values of the add-on's gateway pods; https://learn.microsoft.com/azure/aks/istio-deploy-ingress."""
ISTIOD_LABELS = {"app": "istiod"}
ISTIOD_PORT = 15012
"""Configuration and certificates for sidecars (IST-16)."""
TRUST_DOMAIN = "cluster.local"
BLOCKED_ISTIO_KINDS = ("ProxyConfig", "WorkloadEntry", "WorkloadGroup", "IstioOperator", "WasmPlugin")
"""What the add-on's admission refuses (IST-04)."""
HTTP_PORT_NAMES = ("http", "http2", "grpc", "grpc-web")
"""Port names, and what stands before their first `-`, that mean HTTP to Istio (protocol selection)."""

DROPPED_LABEL_PREFIXES = ("io.cilium", "io.kubernetes", "kubernetes.io", "k8s.io", "annotation", "etcd_node")
DROPPED_LABELS = (
    "pod-template-hash",
    "pod-template-generation",
    "controller-revision-hash",
    "controller-uid",
    "statefulset.kubernetes.io/pod-name",
    "apps.kubernetes.io/pod-index",
    "batch.kubernetes.io/job-completion-index",
    "batch.kubernetes.io/controller-uid",
)
"""Pod labels outside Cilium's identities (C6): a policy that selects by them matches nothing."""
DROPPED_FROM_1_19 = "topology.kubernetes.io"


def dropped_label(key: str) -> bool:
    """Whether Cilium leaves a pod label out of identities, in any version that AKS runs."""
    return (
        key.startswith(DROPPED_LABEL_PREFIXES)
        or key.startswith(DROPPED_FROM_1_19)
        or key in DROPPED_LABELS
        or "beta.kubernetes.io" in key.partition("/")[0]
    )
