"""The resource types the simulated azure-native knows, as data: ids, automatic names, and what forces a replacement.

The force-new columns are knowledge of the real provider (3.29), kept here so that nothing of the product is asked:
`forceNewMap` in https://github.com/pulumi/pulumi-azure-native/blob/master/provider/pkg/gen/replacement.go and, where
that is silent, `x-ms-mutability` without `update` in the Azure specs (common-types `TrackedResource.location`). Path
parameters always force a replacement. A name with a dot is one level down, the deepest that the provider looks; an
array's elements never match, so a list forces nothing unless it is added or removed whole.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

RESOURCE_GROUP = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}"
# AKS and managed identities answer with a lower-case g, whatever the request said; ids have to be compared without
# case.
LOWER_GROUP = "/subscriptions/{subscriptionId}/resourcegroups/{resourceGroupName}"
NETWORK = f"{RESOURCE_GROUP}/providers/Microsoft.Network"
CLUSTER = f"{LOWER_GROUP}/providers/Microsoft.ContainerService/managedClusters/{{resourceName}}"
IDENTITY = f"{LOWER_GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{{resourceName}}"

TRAFFIC = f"{RESOURCE_GROUP}/providers/Microsoft.ServiceNetworking/trafficControllers/{{trafficControllerName}}"

CLUSTER_FORCE_NEW = """
    diskEncryptionSetID dnsPrefix fqdnSubdomain linuxProfile location nodeResourceGroup windowsProfile
    networkProfile.serviceCidr networkProfile.serviceCidrs networkProfile.dnsServiceIP networkProfile.networkMode
    networkProfile.networkPlugin networkProfile.networkPluginMode networkProfile.podCidr networkProfile.podCidrs
    networkProfile.networkDataplane networkProfile.networkPolicy networkProfile.outboundType networkProfile.ipFamilies
"""


@dataclass(frozen=True)
class Kind:
    """One resource type. `token` is `module:Type`, `path` the ARM id with the SDK's parameter names in braces."""

    token: str
    path: str
    force_new: frozenset[str] = frozenset()
    # Parts of the body that are resources of their own too. Unset in the inputs, they are copied back from Azure before
    # a write and hidden from a refresh (`x-ms-...` none: maintainSubResourceIfUnset in the provider's
    # provider/pkg/openapi/defaults).
    sub_resources: tuple[str, ...] = ()
    parameters: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        found = re.findall(r"\{(\w+)\}", self.path)
        object.__setattr__(self, "parameters", tuple(name for name in found if name != "subscriptionId"))

    @property
    def name_parameter(self) -> str:
        """The path parameter that names the resource itself."""
        return self.parameters[-1]

    @property
    def naming(self) -> str:
        """How a missing name is made.

        A role assignment gets a UUID, a nested resource the Pulumi name, any other that name and eight hex digits.
        """
        if self.token == "authorization:RoleAssignment":
            return "uuid"
        nested = self.path.rpartition("/providers/")[2].count("{") > 1
        return "copy" if nested else "random"

    @property
    def replaces(self) -> frozenset[str]:
        """Every property whose change means a new resource."""
        return self.force_new | frozenset(self.parameters)


def _kind(token: str, path: str, force_new: str = "", sub_resources: str = "") -> Kind:
    return Kind(token, path, frozenset(force_new.split()), tuple(sub_resources.split()))


# Types without a rule of their own (rules/__init__.py) are stored and echoed.
KINDS: dict[str, Kind] = {
    kind.token: kind
    for kind in (
        _kind("resources:ResourceGroup", RESOURCE_GROUP, "location"),
        _kind(
            "network:VirtualNetwork",
            f"{NETWORK}/virtualNetworks/{{virtualNetworkName}}",
            "location",
            "subnets virtualNetworkPeerings",
        ),
        _kind("network:Subnet", f"{NETWORK}/virtualNetworks/{{virtualNetworkName}}/subnets/{{subnetName}}"),
        _kind(
            "network:VirtualNetworkPeering",
            f"{NETWORK}/virtualNetworks/{{virtualNetworkName}}/virtualNetworkPeerings/{{virtualNetworkPeeringName}}",
        ),
        _kind(
            "network:NetworkSecurityGroup",
            f"{NETWORK}/networkSecurityGroups/{{networkSecurityGroupName}}",
            sub_resources="securityRules",
        ),
        _kind(
            "network:SecurityRule",
            f"{NETWORK}/networkSecurityGroups/{{networkSecurityGroupName}}/securityRules/{{securityRuleName}}",
        ),
        _kind("network:RouteTable", f"{NETWORK}/routeTables/{{routeTableName}}", sub_resources="routes"),
        _kind("network:Route", f"{NETWORK}/routeTables/{{routeTableName}}/routes/{{routeName}}"),
        _kind("network:NatGateway", f"{NETWORK}/natGateways/{{natGatewayName}}"),
        _kind(
            "network:PublicIPAddress",
            f"{NETWORK}/publicIPAddresses/{{publicIpAddressName}}",
            "location publicIPAddressVersion publicIPPrefix sku",
        ),
        _kind("network:PublicIPPrefix", f"{NETWORK}/publicIPPrefixes/{{publicIpPrefixName}}"),
        _kind("network:PrivateEndpoint", f"{NETWORK}/privateEndpoints/{{privateEndpointName}}", "subnet"),
        _kind(
            "network:PrivateDnsZoneGroup",
            f"{NETWORK}/privateEndpoints/{{privateEndpointName}}/privateDnsZoneGroups/{{privateDnsZoneGroupName}}",
        ),
        _kind("servicenetworking:TrafficControllerInterface", TRAFFIC, "location"),
        _kind("servicenetworking:FrontendsInterface", f"{TRAFFIC}/frontends/{{frontendName}}", "location"),
        _kind("servicenetworking:AssociationsInterface", f"{TRAFFIC}/associations/{{associationName}}", "location"),
        _kind("privatedns:PrivateZone", f"{NETWORK}/privateDnsZones/{{privateZoneName}}"),
        _kind(
            "privatedns:VirtualNetworkLink",
            f"{NETWORK}/privateDnsZones/{{privateZoneName}}/virtualNetworkLinks/{{virtualNetworkLinkName}}",
        ),
        _kind("managedidentity:UserAssignedIdentity", IDENTITY, "location"),
        _kind(
            "managedidentity:FederatedIdentityCredential",
            f"{IDENTITY}/federatedIdentityCredentials/{{federatedIdentityCredentialResourceName}}",
        ),
        _kind(
            "authorization:RoleAssignment",
            "{scope}/providers/Microsoft.Authorization/roleAssignments/{roleAssignmentName}",
            "principalId",
        ),
        _kind("containerservice:ManagedCluster", CLUSTER, CLUSTER_FORCE_NEW),
        _kind(
            "containerservice:AgentPool",
            f"{CLUSTER}/agentPools/{{agentPoolName}}",
            "vmSize gpuInstanceProfile networkProfile.nodePublicIPTags",
        ),
        _kind("containerservice:MaintenanceConfiguration", f"{CLUSTER}/maintenanceConfigurations/{{configName}}"),
        _kind(
            "operationalinsights:Workspace",
            f"{RESOURCE_GROUP}/providers/Microsoft.OperationalInsights/workspaces/{{workspaceName}}",
            "location",
        ),
        _kind(
            "monitor:AzureMonitorWorkspace",
            f"{RESOURCE_GROUP}/providers/Microsoft.Monitor/accounts/{{azureMonitorWorkspaceName}}",
            "location",
        ),
        _kind(
            "monitor:DataCollectionRule",
            f"{RESOURCE_GROUP}/providers/Microsoft.Insights/dataCollectionRules/{{dataCollectionRuleName}}",
            "location",
        ),
        _kind(
            "monitor:DataCollectionEndpoint",
            f"{RESOURCE_GROUP}/providers/Microsoft.Insights/dataCollectionEndpoints/{{dataCollectionEndpointName}}",
            "location",
        ),
        _kind(
            "monitor:DataCollectionRuleAssociation",
            "{resourceUri}/providers/Microsoft.Insights/dataCollectionRuleAssociations/{associationName}",
        ),
        _kind("monitor:DiagnosticSetting", "{resourceUri}/providers/Microsoft.Insights/diagnosticSettings/{name}"),
        _kind(
            "containerregistry:Registry",
            f"{RESOURCE_GROUP}/providers/Microsoft.ContainerRegistry/registries/{{registryName}}",
            "location",
        ),
        _kind(
            "dashboard:Grafana", f"{RESOURCE_GROUP}/providers/Microsoft.Dashboard/grafana/{{workspaceName}}", "location"
        ),
        _kind("keyvault:Vault", f"{RESOURCE_GROUP}/providers/Microsoft.KeyVault/vaults/{{vaultName}}"),
        _kind(
            "alertsmanagement:PrometheusRuleGroup",
            f"{RESOURCE_GROUP}/providers/Microsoft.AlertsManagement/prometheusRuleGroups/{{ruleGroupName}}",
            "location",
        ),
    )
}


def short_token(token: str) -> tuple[str, str]:
    """A type token of azure-native, plain, versioned or parameterized, as (`module:Type`, API version or "").

    `azure-native:containerservice:AgentPool`, `azure-native:containerservice/v20260501:AgentPool` and
    `azure-native_containerservice_v20260501:containerservice:AgentPool` are the same type, the last two with version
    2026-05-01.
    """
    package, module, name = token.split(":")
    module, _, version = module.partition("/")
    version = version or package.rpartition("_")[2] if package.startswith("azure-native_") else version
    return f"{module}:{name}", _dated(version)


def _dated(version: str) -> str:
    found = re.fullmatch(r"v(\d{4})(\d{2})(\d{2})(preview)?", version)
    return "" if found is None else "-".join(part for part in found.groups() if part)
