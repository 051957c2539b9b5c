"""That the engine meets in the simulated providers what it meets in the real ones."""

from __future__ import annotations

import base64

import pytest

from tests.engine.harness import Engine
from tests.engine.invokes import PLANTED_TOKEN
from tests.engine.provider import DEFAULT_SUBSCRIPTION

pytestmark = pytest.mark.engine

CONFIG = {"azure-native:location": "westeurope"}
GROUP = f"/subscriptions/{DEFAULT_SUBSCRIPTION}/resourceGroups/rg-test"
NETWORK = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/main"

HEAD = """
from __future__ import annotations

import base64

import pulumi
import pulumi_kubernetes as k8s
from pulumi_azure_native import containerservice, network, resources

settings = pulumi.Config("app")
group = resources.ResourceGroup("group", resource_group_name="rg-test")
"""

SUBNETS = """
main = network.VirtualNetwork(
    "main",
    resource_group_name=group.name,
    virtual_network_name="main",
    address_space={"addressPrefixes": ["10.0.0.0/16"]},
    tags={"tag": settings.get("tag") or "none"},
)
before = None
for number in range(settings.get_int("subnets") or 0):
    before = network.Subnet(
        f"s{number}",
        resource_group_name=group.name,
        virtual_network_name=main.name,
        subnet_name=f"s{number}",
        address_prefix=f"10.0.{number}.0/24",
        opts=pulumi.ResourceOptions(depends_on=[before] if before and settings.get_bool("chained") else []),
    )
"""

CLUSTER = """
cluster = containerservice.ManagedCluster(
    "cluster",
    resource_group_name=group.name,
    resource_name_="aks-main",
    kubernetes_version="1.34",
    dns_prefix="aks-main",
    identity={"type": "SystemAssigned"},
    oidc_issuer_profile={"enabled": True},
    agent_pool_profiles=[
        {
            "name": "system",
            "mode": "System",
            "vmSize": "Standard_D4ds_v5",
            "count": settings.get_int("count") or 1,
            "maxPods": settings.get_int("maxPods") or 110,
        }
    ],
    network_profile={
        "networkPlugin": "azure",
        "networkPluginMode": "overlay",
        "networkDataplane": "cilium",
        "networkPolicy": "cilium",
        "podCidr": settings.get("podCidr") or "192.168.0.0/16",
        "serviceCidr": "172.20.0.0/16",
        "dnsServiceIP": "172.20.0.10",
    },
    opts=pulumi.ResourceOptions(protect=settings.get_bool("protect")),
)
pulumi.export("issuer", cluster.oidc_issuer_profile.apply(lambda profile: profile.issuer_url.rstrip("/")))
"""

POLICIES = """
credentials = containerservice.list_managed_cluster_user_credentials_output(
    resource_group_name=group.name, resource_name=cluster.name
)
text = pulumi.Output.secret(
    credentials.kubeconfigs.apply(lambda found: base64.b64decode(found[0].value).decode())
)
provider = k8s.Provider(
    "provider",
    kubeconfig=text,
    cluster_identifier=cluster.id,
    opts=pulumi.ResourceOptions(depends_on=[cluster]),
)
within = pulumi.ResourceOptions(provider=provider)
shop = k8s.core.v1.Namespace("shop", metadata={"name": "shop"}, opts=within)
policy = k8s.apiextensions.CustomResource(
    "policy",
    api_version="cilium.io/v2",
    kind="CiliumNetworkPolicy",
    metadata={"name": "dns", "namespace": shop.metadata.name},
    spec={"endpointSelector": {}},
    opts=within,
)
pulumi.export("kubeconfig", text)
"""


def test_subnets_written_at_once_are_refused_and_chained_ones_are_not(engine: Engine) -> None:
    engine.cloud.order(operation_seconds={"network:Subnet": 5.0})  # long enough for a busy machine to start all three
    engine.program(HEAD + SUBNETS, {**CONFIG, "app:subnets": "3"})

    up = engine.up("--skip-preview")

    assert up.code != 0
    assert len([error for error in up.errors if "AnotherOperationInProgress" in error]) == 2
    engine.cloud.order(operation_seconds={"network:Subnet": 0.2})
    engine.configure({**CONFIG, "app:subnets": "3", "app:chained": "true"})
    assert engine.up("--skip-preview").code == 0


def test_lost_answer_blocks_every_up_until_the_resource_is_imported(engine: Engine) -> None:
    engine.program(HEAD + SUBNETS, CONFIG)
    engine.cloud.order(faults=[{"kind": "fail-after", "type": "VirtualNetwork"}])

    assert any("connection reset by peer" in error for error in engine.up("--skip-preview").errors)
    again = engine.up("--skip-preview")
    assert any(f"cannot create already existing resource '{NETWORK}'" in error for error in again.errors)

    flags = ("--yes", "--stack", "test", "--protect=false", "--generate-code=false")
    imported = engine.run("import", "azure-native:network:VirtualNetwork", "main", NETWORK, *flags)
    assert imported.code == 0, imported.text
    assert engine.up("--skip-preview").code == 0
    assert engine.settled()


def test_half_done_create_is_kept_and_finished_by_the_next_up(engine: Engine) -> None:
    engine.program(HEAD + SUBNETS, CONFIG)
    engine.cloud.order(faults=[{"kind": "half-done", "type": "VirtualNetwork"}])

    assert any("ProvisioningFailed" in error for error in engine.up("--skip-preview").errors)
    assert engine.resources()["VirtualNetwork main"]["initErrors"]
    again = engine.up("--skip-preview")

    assert (again.code, again.ops()) == (0, {"VirtualNetwork main": "update"})
    assert engine.settled()


def test_provider_that_dies_in_an_update_is_started_again_by_the_next_up(engine: Engine) -> None:
    engine.program(HEAD + SUBNETS, CONFIG)
    assert engine.up("--skip-preview").code == 0
    engine.cloud.order(faults=[{"kind": "crash", "method": "Update", "type": "VirtualNetwork"}])
    engine.configure({**CONFIG, "app:tag": "other"})

    assert engine.up("--skip-preview").code != 0
    again = engine.up("--skip-preview")

    assert (again.code, again.ops()) == (0, {"VirtualNetwork main": "update"})


def test_nobody_signed_in_stops_before_anything_happens(engine: Engine) -> None:
    engine.program(HEAD + SUBNETS, CONFIG)
    engine.cloud.order(login="none")

    preview = engine.preview()

    assert preview.code != 0
    assert "Please run 'az login' to setup account" in preview.text
    assert engine.cloud.snapshot() == {}


def test_cluster_with_policies_goes_up_settles_and_keeps_its_credentials_secret(engine: Engine) -> None:
    engine.program(HEAD + CLUSTER + POLICIES, CONFIG)

    preview = engine.preview()
    assert (preview.code, preview.errors) == (0, [])
    assert not engine.cloud.calls("Create")
    up = engine.up("--skip-preview")
    assert (up.code, up.errors) == (0, [])
    made = "ResourceGroup group,ManagedCluster cluster,kubernetes provider,Namespace shop,CiliumNetworkPolicy policy"
    assert up.ops() == dict.fromkeys(made.split(","), "create")
    assert engine.settled()

    outputs = engine.outputs()
    assert outputs["issuer"].startswith("https://westeurope.oic.prod-aks.azure.com/")
    assert outputs["kubeconfig"] == "[secret]"
    assert PLANTED_TOKEN in engine.outputs(secrets=True)["kubeconfig"]
    state = (engine.folder / "backend" / ".pulumi" / "stacks" / "cilia" / "test.json").read_text()
    assert PLANTED_TOKEN not in state
    assert base64.b64encode(PLANTED_TOKEN.encode())[:-4].decode() not in state
    assert PLANTED_TOKEN not in up.text

    down = engine.destroy("--skip-preview")
    assert (down.code, down.errors) == (0, [])
    assert engine.cloud.snapshot() == {}


def test_pod_range_replaces_the_cluster_and_deletes_it_first(engine: Engine) -> None:
    engine.program(HEAD + CLUSTER, CONFIG)
    assert engine.up("--skip-preview").code == 0
    engine.configure({**CONFIG, "app:podCidr": "192.169.0.0/16"})

    preview = engine.preview()
    ops = [(step.label, step.op) for step in preview.steps()]
    assert ops == [("ManagedCluster cluster", op) for op in ("delete-replaced", "replace", "create-replacement")]
    (step,) = [step for step in preview.steps() if step.op == "create-replacement"]
    assert step.detailed == {"networkProfile.podCidr": "update-replace"}
    engine.configure({**CONFIG, "app:protect": "true"})
    assert engine.up("--skip-preview").code == 0
    engine.configure({**CONFIG, "app:protect": "true", "app:podCidr": "192.169.0.0/16"})
    assert engine.preview().code != 0
    assert engine.destroy().code != 0
    assert len(engine.cloud.calls("Delete")) == 0


def test_frozen_property_is_planned_as_an_update_and_refused_by_azure(engine: Engine) -> None:
    engine.program(HEAD + CLUSTER, CONFIG)
    assert engine.up("--skip-preview").code == 0
    engine.configure({**CONFIG, "app:maxPods": "50"})

    preview = engine.preview()
    up = engine.up("--skip-preview")

    assert (preview.code, preview.ops()) == (0, {"ManagedCluster cluster": "update"})
    assert any("PropertyChangeNotAllowed" in error for error in up.errors)


def test_drift_is_found_by_a_refresh_and_put_back_by_the_next_up(engine: Engine) -> None:
    engine.program(HEAD + CLUSTER, CONFIG)
    assert engine.up("--skip-preview").code == 0
    pool = next(item.id for item in engine.cloud.snapshot().values() if item.id.endswith("/agentPools/system"))
    with engine.cloud.drift(pool) as body:
        body["count"] = 4

    refresh = engine.refresh("--skip-preview")
    assert refresh.drifted() == {"ManagedCluster cluster"}
    up = engine.up("--skip-preview")

    assert [step.detailed for step in up.steps()] == [{"agentPoolProfiles[0].count": "update"}]
    assert engine.cloud.snapshot()[pool.lower()].body["count"] == 1


EXPLICIT = """
import json


def package():
    value = json.dumps({"module": "containerservice", "version": "v20260501"}).encode()
    text = base64.b64encode(base64.b64encode(value)).decode()
    name = "azure-native_containerservice_v20260501"
    return pulumi.runtime.register_package("azure-native", "3.29.0", "", name, "3.29.0", text)


cluster = pulumi.CustomResource(
    "azure-native_containerservice_v20260501:containerservice:ManagedCluster",
    "cluster",
    {
        "resourceGroupName": group.name,
        "resourceName": "aks-main",
        "location": "westeurope",
        "kubernetesVersion": "1.34",
        "dnsPrefix": "aks-main",
        "identity": {"type": "SystemAssigned"},
        "agentPoolProfiles": [{"name": "system", "mode": "System", "vmSize": "Standard_D4ds_v5", "count": 1}],
        "networkProfile": {
            "networkPlugin": "azure",
            "networkPluginMode": "overlay",
            "networkDataplane": "cilium",
            "networkPolicy": "cilium",
            "advancedNetworking": {
                "enabled": True,
                "security": {
                    "enabled": True,
                    "transitEncryption": {"type": settings.get("encryption") or "None"},
                },
            },
        },
    },
    package_ref=package(),
)
"""


def test_explicit_version_is_served_by_the_same_plugin(engine: Engine) -> None:
    engine.program(HEAD + EXPLICIT, CONFIG)

    up = engine.up("--skip-preview")
    assert (up.code, up.errors) == (0, [])
    assert engine.resources()["ManagedCluster cluster"]["outputs"]["azureApiVersion"] == "2026-05-01"
    assert engine.settled()
    engine.configure({**CONFIG, "app:encryption": "WireGuard"})
    changed = engine.up("--skip-preview")

    path = "networkProfile.advancedNetworking.security.transitEncryption.type"
    assert [(step.op, step.detailed) for step in changed.steps()] == [("update", {path: "update"})]
    assert engine.refresh("--skip-preview").drifted() == set()
