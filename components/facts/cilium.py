"""Cilium's Helm chart: where it is, what its versions need and bring. Its known keys are in `chart_keys`."""

from __future__ import annotations

import re
from typing import NamedTuple

REPOSITORY = "https://helm.cilium.io"
"""The official repository; https://docs.cilium.io/en/stable/installation/k8s-install-helm."""
CHART = "cilium"
NAMESPACE = "kube-system"
"""Where AKS and Cilium's own guides have it; its pods need the priority classes that only this namespace may use."""
RELEASE = "cilium"
OCI = "oci://"

_VERSION = re.compile(r"v?([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,4})(?:-[0-9A-Za-z.-]+)?")


class CiliumVersion(NamedTuple):
    """A version of Cilium and of its chart, which are numbered alike."""

    major: int
    minor: int
    patch: int

    @property
    def minor_version(self) -> tuple[int, int]:
        """The 1.19 of 1.19.6."""
        return self.major, self.minor


def parse_cilium_version(text: str) -> CiliumVersion | None:
    """The version that `1.19.6` names; None where the text has another form."""
    match = _VERSION.fullmatch(text)
    return CiliumVersion(*(int(part) for part in match.groups())) if match else None


# cilium 1.19.6 pkg/ipam: of a node's range the first and the last address, the router's, the health endpoint's and the
# ingress listener's are not for pods; one more keeps a /24 at AKS's own 250
POOL_KEPT_ADDRESSES = 6
POOL_MASK_SIZES = range(16, 29)
"""A node's range has room for the fewest pods that AKS takes; a larger one than /16 is of no use to any node."""
# Ports among nodes: cilium 1.19.6 Documentation/operations/system_requirements.rst, "Firewall Rules"
TUNNEL_PORTS = {"vxlan": 8472, "geneve": 6081}
HEALTH_PORT = 4240
HUBBLE_PORT = 4244

# Documentation/network/kubernetes/compatibility.rst of cilium v1.18.14 and v1.19.6
TESTED_KUBERNETES_MINORS = {(1, 18): range(30, 34), (1, 19): range(32, 36)}
"""Minor versions of Kubernetes that each minor of Cilium is tested on, end to end."""
# cilium 1.19.6 Documentation/operations/upgrade.rst, "compatible by default with the Helm --wait option"; until then
# the job is a post-install hook, which Helm runs after waiting for pods that wait for it (cilium#40381)
CERTIFICATE_JOB_WITHOUT_HOOK = (1, 19)
# cilium 1.19.6 install/kubernetes/cilium/values.yaml: encryption.type
ZTUNNEL = (1, 19)
# cilium 1.19.6 install/kubernetes/cilium/templates/validate.yaml
CLUSTER_NAME_CHARACTERS = 32
CLUSTER_NAME = re.compile(r"([a-z0-9][-a-z0-9]*)?[a-z0-9]")
CONNECTED_CLUSTERS = (255, 511)
# cilium 1.19.6 Documentation/network/servicemesh/gateway-api/installation.rst
GATEWAY_API_VERSIONS = {(1, 19): "v1.4.1"}
# cilium 1.19.6 values.yaml: agentNotReadyTaintKey
NOT_READY_TAINT = "node.cilium.io/agent-not-ready"
# cilium 1.19.6 pkg/hubble/metrics: what each package registers
HUBBLE_METRICS = frozenset(
    (
        *("dns", "drop", "flow", "flows-to-world", "http", "httpV2", "icmp", "kafka"),
        *("policy", "port-distribution", "sctp", "tcp"),
    )
)
# cilium 1.19.6 plugins/cilium-cni/chaining: others hang Cilium behind the CNI plugin of somebody else
CHAINING_MODES = ("none", "portmap")
IPSEC_SECRET = "cilium-ipsec-keys"
IPSEC_SECRET_KEY = "keys"

IMAGES = {
    ("image",): "cilium/cilium",
    ("certgen", "image"): "cilium/certgen",
    ("envoy", "image"): "cilium/cilium-envoy",
    ("hubble", "relay", "image"): "cilium/hubble-relay",
    ("hubble", "ui", "backend", "image"): "cilium/hubble-ui-backend",
    ("hubble", "ui", "frontend", "image"): "cilium/hubble-ui",
    ("operator", "image"): "cilium/operator",
    ("nodeinit", "image"): "cilium/startup-script",
    ("preflight", "image"): "cilium/cilium",
    ("preflight", "envoy", "image"): "cilium/cilium-envoy",
    ("clustermesh", "apiserver", "image"): "cilium/clustermesh-apiserver",
}
"""Images of the chart below quay.io, by their place in its values; cilium 1.19.6 values.yaml."""
