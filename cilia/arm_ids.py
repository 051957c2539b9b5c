"""Predicts the Azure Resource Manager id of a resource from its Pulumi type token and inputs.

Owns the path templates. Does not own the choice of subscription, nor what else Azure answers: an id is either certain
(Azure builds it from the path alone) or it is not given at all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

NO_SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
"""Stands for the subscription when a stack does not name one."""

# Request paths of the Azure REST API, parameter names included: https://github.com/Azure/azure-rest-api-specs (MIT),
# compared with the URL templates in Microsoft's own management packages for Python (azure-mgmt-network 33.1.0,
# containerservice 41.8.0, msi 7.1.0, authorization 4.0.0, privatedns 2.0.0, monitor 7.0.0, keyvault 14.1.0,
# containerregistry 15.0.0, loganalytics 14.0.0, dashboard 2.0.0, servicenetworking 2.1.0, resource 26.0.0).
# Pulumi's SDK carries no paths, but its `get_…` functions take exactly these parameters; a test compares them.
_IN_GROUP = {
    "alertsmanagement:PrometheusRuleGroup": "Microsoft.AlertsManagement/prometheusRuleGroups/{ruleGroupName}",
    "containerregistry:Registry": "Microsoft.ContainerRegistry/registries/{registryName}",
    "containerservice:AgentPool": (
        "Microsoft.ContainerService/managedClusters/{resourceName}/agentPools/{agentPoolName}"
    ),
    "containerservice:MaintenanceConfiguration": (
        "Microsoft.ContainerService/managedClusters/{resourceName}/maintenanceConfigurations/{configName}"
    ),
    "containerservice:ManagedCluster": "Microsoft.ContainerService/managedClusters/{resourceName}",
    "dashboard:Grafana": "Microsoft.Dashboard/grafana/{workspaceName}",
    "keyvault:Vault": "Microsoft.KeyVault/vaults/{vaultName}",
    "managedidentity:FederatedIdentityCredential": (
        "Microsoft.ManagedIdentity/userAssignedIdentities/{resourceName}"
        "/federatedIdentityCredentials/{federatedIdentityCredentialResourceName}"
    ),
    "managedidentity:UserAssignedIdentity": "Microsoft.ManagedIdentity/userAssignedIdentities/{resourceName}",
    "monitor:AzureMonitorWorkspace": "Microsoft.Monitor/accounts/{azureMonitorWorkspaceName}",
    "monitor:DataCollectionEndpoint": "Microsoft.Insights/dataCollectionEndpoints/{dataCollectionEndpointName}",
    "monitor:DataCollectionRule": "Microsoft.Insights/dataCollectionRules/{dataCollectionRuleName}",
    "network:NatGateway": "Microsoft.Network/natGateways/{natGatewayName}",
    "network:NetworkSecurityGroup": "Microsoft.Network/networkSecurityGroups/{networkSecurityGroupName}",
    "network:PrivateDnsZoneGroup": (
        "Microsoft.Network/privateEndpoints/{privateEndpointName}/privateDnsZoneGroups/{privateDnsZoneGroupName}"
    ),
    "network:PrivateEndpoint": "Microsoft.Network/privateEndpoints/{privateEndpointName}",
    "network:PublicIPAddress": "Microsoft.Network/publicIPAddresses/{publicIpAddressName}",
    "network:PublicIPPrefix": "Microsoft.Network/publicIPPrefixes/{publicIpPrefixName}",
    "network:Route": "Microsoft.Network/routeTables/{routeTableName}/routes/{routeName}",
    "network:RouteTable": "Microsoft.Network/routeTables/{routeTableName}",
    "network:SecurityRule": (
        "Microsoft.Network/networkSecurityGroups/{networkSecurityGroupName}/securityRules/{securityRuleName}"
    ),
    "network:Subnet": "Microsoft.Network/virtualNetworks/{virtualNetworkName}/subnets/{subnetName}",
    "network:VirtualNetwork": "Microsoft.Network/virtualNetworks/{virtualNetworkName}",
    "network:VirtualNetworkPeering": (
        "Microsoft.Network/virtualNetworks/{virtualNetworkName}/virtualNetworkPeerings/{virtualNetworkPeeringName}"
    ),
    "operationalinsights:Workspace": "Microsoft.OperationalInsights/workspaces/{workspaceName}",
    "privatedns:PrivateZone": "Microsoft.Network/privateDnsZones/{privateZoneName}",
    "privatedns:VirtualNetworkLink": (
        "Microsoft.Network/privateDnsZones/{privateZoneName}/virtualNetworkLinks/{virtualNetworkLinkName}"
    ),
    "servicenetworking:AssociationsInterface": (
        "Microsoft.ServiceNetworking/trafficControllers/{trafficControllerName}/associations/{associationName}"
    ),
    "servicenetworking:FrontendsInterface": (
        "Microsoft.ServiceNetworking/trafficControllers/{trafficControllerName}/frontends/{frontendName}"
    ),
    "servicenetworking:TrafficControllerInterface": (
        "Microsoft.ServiceNetworking/trafficControllers/{trafficControllerName}"
    ),
}
_GROUP = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}"
_EXTENDING = {
    "authorization:RoleAssignment": "{scope}/providers/Microsoft.Authorization/roleAssignments/{roleAssignmentName}",
    "monitor:DataCollectionRuleAssociation": (
        "{resourceUri}/providers/Microsoft.Insights/dataCollectionRuleAssociations/{associationName}"
    ),
    "monitor:DiagnosticSetting": "{resourceUri}/providers/Microsoft.Insights/diagnosticSettings/{name}",
}
TEMPLATES: Mapping[str, str] = {
    "resources:ResourceGroup": _GROUP,
    **{kind: f"{_GROUP}/providers/{path}" for kind, path in _IN_GROUP.items()},
    **_EXTENDING,
}
"""`module:Type` of azure-native to the path of its id."""

# The plain package, a parameterized one (azure-native_containerservice_v20260501:…), or an explicit version within the
# plain one (azure-native:containerservice/v20260501:…): all of them name the same Azure type.
_TOKEN = re.compile(r"azure-native(?:_[a-z0-9]+_v\w+)?:(?P<module>[a-z0-9]+)(?:/v\w+)?:(?P<type>\w+)")
_PARAMETER = re.compile(r"{(\w+)}")


def azure_type(token: str) -> str | None:
    """Returns `module:Type` of an azure-native type token in any of its versions, None for other packages' tokens."""
    found = _TOKEN.fullmatch(token)
    return f"{found['module']}:{found['type']}" if found else None


def parameters(token: str) -> tuple[str, ...]:
    """Returns the path parameters of a type in the order of its path; none for a type without a template."""
    template = TEMPLATES.get(azure_type(token) or "")
    return tuple(_PARAMETER.findall(template)) if template else ()


def predict(token: str, inputs: Mapping[str, object], subscription: str = NO_SUBSCRIPTION) -> str | None:
    """Returns the ARM id that Azure will give the resource, or None where that is not certain.

    Not certain are types without a template, and path parameters that are absent (the provider would choose a random
    name) or not a plain string (known after deployment only).
    """
    template = TEMPLATES.get(azure_type(token) or "")
    if template is None:
        return None
    known = {"subscriptionId": subscription, **inputs}
    values = {name: known.get(name) for name in _PARAMETER.findall(template)}
    if not all(isinstance(value, str) and value for value in values.values()):
        return None
    path = template.format_map(values)
    return "/" + path.lstrip("/")
