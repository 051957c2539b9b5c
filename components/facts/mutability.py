"""What Azure and Pulumi's providers let you change on a deployed resource: names of properties, as data."""

from __future__ import annotations

from typing import Literal

# MUT-24. https://learn.microsoft.com/azure/aks/create-node-pools#limitations, /concepts-network-ip-address-planning,
# /custom-node-configuration, /reduce-latency-ppg and /use-azure-dedicated-hosts (2026-08): fixed at creation. The
# provider plans all but the first as an update, which Azure refuses midway; in `replaceOnChanges` the engine plans what
# is true.
# Capacity reservation group and GPU settings: so does the azurerm provider.
POOL_FIXED_AT_CREATION = (
    "vmSize",
    "osType",
    "maxPods",
    "vnetSubnetID",
    "podSubnetID",
    "podIPAllocationMode",
    "availabilityZones",
    "osDiskType",
    "osDiskSizeGB",
    "kubeletDiskType",
    "kubeletConfig",
    "linuxOSConfig",
    "scaleSetPriority",
    "scaleSetEvictionPolicy",
    "spotMaxPrice",
    "enableNodePublicIP",
    "nodePublicIPPrefixID",
    "proximityPlacementGroupID",
    "capacityReservationGroupID",
    "hostGroupID",
    "gpuProfile",
    "gpuInstanceProfile",
    "enableEncryptionAtHost",
    "enableUltraSSD",
)

# azure-native 3.29, provider/pkg/gen/replacement.go (`forceNewMap`), and where that is silent `x-ms-mutability` without
# `update` in Azure's specifications, which is `location` of most types. Path parameters force a replacement too and are
# not listed. The provider looks at the top level and one below (provider/pkg/provider/diff.go): `a.b` is one below; an
# item of a list never matches, so that a list forces nothing unless it is added or removed as a whole.
PROVIDER_FORCES_NEW: dict[str, frozenset[str]] = {
    "authorization:RoleAssignment": frozenset({"principalId", "scope"}),
    "containerservice:AgentPool": frozenset({"gpuInstanceProfile", "vmSize", "networkProfile.nodePublicIPTags"}),
    "containerservice:ManagedCluster": frozenset(
        {
            "diskEncryptionSetID",
            "dnsPrefix",
            "fqdnSubdomain",
            "linuxProfile",
            "location",
            "nodeResourceGroup",
            "windowsProfile",
            "networkProfile.dnsServiceIP",
            "networkProfile.ipFamilies",
            "networkProfile.networkDataplane",
            "networkProfile.networkMode",
            "networkProfile.networkPlugin",
            "networkProfile.networkPluginMode",
            "networkProfile.networkPolicy",
            "networkProfile.outboundType",
            "networkProfile.podCidr",
            "networkProfile.podCidrs",
            "networkProfile.serviceCidr",
            "networkProfile.serviceCidrs",
        }
    ),
    "network:PrivateEndpoint": frozenset({"subnet"}),
    "network:PublicIPAddress": frozenset({"location", "publicIPAddressVersion", "publicIPPrefix", "sku"}),
    **dict.fromkeys(
        (
            "alertsmanagement:PrometheusRuleGroup",
            "containerregistry:Registry",
            "dashboard:Grafana",
            "managedidentity:UserAssignedIdentity",
            "monitor:AzureMonitorWorkspace",
            "monitor:DataCollectionEndpoint",
            "monitor:DataCollectionRule",
            "network:VirtualNetwork",
            "operationalinsights:Workspace",
            "resources:ResourceGroup",
            "servicenetworking:AssociationsInterface",
            "servicenetworking:FrontendsInterface",
            "servicenetworking:TrafficControllerInterface",
        ),
        frozenset({"location"}),
    ),
}
"""`module:Type` of azure-native -> the properties whose change replaces the resource."""

# pulumi-kubernetes 4.34, provider/pkg/provider/diff.go (`forceNew`)
_SELECTOR = frozenset({"spec.selector"})
KUBERNETES_FORCES_NEW: dict[str, frozenset[str]] = {
    "apps/v1:DaemonSet": _SELECTOR,
    "apps/v1:Deployment": _SELECTOR,
    "apps/v1:StatefulSet": frozenset(
        {"spec.podManagementPolicy", "spec.selector", "spec.serviceName", "spec.volumeClaimTemplates"}
    ),
    "batch/v1:Job": frozenset({"spec.completions", "spec.parallelism", "spec.selector", "spec.template"}),
    "core/v1:ConfigMap": frozenset({"binaryData", "data"}),
    "core/v1:PersistentVolumeClaim": frozenset({"spec"}),
    "core/v1:Secret": frozenset({"data", "stringData", "type"}),
    "core/v1:Service": frozenset({"spec.clusterIP"}),
    "rbac.authorization.k8s.io/v1:ClusterRoleBinding": frozenset({"roleRef"}),
    "rbac.authorization.k8s.io/v1:RoleBinding": frozenset({"roleRef"}),
    "storage.k8s.io/v1:StorageClass": frozenset({"parameters", "provisioner"}),
}
"""`group/version:Kind` -> what replaces the object, beside its name and namespace."""

KUBERNETES_NAMES = frozenset({"metadata.name", "metadata.namespace"})
"""What replaces every object in a cluster; same source."""

# https://learn.microsoft.com/azure/aks/egress-outboundtype (2026-08): supported paths of `outboundType`
OUTBOUND_PATHS_OWN_VNET = frozenset({"loadBalancer", "userAssignedNATGateway", "userDefinedRouting", "none"})
"""With a VNet of one's own, each of these may become each other."""
OUTBOUND_PATHS_MANAGED_VNET: dict[str, frozenset[str]] = {
    "loadBalancer": frozenset({"managedNATGateway", "managedNATGatewayV2", "none", "block"}),
    "managedNATGateway": frozenset({"managedNATGatewayV2", "none", "block"}),
    "none": frozenset({"loadBalancer", "managedNATGateway", "managedNATGatewayV2", "block"}),
    "block": frozenset({"loadBalancer", "managedNATGateway", "managedNATGatewayV2", "none"}),
}
"""With the VNet that AKS makes: from -> to."""

ExternallyChanged = Literal[
    "networkProfile.loadBalancerProfile",
    "networkProfile.natGatewayProfile",
    "networkProfile.networkDataplane",
    "networkProfile.networkPluginMode",
    "networkProfile.networkPolicy",
    "networkProfile.outboundType",
    "networkProfile.podCidr",
]
"""What Azure changes in place and the provider replaces a cluster for (MUT-01, 02, 06, 07, 09, 11, 12), and what goes
with it."""

# https://learn.microsoft.com/rest/api/aks/managed-clusters/create-or-update, /agent-pools/create-or-update,
# https://learn.microsoft.com/rest/api/virtualnetwork/subnets/create-or-update (2026-08): what Azure takes where a
# property is left out. A switch that is not listed is off, a list or an object empty.
_POOL_DEFAULTS: dict[str, object] = {
    "kubeletDiskType": "OS",
    "osSKU": "Ubuntu",
    "osType": "Linux",
    "podIPAllocationMode": "DynamicIndividual",
    "scaleDownMode": "Delete",
    "scaleSetPriority": "Regular",
    "type": "VirtualMachineScaleSets",
}
AZURE_DEFAULTS: dict[str, dict[str, object]] = {
    "containerservice:AgentPool": {**_POOL_DEFAULTS, "mode": "User"},
    "containerservice:ManagedCluster": {
        "autoUpgradeProfile.upgradeChannel": "none",
        "bootstrapProfile.artifactSource": "Direct",
        "enableRBAC": True,
        "networkProfile.ipFamilies": ["IPv4"],
        "networkProfile.loadBalancerProfile.allocatedOutboundPorts": 0,
        "networkProfile.loadBalancerProfile.backendPoolType": "NodeIPConfiguration",
        "networkProfile.loadBalancerProfile.idleTimeoutInMinutes": 30,
        "networkProfile.loadBalancerProfile.managedOutboundIPs.count": 1,
        "networkProfile.loadBalancerSku": "standard",
        "networkProfile.natGatewayProfile.idleTimeoutInMinutes": 4,
        "networkProfile.natGatewayProfile.managedOutboundIPProfile.count": 1,
        "networkProfile.networkDataplane": "azure",
        "networkProfile.networkPolicy": "none",
        "networkProfile.outboundType": "loadBalancer",
        "nodeProvisioningProfile.mode": "Manual",
        "nodeResourceGroupProfile.restrictionLevel": "Unrestricted",
        "serviceMeshProfile.mode": "Disabled",
        "storageProfile.diskCSIDriver.enabled": True,
        "storageProfile.fileCSIDriver.enabled": True,
        "storageProfile.snapshotController.enabled": True,
        "supportPlan": "KubernetesOfficial",
        **{f"agentPoolProfiles[*].{name}": value for name, value in _POOL_DEFAULTS.items()},
    },
    "network:NatGateway": {"idleTimeoutInMinutes": 4},
    "network:PublicIPAddress": {"idleTimeoutInMinutes": 4},
    "network:Subnet": {
        "defaultOutboundAccess": True,
        "privateEndpointNetworkPolicies": "Disabled",
        "privateLinkServiceNetworkPolicies": "Enabled",
    },
}
"""Type -> property -> what leaving it out means."""
