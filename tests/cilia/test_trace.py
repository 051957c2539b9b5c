"""An unknown value says what it is, and an unknown neighbour hides nothing that is known."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cilia.program import run

RESOURCES = """
from pulumi import Output

group = azure.resources.ResourceGroup("group", resource_group_name="rg")
identity = azure.managedidentity.UserAssignedIdentity("id", resource_group_name=group.name, resource_name_="id-main")
address = azure.network.PublicIPAddress("ip", resource_group_name=group.name, public_ip_address_name="pip")
cluster = azure.containerservice.ManagedCluster(
    "main", resource_group_name=group.name, resource_name_="aks", oidc_issuer_profile={"enabled": True},
    linux_profile={"adminUsername": "me", "ssh": {"publicKeys": [{"keyData": identity.client_id}]}})
unnamed = azure.network.VirtualNetwork("unnamed", resource_group_name=group.name)
hub = pulumi.StackReference("organization/cilia/hub")


class Egress(pulumi.ComponentResource):
    def __init__(self):
        super().__init__("cilia:network:Egress", "egress")
        self.inner = azure.network.PublicIPAddress(
            "inner", resource_group_name=group.name, public_ip_address_name="p", opts=Options(parent=self))
        self.address = self.inner.ip_address


egress = Egress()
"""


DESCRIPTIONS = {
    "identity.principal_id": "principalId of UserAssignedIdentity id",
    "address.ip_address": "ipAddress of PublicIPAddress ip",
    "egress.address": "ipAddress of PublicIPAddress inner",
    "unnamed.name": "name of VirtualNetwork unnamed",
    "unnamed.id": "id of VirtualNetwork unnamed",
    "cluster.oidc_issuer_profile.issuer_url": "oidcIssuerProfile.issuerURL of ManagedCluster main",
    "cluster.oidc_issuer_profile['issuer_url']": "oidcIssuerProfile.issuerURL of ManagedCluster main",
    "cluster.linux_profile.ssh.public_keys[0].key_data": (
        "linuxProfile.ssh.publicKeys[0].keyData of ManagedCluster main"
    ),
    "cluster.identity_profile['kubeletidentity'].object_id": (
        "identityProfile.kubeletidentity.objectId of ManagedCluster main"
    ),
    "cluster.oidc_issuer_profile.apply(lambda profile: profile.issuer_url)": (
        "from oidcIssuerProfile of ManagedCluster main"
    ),
    "identity.client_id.apply(lambda _: address.ip_address)": "from clientId of UserAssignedIdentity id",
    "address.id.apply(lambda _: identity.client_id)": "from PublicIPAddress ip and UserAssignedIdentity id",
    "Output.concat('id=', identity.client_id)": "from UserAssignedIdentity id",
    "Output.all(identity.client_id, address.ip_address).apply(str)": (
        "from PublicIPAddress ip and UserAssignedIdentity id"
    ),
    "Output.json_dumps({'id': identity.client_id})": "from UserAssignedIdentity id",
    "hub.get_output('network')": "from StackReference organization/cilia/hub",
    "azure.network.get_virtual_network_output('v', resource_group_name='rg').id": "known after deployment",
}


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> object:
    values = ", ".join(f"{value!r}: {value}" for value in DESCRIPTIONS)
    program = f"{RESOURCES}\nk8s.core.v1.ConfigMap('map', data={{{values}}})"
    return run(tmp_path_factory.mktemp("program"), program).resources[-1].inputs["data"]


@pytest.mark.parametrize(("value", "expected"), DESCRIPTIONS.items(), ids=list(DESCRIPTIONS))
def test_an_unknown_input_is_described_by_where_it_comes_from(
    described: dict[str, object], value: str, expected: str
) -> None:
    assert described[value] == {"$unknown": expected}


def test_unknowns_at_any_depth_keep_what_is_known_beside_them(tmp_path: Path) -> None:
    recording = run(
        tmp_path,
        RESOURCES
        + """
azure.network.Subnet(
    "typed", resource_group_name=group.name, virtual_network_name="v", subnet_name="s",
    delegations=[azure.network.DelegationArgs(name="known", service_name=identity.client_id)])
k8s.apiextensions.CustomResource(
    "plain", api_version="a/v1", kind="K",
    spec={"list": ["known", identity.client_id, pulumi.Output.secret({"key": identity.client_id})],
          "map": {"secret": pulumi.Output.secret(identity.client_id), "known": 1}})
""",
    )

    typed, plain = recording.resources[-2:]
    unknown = {"$unknown": "clientId of UserAssignedIdentity id"}
    assert typed.inputs["delegations"] == [{"name": "known", "serviceName": unknown}]
    assert plain.inputs["spec"] == {
        "list": ["known", unknown, {"$secret": True}],
        "map": {"secret": {"$secret": True}, "known": 1},
    }


def test_what_only_azure_knows_stops_an_apply_but_not_its_known_neighbours(tmp_path: Path) -> None:
    recording = run(
        tmp_path,
        RESOURCES
        + """
cluster.oidc_issuer_profile.apply(lambda profile: profile.issuer_url.startswith("https"))
pulumi.export("enabled", cluster.oidc_issuer_profile.enabled)
""",
    )

    assert recording.outputs == {"enabled": True}


def test_what_cannot_be_seen_offline_is_named_inside_longer_texts(tmp_path: Path) -> None:
    recording = run(
        tmp_path,
        """
        import json
        client = azure.authorization.get_client_config()
        pulumi.export("plain", client.tenant_id)
        pulumi.export("longer", f"https://login/{client.tenant_id}/{client.subscription_id}")
        pulumi.export("json", json.dumps({"object": client.object_id}))
        """,
        config={"azure-native:subscriptionId": "sub-1"},
    )

    assert recording.outputs == {
        "plain": {"$unknown": "tenantId of the signed-in client"},
        "longer": {"$unknown": "https://login/<tenantId of the signed-in client>/sub-1"},
        "json": {"$unknown": '{"object": "<objectId of the signed-in client>"}'},
    }


def test_a_configured_tenant_is_known(tmp_path: Path) -> None:
    source = "pulumi.export('tenant', azure.authorization.get_client_config_output().tenant_id)"

    assert run(tmp_path, source, config={"azure-native:tenantId": "t-1"}).outputs == {"tenant": "t-1"}
