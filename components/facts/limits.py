"""Azure's and AKS's numbers. Each name ends in its unit; the line above says who states it and when it was read."""

from __future__ import annotations

# https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq (2026-08): the first four and the last
AZURE_RESERVED_ADDRESSES = 5
# same page: the smallest and the largest IPv4 subnet; IPv6 subnets are exactly /64
SMALLEST_SUBNET_PREFIX = 29
LARGEST_SUBNET_PREFIX = 2
IPV6_SUBNET_PREFIX = 64
# https://learn.microsoft.com/azure/aks/concepts-network-ip-address-planning (2026-08)
LARGEST_VNET_PREFIX = 8
# https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits (2022-12)
VNET_SUBNETS = 3000
VNET_ADDRESSES = 65_536
SECURITY_GROUP_RULES = 1000
ROUTE_TABLE_ROUTES = 400
# https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview
SECURITY_RULE_PRIORITIES = range(100, 4097)
# https://learn.microsoft.com/azure/nat-gateway/nat-gateway-resource
NAT_GATEWAY_PUBLIC_IPS = 16
NAT_GATEWAY_IDLE_TIMEOUT_MINUTES = range(4, 121)
NAT_GATEWAY_STANDARD_ZONES = 1
# https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources
RESOURCE_TAGS = 50
TAG_NAME_CHARACTERS = 512
TAG_VALUE_CHARACTERS = 256

# https://learn.microsoft.com/azure/aks/quotas-skus-regions (2026-08)
CLUSTER_NODES = 5000
FREE_TIER_NODES = 1000
FREE_TIER_RECOMMENDED_NODES = 10
POOL_NODES = 1000
CLUSTER_POOLS = 100
# https://learn.microsoft.com/azure/aks/best-practices-performance-scale-large (2026-08); the planning page says 250,000
CLUSTER_PODS = 200_000
SURGE_UPGRADE_NODES = 3000
# https://learn.microsoft.com/azure/aks/concepts-network-ip-address-planning (2026-08)
POOL_MIN_PODS_PER_NODE = 10
POOL_MAX_PODS_PER_NODE = 250
POOL_MIN_PODS = 30
# https://learn.microsoft.com/azure/aks/concepts-network-azure-cni-overlay (2026-08): each node takes a fixed /24
OVERLAY_NODE_PREFIX = 24
# https://learn.microsoft.com/azure/aks/concepts-network-ip-address-planning (2026-08): strictly smaller than /12
LARGEST_SERVICE_CIDR_PREFIX = 13
LARGEST_IPV6_SERVICE_CIDR_PREFIX = 108
# same page: Azure's convention, network address + 10
DNS_SERVICE_IP_OFFSET = 10
# https://learn.microsoft.com/azure/aks/use-system-pools and /quotas-skus-regions (2026-08); the stricter is a warning
SYSTEM_POOL_MIN_VCPUS = 2
SYSTEM_POOL_RECOMMENDED_VCPUS = 4
SYSTEM_POOL_MIN_MEMORY_GIB = 4
SYSTEM_POOL_MIN_NODES = 1
SYSTEM_POOL_RECOMMENDED_NODES = 3
USER_POOL_MIN_VCPUS = 2
USER_POOL_MIN_MEMORY_GIB = 2
# https://learn.microsoft.com/azure/aks/upgrade-aks-node-pools-rolling (2026-08)
LARGE_POOL_NODES = 500
LARGE_POOL_MAX_SURGE_PERCENT = 20
# https://learn.microsoft.com/azure/aks/api-server-authorized-ip-ranges (2026-08)
AUTHORIZED_IP_RANGES = 200
AUTHORIZED_IP_RANGES_VNET_INTEGRATION = 2000
# https://learn.microsoft.com/azure/aks/api-server-vnet-integration (2026-08)
API_SERVER_SUBNET_PREFIX = 28
API_SERVER_ADDRESSES = 9
API_SERVER_PORTS = (443, 4443)
API_SERVER_PROBE_PORT = 9988
# https://learn.microsoft.com/azure/aks/upgrade-aks-control-plane (2026-08); the ARM model says 2, so 2 is the warning
POOL_VERSION_SKEW_MINORS = 3
POOL_VERSION_SKEW_WARNING_MINORS = 2
# sdk:AgentPoolUpgradeSettings (azure-mgmt-containerservice 41.8.0)
DRAIN_TIMEOUT_MINUTES = range(1, 1441)
NODE_SOAK_MINUTES = range(31)
# https://learn.microsoft.com/azure/aks/planned-maintenance (2026-08)
MAINTENANCE_HOURS = range(4, 25)
MAINTENANCE_DAYS = range(1, 8)
MAINTENANCE_WEEKS = range(1, 5)
MAINTENANCE_MONTHS = range(1, 7)
# https://learn.microsoft.com/azure/aks/configure-static-egress-gateway (2026-08): one address of the prefix per node
GATEWAY_PREFIX_SIZES = range(28, 32)
GATEWAY_POOL_RECOMMENDED_NODES = 2
# https://learn.microsoft.com/azure/aks/concepts-network-isolated (2026-08)
ISOLATED_FIRST_MINOR = 30
# https://learn.microsoft.com/azure/aks/localdns-custom (2026-08)
LOCAL_DNS_FIRST_MINOR = 31
LOCAL_DNS_MIN_VCPUS = 4
# az aks _validators.py: digits after the point of a spot price
SPOT_PRICE_DECIMALS = 5
# ARM model of agentPoolProfiles.osDiskSizeGB
OS_DISK_SIZE_GB = range(30, 2049)
# ARM model of agentPoolProfiles.networkProfile.allowedHostPorts
PORTS = range(1, 65_536)
# https://learn.microsoft.com/azure/aks/custom-node-configuration-reference (2026-08), net.ipv4.ip_local_port_range
FIRST_LOCAL_PORT = range(1024, 61_000)
LAST_LOCAL_PORT = range(32_768, 65_536)
# https://learn.microsoft.com/azure/aks/image-cleaner (2026-08): a day to three months
IMAGE_CLEANER_INTERVAL_HOURS = range(24, 2161)
# https://learn.microsoft.com/azure/aks/custom-certificate-authority (2026-08)
CUSTOM_CA_CERTIFICATES = 10

# https://learn.microsoft.com/azure/aks/concepts-network-azure-cni-pod-subnet (2026-08): a node takes pod addresses in
# batches, and another one whenever fewer than the low-water mark are free
POD_ADDRESS_BATCH = 16
POD_ADDRESS_LOW_WATER = 8
# https://learn.microsoft.com/azure/aks/configure-azure-cni-static-block-allocation (2026-08): a /28 at a time, one
# address of a node's blocks is not for pods
POD_BLOCK_ADDRESSES = 16
POD_BLOCK_WASTE_WARNING_ADDRESSES = 8
# https://learn.microsoft.com/azure/aks/concepts-network-azure-cni-pod-subnet (2026-08)
LARGEST_DYNAMIC_POD_SUBNET_PREFIX = 16
LARGEST_STATIC_POD_SUBNET_PREFIX = 12
STATIC_BLOCK_CLUSTER_PODS = 1_000_000

# az aks: _validators.py; https://learn.microsoft.com/azure/aks/load-balancer-standard (2026-08)
LOAD_BALANCER_OUTBOUND_PORTS = range(0, 64_001)
LOAD_BALANCER_PORT_STEP = 8
LOAD_BALANCER_PORTS_PER_ADDRESS = 64_000
LOAD_BALANCER_MANAGED_IPS = range(1, 101)
# ARM takes 120, the CLI 100: the stricter one
LOAD_BALANCER_IDLE_TIMEOUT_MINUTES = range(4, 101)
# https://learn.microsoft.com/azure/aks/use-network-policies (2026-08): Azure Network Policy Manager
NPM_NODES = 250
NPM_PODS = 20_000

# https://learn.microsoft.com/azure/aks/workload-identity-overview (2026-08): per identity
FEDERATED_CREDENTIALS = 20

# https://learn.microsoft.com/azure/azure-monitor/logs/data-retention-configure (2026-08)
LOG_RETENTION_DAYS = range(30, 731)

# https://learn.microsoft.com/azure/application-gateway/for-containers/container-networking (2026-08): free addresses,
# and with overlay exactly this prefix
APPLICATION_GATEWAY_ADDRESSES = 250
APPLICATION_GATEWAY_OVERLAY_PREFIX = 24
