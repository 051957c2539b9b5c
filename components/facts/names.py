"""What Azure calls things: abbreviations for default names, and the names each kind of resource may have.

Abbreviations: https://learn.microsoft.com/azure/cloud-adoption-framework/ready/azure-best-practices/resource-abbreviations
Rules: https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules unless stated.
Read 2026-08.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, unique


@dataclass(frozen=True, slots=True)
class NameRule:
    """The names one kind of resource may have.

    Attributes:
        what: The kind as people call it.
        shortest: Fewest characters.
        longest: Most characters.
        pattern: What a whole name must match; never shown to people.
        form: The same in words, for messages.
    """

    what: str
    shortest: int
    longest: int
    pattern: re.Pattern[str]
    form: str

    def fault(self, name: str) -> str | None:
        """What is wrong with a name and how to mend it; None if it is fine."""
        if not self.shortest <= len(name) <= self.longest:
            return (
                f"{name!r} has {len(name)} characters, a name of a {self.what} has {self.shortest} to {self.longest};"
                f" {'shorten' if len(name) > self.longest else 'lengthen'} it"
            )
        if not self.pattern.fullmatch(name):
            return f"{name!r} is not a name for a {self.what}; use {self.form}"
        return None


_NETWORKING = re.compile(r"[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9_])?")
_NETWORKING_FORM = "letters, digits, '_', '.' and '-', starting with a letter or digit and ending with one or '_'"
_HYPHENATED = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?")
_HYPHENATED_FORM = "letters, digits and '-', starting and ending with a letter or digit"


@unique
class Kind(Enum):
    """A kind of resource that gets a name of its own; the value is its abbreviation in default names."""

    RESOURCE_GROUP = "rg"
    VIRTUAL_NETWORK = "vnet"
    SUBNET = "snet"
    SECURITY_GROUP = "nsg"
    ROUTE_TABLE = "rt"
    NAT_GATEWAY = "ng"
    PUBLIC_IP = "pip"
    PRIVATE_DNS_ZONE = "pdnsz"
    IDENTITY = "id"
    CLUSTER = "aks"
    POOL = "np"
    LOG_ANALYTICS_WORKSPACE = "log"
    AZURE_MONITOR_WORKSPACE = "amw"
    GRAFANA = "amg"
    DATA_COLLECTION_ENDPOINT = "dce"
    DATA_COLLECTION_RULE = "dcr"
    TRAFFIC_CONTROLLER = "agc"

    def default_name(self, *keys: str) -> str:
        """The default Azure name for the thing with these keys: `nsg-main-nodes`."""
        return "-".join((self.value, *keys))


NAME_RULES = {
    Kind.RESOURCE_GROUP: NameRule(
        "resource group",
        1,
        90,
        re.compile(r"[\w().-]*[\w()-]"),
        "letters, digits, '_', '-', '(', ')' and '.', not ending with '.'",
    ),
    Kind.VIRTUAL_NETWORK: NameRule("virtual network", 2, 64, _NETWORKING, _NETWORKING_FORM),
    Kind.SUBNET: NameRule("subnet", 1, 80, _NETWORKING, _NETWORKING_FORM),
    Kind.SECURITY_GROUP: NameRule("network security group", 1, 80, _NETWORKING, _NETWORKING_FORM),
    Kind.ROUTE_TABLE: NameRule("route table", 1, 80, _NETWORKING, _NETWORKING_FORM),
    Kind.NAT_GATEWAY: NameRule("NAT gateway", 1, 80, _NETWORKING, _NETWORKING_FORM),
    Kind.PUBLIC_IP: NameRule("public IP address", 1, 80, _NETWORKING, _NETWORKING_FORM),
    # https://learn.microsoft.com/azure/dns/private-dns-privatednszone: at least two labels
    Kind.PRIVATE_DNS_ZONE: NameRule(
        "private DNS zone",
        3,
        253,
        re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)+"),
        "small letters, digits and '-', in two or more parts with dots between them",
    ),
    Kind.IDENTITY: NameRule(
        "user-assigned identity",
        3,
        128,
        re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*"),
        "letters, digits, '-' and '_', starting with a letter or digit",
    ),
    # sdk: ARM model of managedClusters
    Kind.CLUSTER: NameRule(
        "Kubernetes cluster",
        1,
        63,
        re.compile(r"[A-Za-z0-9]([A-Za-z0-9_-]*[A-Za-z0-9])?"),
        "letters, digits, '-' and '_', starting and ending with a letter or digit",
    ),
    # https://learn.microsoft.com/azure/aks/create-node-pools: Linux pools
    Kind.POOL: NameRule(
        "Linux node pool",
        1,
        12,
        re.compile(r"[a-z][a-z0-9]*"),
        "lowercase letters and digits, starting with a letter",
    ),
    Kind.LOG_ANALYTICS_WORKSPACE: NameRule("Log Analytics workspace", 4, 63, _HYPHENATED, _HYPHENATED_FORM),
    Kind.AZURE_MONITOR_WORKSPACE: NameRule("Azure Monitor workspace", 4, 63, _HYPHENATED, _HYPHENATED_FORM),
    # https://learn.microsoft.com/azure/managed-grafana/quickstart-managed-grafana-portal
    Kind.GRAFANA: NameRule(
        "Grafana workspace",
        2,
        23,
        re.compile(r"[A-Za-z][A-Za-z0-9-]*[A-Za-z0-9]"),
        "letters, digits and '-', starting with a letter and ending with a letter or digit",
    ),
    # Azure CLI, command_modules/acs/addonconfiguration.py
    Kind.DATA_COLLECTION_ENDPOINT: NameRule("data collection endpoint", 3, 44, _HYPHENATED, _HYPHENATED_FORM),
    Kind.DATA_COLLECTION_RULE: NameRule("data collection rule", 3, 64, _NETWORKING, _NETWORKING_FORM),
    Kind.TRAFFIC_CONTROLLER: NameRule("Application Gateway for Containers", 1, 64, _NETWORKING, _NETWORKING_FORM),
}

DNS_PREFIX = NameRule(
    "DNS prefix",
    1,
    54,
    re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"),
    "letters, digits and '-', starting and ending with a letter or digit",
)

# https://learn.microsoft.com/azure/aks/concepts-network-azure-cni-overlay: these names become node labels
LABEL_VALUE = NameRule(
    "node label's value",
    1,
    63,
    re.compile(r"[A-Za-z0-9]([-_.A-Za-z0-9]*[A-Za-z0-9])?"),
    "letters, digits, '-', '_' and '.', starting and ending with a letter or digit",
)

# stated widely, found in no primary source: the default MC_<group>_<cluster>_<location> is cut off or refused above it
NODE_RESOURCE_GROUP_CHARACTERS = 80


def node_resource_group(resource_group: str, cluster: str, location: str) -> str:
    """The name AKS gives the resource group of a cluster's nodes when none is given."""
    return f"MC_{resource_group}_{cluster}_{location}"


# https://learn.microsoft.com/azure/virtual-network/virtual-network-for-azure-services (names fixed by the service)
SERVICE_SUBNETS = {
    "GatewaySubnet": "VPN and ExpressRoute gateways",
    "AzureFirewallSubnet": "Azure Firewall",
    "AzureFirewallManagementSubnet": "Azure Firewall's management traffic",
    "AzureBastionSubnet": "Azure Bastion",
    "RouteServerSubnet": "Azure Route Server",
}

# Kubernetes: pkg/apis/core/validation (label keys), az aks: _validators.py (labels, taints)
LABEL_NAME_CHARACTERS = 63
LABEL_PREFIX_CHARACTERS = 253
# https://learn.microsoft.com/azure/aks/use-labels#reserved-prefixes
AKS_LABEL_PREFIX = "kubernetes.azure.com"
# Kubernetes: pkg/kubelet/apis/well_known_labels.go; a kubelet does not start with other labels of these two domains
KUBERNETES_LABEL_PREFIXES = ("kubernetes.io", "k8s.io")
KUBELET_LABEL_PREFIXES = ("node.kubernetes.io", "kubelet.kubernetes.io")
_LABEL_NAME = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?")
_DNS_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_TAINT = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9_./-]{0,252}=[A-Za-z0-9][A-Za-z0-9_.-]{0,62}:(NoSchedule|PreferNoSchedule|NoExecute)"
)


def label_key_fault(key: str) -> str | None:
    """What is wrong with a node label's key, and how to mend it; None if it is fine."""
    prefix, slash, name = key.rpartition("/")
    if slash and (len(prefix) > LABEL_PREFIX_CHARACTERS or not _DNS_NAME.fullmatch(prefix)):
        longest = LABEL_PREFIX_CHARACTERS
        return f"label prefix {prefix!r} is not a DNS name of at most {longest} characters; use one such as example.com"
    if slash and _in_domain(prefix, AKS_LABEL_PREFIX):
        return f"label prefix {prefix!r} belongs to AKS; use a prefix of your own"
    if slash and _in_domain(prefix, *KUBERNETES_LABEL_PREFIXES) and not _in_domain(prefix, *KUBELET_LABEL_PREFIXES):
        return f"label prefix {prefix!r} belongs to Kubernetes, and no node starts with it; use a prefix of your own"
    if len(name) > LABEL_NAME_CHARACTERS or not _LABEL_NAME.fullmatch(name):
        longest = LABEL_NAME_CHARACTERS
        return f"label name {name!r} is not 1 to {longest} letters, digits, '-', '_' and '.'; shorten or respell it"
    return None


def _in_domain(name: str, *domains: str) -> bool:
    return any(name == domain or name.endswith("." + domain) for domain in domains)


def label_value_fault(value: str) -> str | None:
    """What is wrong with a node label's value, and how to mend it; None if it is fine."""
    if value == "" or LABEL_VALUE.fault(value) is None:
        return None
    return f"{value!r} is no value of a label; use up to {LABEL_VALUE.longest} {LABEL_VALUE.form}"


# https://kubernetes.io/docs/concepts/overview/working-with-objects/names: RFC 1123 labels
KUBERNETES_LABEL_PATTERN = "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$"
"""What the name of a namespace must match, and of most other things; for schemas, never for messages."""
# https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates#object-identifiers
KEY_VAULT_OBJECT_PATTERN = "^[0-9A-Za-z-]{1,127}$"
"""What the name of a secret, key or certificate must match."""

# https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources
TAG_NAME_FORBIDDEN = "<>%&\\?/"
RESERVED_TAG_PREFIXES = ("azure", "microsoft", "windows")


def taint_fault(taint: str) -> str | None:
    """What is wrong with a node taint, and how to mend it; None if it is fine."""
    if _TAINT.fullmatch(taint):
        return None
    return f"{taint!r} is not a taint; write key=value:NoSchedule, key=value:PreferNoSchedule or key=value:NoExecute"
