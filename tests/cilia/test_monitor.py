"""What the program registers is what comes out: every resource, output, invoke and message, as data."""

from __future__ import annotations

from pathlib import Path

import pytest

from cilia.record import Invoke, Message, Recording
from tests.cilia.program import named, run

CLUSTER_PROGRAM = """
import base64

config = pulumi.Config()
client = azure.authorization.get_client_config()


class Network(pulumi.ComponentResource):
    def __init__(self, name, group):
        super().__init__("cilia:network:Network", name, {}, None)
        child = Options(parent=self)
        self.vnet = azure.network.VirtualNetwork(
            f"{name}-vnet", resource_group_name=group.name, virtual_network_name="vnet-main",
            address_space={"addressPrefixes": ["10.20.0.0/16"]}, opts=child)
        self.subnet = azure.network.Subnet(
            f"{name}-nodes", resource_group_name=group.name, virtual_network_name=self.vnet.name, subnet_name="nodes",
            address_prefix="10.20.0.0/24", opts=child)
        self.subnet_id = self.subnet.id
        self.register_outputs({"subnetId": self.subnet_id})


group = azure.resources.ResourceGroup("group", resource_group_name="rg-prod", opts=Options(retain_on_delete=True))
network = Network("main", group)
identity = azure.managedidentity.UserAssignedIdentity(
    "identity", resource_group_name=group.name, resource_name_="id-main", opts=Options(depends_on=[network]))
grant = azure.authorization.RoleAssignment(
    "grant", scope=network.subnet_id, principal_id=identity.principal_id, principal_type="ServicePrincipal",
    role_definition_id=f"/subscriptions/{client.subscription_id}/r", role_assignment_name="11111111-0000-0000-0000-1")
cluster = azure.containerservice.ManagedCluster(
    "cluster", resource_group_name=group.name, resource_name_="aks-main",
    agent_pool_profiles=[{"name": "system", "count": 3, "vnetSubnetID": network.subnet_id}],
    identity={"type": "UserAssigned", "userAssignedIdentities": [identity.id]},
    network_profile={"podCidr": "192.168.0.0/16"},
    oidc_issuer_profile={"enabled": True},
    opts=Options(protect=True, depends_on=[grant], ignore_changes=["agentPoolProfiles[0].count", "kubernetes_version"],
                 aliases=[Alias(name="old"), "urn:x",
                          Alias(type_="azure-native:containerservice/v20240101:ManagedCluster")]))
pool = azure.containerservice.AgentPool(
    "pool", resource_group_name=group.name, resource_name_=cluster.name, agent_pool_name="user", count=2,
    opts=Options(protect=True, replace_on_changes=["vnet_subnet_id", "podSubnetID"], delete_before_replace=True))
federation = azure.managedidentity.FederatedIdentityCredential(
    "federation", resource_group_name=group.name, resource_name_=identity.name,
    federated_identity_credential_resource_name="workload", issuer=cluster.oidc_issuer_profile.issuer_url,
    subject="system:serviceaccount:shop:backend", audiences=["api://AzureADTokenExchange"])
credentials = azure.containerservice.list_managed_cluster_user_credentials_output(
    resource_group_name=group.name, resource_name=cluster.name)
kubeconfig = credentials.kubeconfigs[0].value.apply(lambda value: base64.b64decode(value).decode())
provider = k8s.Provider(
    "provider", kubeconfig=pulumi.Output.secret(kubeconfig), cluster_identifier=cluster.id,
    opts=Options(depends_on=[cluster]))
inside = Options(provider=provider)
namespace = k8s.core.v1.Namespace("shop", metadata={"name": "shop"}, opts=inside)
policy = k8s.networking.v1.NetworkPolicy(
    "isolate", metadata={"name": "isolate", "namespace": namespace.metadata.name},
    spec={"podSelector": {}, "policyTypes": ["Ingress"]}, opts=inside)
custom = k8s.apiextensions.CustomResource(
    "flows", api_version="cilium.io/v2", kind="CiliumNetworkPolicy",
    metadata={"name": "flows", "annotations": {"token": config.require_secret("token")}},
    spec={"ports": [{"port": 8080, "weight": 0.5}]}, opts=inside)
hub = azure.network.VirtualNetwork.get(
    "hub", "/subscriptions/s/resourceGroups/rg-hub/providers/Microsoft.Network/virtualNetworks/vnet-hub")
imported = azure.network.RouteTable(
    "routes", resource_group_name="rg-hub", route_table_name="rt-hub", opts=Options(import_="/subscriptions/s/rt"))

pulumi.export("cluster", cluster.id)
pulumi.export("hub", {"name": hub.name, "space": hub.address_space})
pulumi.export("issuer", cluster.oidc_issuer_profile.issuer_url)
pulumi.export("token", config.require_secret("token"))
pulumi.export("kubeconfig", pulumi.Output.secret(kubeconfig))
pulumi.log.warn("mind the gap")
"""

SUBSCRIPTION = "/subscriptions/11111111-2222-3333-4444-555555555555"
GROUP = f"{SUBSCRIPTION}/resourceGroups/rg-prod"
SUBNET = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/vnet-main/subnets/nodes"
CLUSTER = f"{GROUP}/providers/Microsoft.ContainerService/managedClusters/aks-main"
IDENTITY = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-main"

AZURE = "urn:pulumi:dev::cilia::azure-native"
GROUP_URN = f"{AZURE}:resources:ResourceGroup::group"
NETWORK_URN = "urn:pulumi:dev::cilia::cilia:network:Network::main"
VNET_URN = "urn:pulumi:dev::cilia::cilia:network:Network$azure-native:network:VirtualNetwork::main-vnet"
SUBNET_URN = "urn:pulumi:dev::cilia::cilia:network:Network$azure-native:network:Subnet::main-nodes"
IDENTITY_URN = f"{AZURE}:managedidentity:UserAssignedIdentity::identity"
GRANT_URN = f"{AZURE}:authorization:RoleAssignment::grant"
CLUSTER_URN = f"{AZURE}:containerservice:ManagedCluster::cluster"
PROVIDER_URN = "urn:pulumi:dev::cilia::pulumi:providers:kubernetes::provider"
NAMESPACE_URN = "urn:pulumi:dev::cilia::kubernetes:core/v1:Namespace::shop"

CONFIG = {
    "azure-native:subscriptionId": "11111111-2222-3333-4444-555555555555",
    "azure-native:location": "westeurope",
    "cilia:token": "hunter2",
}


@pytest.fixture(scope="module")
def preview(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    return run(tmp_path_factory.mktemp("p"), CLUSTER_PROGRAM, config=CONFIG, secret_keys=("cilia:token",))


def test_a_recorded_program_is_exactly_its_resources(preview: Recording) -> None:
    def azure(kind: str, name: str, inputs: dict[str, object], **options: object) -> dict[str, object]:
        return entry(f"azure-native:{kind}", name, inputs, **options)

    def entry(kind: str, name: str, inputs: dict[str, object], **options: object) -> dict[str, object]:
        urn = f"urn:pulumi:dev::cilia::{kind}::{name}"
        custom = {"urn": urn, "type": kind, "name": name, "parent": None, "custom": True}
        return {**custom, "inputs": inputs, "options": options}

    def below(entry: dict[str, object], urn: str) -> dict[str, object]:
        return {**entry, "urn": urn, "parent": NETWORK_URN}

    def kubernetes(kind: str, name: str, inputs: dict[str, object], **options: object) -> dict[str, object]:
        return entry(f"kubernetes:{kind}", name, inputs, **options, provider=PROVIDER_URN)

    group: dict[str, object] = {"resourceGroupName": "rg-prod"}

    assert [resource.as_json() for resource in preview.resources] == [
        azure("resources:ResourceGroup", "group", group, retainOnDelete=True),
        {**entry("cilia:network:Network", "main", {}), "custom": False},
        below(
            azure(
                "network:VirtualNetwork",
                "main-vnet",
                {
                    **group,
                    "virtualNetworkName": "vnet-main",
                    "addressSpace": {"addressPrefixes": ["10.20.0.0/16"]},
                    "enableDdosProtection": False,
                    "enableVmProtection": False,
                },
                dependsOn=[GROUP_URN],
            ),
            VNET_URN,
        ),
        below(
            azure(
                "network:Subnet",
                "main-nodes",
                {
                    **group,
                    "virtualNetworkName": "vnet-main",
                    "subnetName": "nodes",
                    "addressPrefix": "10.20.0.0/24",
                    "privateEndpointNetworkPolicies": "Disabled",
                    "privateLinkServiceNetworkPolicies": "Enabled",
                },
                dependsOn=[GROUP_URN, VNET_URN],
            ),
            SUBNET_URN,
        ),
        azure(
            "managedidentity:UserAssignedIdentity",
            "identity",
            {**group, "resourceName": "id-main"},
            dependsOn=[GROUP_URN, SUBNET_URN, VNET_URN],
        ),
        azure(
            "authorization:RoleAssignment",
            "grant",
            {
                "scope": SUBNET,
                "principalId": {"$unknown": "principalId of UserAssignedIdentity identity"},
                "principalType": "ServicePrincipal",
                "roleDefinitionId": f"{SUBSCRIPTION}/r",
                "roleAssignmentName": "11111111-0000-0000-0000-1",
            },
            dependsOn=[IDENTITY_URN, SUBNET_URN],
        ),
        azure(
            "containerservice:ManagedCluster",
            "cluster",
            {
                **group,
                "resourceName": "aks-main",
                "agentPoolProfiles": [{"name": "system", "count": 3, "vnetSubnetID": SUBNET}],
                "identity": {"type": "UserAssigned", "userAssignedIdentities": [IDENTITY]},
                "networkProfile": {"podCidr": "192.168.0.0/16"},
                "oidcIssuerProfile": {"enabled": True},
            },
            protect=True,
            dependsOn=[GRANT_URN, IDENTITY_URN, GROUP_URN, SUBNET_URN],
            ignoreChanges=["agentPoolProfiles[0].count", "kubernetesVersion"],
            aliases=[{"name": "old"}, "urn:x"],
        ),
        azure(
            "containerservice:AgentPool",
            "pool",
            {**group, "resourceName": "aks-main", "agentPoolName": "user", "count": 2},
            protect=True,
            dependsOn=[CLUSTER_URN, GROUP_URN],
            replaceOnChanges=["vnetSubnetID", "podSubnetID"],
            deleteBeforeReplace=True,
        ),
        azure(
            "managedidentity:FederatedIdentityCredential",
            "federation",
            {
                **group,
                "resourceName": "id-main",
                "federatedIdentityCredentialResourceName": "workload",
                "issuer": {"$unknown": "oidcIssuerProfile.issuerURL of ManagedCluster cluster"},
                "subject": "system:serviceaccount:shop:backend",
                "audiences": ["api://AzureADTokenExchange"],
            },
            dependsOn=[CLUSTER_URN, IDENTITY_URN, GROUP_URN],
        ),
        entry(
            "pulumi:providers:kubernetes",
            "provider",
            {"kubeconfig": {"$secret": True}, "clusterIdentifier": CLUSTER},
            dependsOn=[CLUSTER_URN],
        ),
        kubernetes(
            "core/v1:Namespace", "shop", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}
        ),
        kubernetes(
            "networking.k8s.io/v1:NetworkPolicy",
            "isolate",
            {
                "apiVersion": "networking.k8s.io/v1",
                "kind": "NetworkPolicy",
                "metadata": {"name": "isolate", "namespace": "shop"},
                "spec": {"podSelector": {}, "policyTypes": ["Ingress"]},
            },
            dependsOn=[NAMESPACE_URN],
        ),
        kubernetes(
            "cilium.io/v2:CiliumNetworkPolicy",
            "flows",
            {
                "apiVersion": "cilium.io/v2",
                "kind": "CiliumNetworkPolicy",
                "metadata": {"name": "flows", "annotations": {"token": {"$secret": True}}},
                "spec": {"ports": [{"port": 8080, "weight": 0.5}]},
            },
        ),
        azure(
            "network:VirtualNetwork",
            "hub",
            {},
            id="/subscriptions/s/resourceGroups/rg-hub/providers/Microsoft.Network/virtualNetworks/vnet-hub",
        ),
        azure(
            "network:RouteTable",
            "routes",
            {"resourceGroupName": "rg-hub", "routeTableName": "rt-hub"},
            **{"import": "/subscriptions/s/rt"},
        ),
    ]


def test_stack_outputs_are_plain_data_with_secrets_and_unknowns_in_place(preview: Recording) -> None:
    assert preview.outputs == {
        "cluster": CLUSTER,
        "hub": {"name": "vnet-hub", "space": {"$unknown": "addressSpace of VirtualNetwork hub"}},
        "issuer": {"$unknown": "oidcIssuerProfile.issuerURL of ManagedCluster cluster"},
        "token": {"$secret": True},
        "kubeconfig": {"$secret": True},
    }


def test_invokes_and_messages_are_part_of_the_recording(preview: Recording) -> None:
    assert preview.invokes == (
        Invoke("azure-native:authorization:getClientConfig", {}),
        Invoke(
            "azure-native:containerservice:listManagedClusterUserCredentials",
            {"resourceGroupName": "rg-prod", "resourceName": "aks-main"},
        ),
    )
    assert preview.messages == (Message("warning", "mind the gap"),)


def test_an_update_knows_every_value_and_runs_every_apply(tmp_path: Path) -> None:
    recording = run(tmp_path, CLUSTER_PROGRAM, config=CONFIG, secret_keys=("cilia:token",), dry_run=False)

    assert named(recording, "grant").inputs["principalId"] == "f0ee1394-96c0-5c1c-bec8-1d865f944988"
    assert named(recording, "federation").inputs["issuer"] == "https://cluster.invalid/"
    assert named(recording, "provider").inputs["kubeconfig"] == {"$secret": True}
    # What an existing network's address space is, no placeholder can say.
    assert recording.outputs["hub"] == {"name": "vnet-hub", "space": {"$unknown": "addressSpace of VirtualNetwork hub"}}
    assert "$unknown" not in repr([resource.as_json() for resource in recording.resources])


def test_an_explicit_provider_decides_about_ids_and_is_named(tmp_path: Path) -> None:
    recording = run(
        tmp_path,
        """
        other = azure.Provider("other", subscription_id="99999999-0000-0000-0000-000000000000", location="northeurope")
        group = azure.resources.ResourceGroup("group", resource_group_name="rg", opts=Options(provider=other))
        pulumi.export("id", group.id)
        pulumi.export("location", group.location)
        """,
        config={"azure-native:location": "westeurope"},
    )

    assert named(recording, "group").options == {
        "provider": "urn:pulumi:dev::cilia::pulumi:providers:azure-native::other"
    }
    assert recording.outputs == {
        "id": "/subscriptions/99999999-0000-0000-0000-000000000000/resourceGroups/rg",
        "location": "northeurope",
    }


def test_a_provider_whose_subscription_is_unknown_makes_ids_unknown(tmp_path: Path) -> None:
    recording = run(
        tmp_path,
        """
        hub = pulumi.StackReference("organization/cilia/hub")
        other = azure.Provider("other", subscription_id=hub.get_output("subscription"))
        group = azure.resources.ResourceGroup("group", resource_group_name="rg", opts=Options(provider=other))
        pulumi.export("id", group.id)
        """,
        config={"azure-native:subscriptionId": "11111111-2222-3333-4444-555555555555"},
    )

    assert recording.outputs == {"id": {"$unknown": "id of ResourceGroup group"}}


def test_a_parameterized_package_is_accepted_and_shares_the_ids_of_the_plain_one(tmp_path: Path) -> None:
    recording = run(
        tmp_path,
        """
        import base64, json

        PACKAGE = "azure-native_containerservice_v20260501"
        value = base64.b64encode(base64.b64encode(json.dumps(
            {"module": "containerservice", "version": "v20260501"}).encode())).decode()

        def package():
            return pulumi.runtime.register_package("azure-native", "3.29.0", "", PACKAGE, "3.29.0", value)

        provider = pulumi.ProviderResource(PACKAGE, "provider", {"location": "westeurope"}, package_ref=package())
        cluster = pulumi.CustomResource(
            f"{PACKAGE}:containerservice:ManagedCluster", "cluster",
            {"resourceGroupName": "rg", "resourceName": "aks", "oidcIssuerProfile": {"enabled": True}, "fqdn": None},
            Options(provider=provider, aliases=[Alias(type_="azure-native:containerservice:ManagedCluster")]),
            package_ref=package())
        pulumi.export("id", cluster.id)
        pulumi.export("fqdn", cluster.fqdn)
        pulumi.export("issuer", cluster.oidcIssuerProfile["issuerURL"])
        """,
    )

    package = "azure-native_containerservice_v20260501"
    cluster = named(recording, "cluster")
    assert cluster.type == f"{package}:containerservice:ManagedCluster"
    assert cluster.inputs == {
        "resourceGroupName": "rg",
        "resourceName": "aks",
        "oidcIssuerProfile": {"enabled": True},
    }
    assert cluster.options == {
        "provider": f"urn:pulumi:dev::cilia::pulumi:providers:{package}::provider",
        "aliases": [{"type": "azure-native:containerservice:ManagedCluster"}],
    }
    zeros = "00000000-0000-0000-0000-000000000000"
    assert recording.outputs == {
        "id": f"/subscriptions/{zeros}/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/aks",
        "fqdn": {"$unknown": "fqdn of ManagedCluster cluster"},
        "issuer": {"$unknown": "oidcIssuerProfile.issuerURL of ManagedCluster cluster"},
    }
