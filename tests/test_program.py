"""The whole program with every shipped stack, recorded: what exists, in which order, and what is promised of it."""

from __future__ import annotations

import functools
import itertools
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pulumi
import pytest
from pulumi.runtime.proto.resource_pb2 import RegisterResourceRequest, RegisterResourceResponse

from cilia.monitor import Monitor
from cilia.preview_data import preview_stack, pulumi_config
from cilia.record import Recording, Resource, record
from components.facts.mutability import POOL_FIXED_AT_CREATION
from components.outputs import strip_type_aliases
from stacks.load import load_file
from tests.sdk_types import unknown_properties

ROOT = Path(__file__).parent.parent
TODAY = date(2026, 8, 21)
STACKS = ("dev", "staging", "prod", "podsubnet", "staticblock", "nodesubnet", "dualstack", "byocni", "defence")
COMPONENTS = {
    "cilia:network:Network",
    "cilia:identity:ClusterIdentity",
    "cilia:cluster:AksCluster",
    "cilia:cilium:CiliumRelease",
    "cilia:policies:PolicyBundle",
}
BUNDLE = "cilia:policies:PolicyBundle"
ONLY_IN = {"cilia:cilium:CiliumRelease": {"byocni"}, BUNDLE: {"dev", "byocni", "defence"}}
GROUP = "azure-native:resources:ResourceGroup"
CLUSTER = "azure-native:containerservice:ManagedCluster"
POOL = "azure-native:containerservice:AgentPool"
SUBNET = "azure-native:network:Subnet"
ROLE_ASSIGNMENT = "azure-native:authorization:RoleAssignment"
PROTECTED = {
    GROUP,
    CLUSTER,
    POOL,
    SUBNET,
    "azure-native:network:VirtualNetwork",
    "azure-native:network:NetworkSecurityGroup",
    "azure-native:network:PublicIPAddress",
    "azure-native:network:NatGateway",
}
every_stack = pytest.mark.parametrize("stack", STACKS)


@functools.cache
def recorded(stack: str) -> Recording:
    """What the program registers for a shipped stack."""
    preview = preview_stack(ROOT / "stacks" / f"Pulumi.{stack}.yaml", ROOT, today=TODAY)
    assert preview.recording is not None, preview
    return preview.recording


def of_type(stack: str, kind: str) -> list[Resource]:
    """A shipped stack's resources of one type, in order."""
    return [resource for resource in recorded(stack).resources if resource.type == kind]


def named(stack: str, kind: str, name: str) -> Resource:
    """The one resource of a shipped stack with a type and a name."""
    (found,) = (resource for resource in of_type(stack, kind) if resource.name == name)
    return found


def depends_on(resource: Resource) -> list[str]:
    """The URNs that a resource waits for."""
    found = resource.options.get("dependsOn", [])
    assert isinstance(found, list)
    return found


def siblings(stack: str, kind: str) -> Iterator[list[Resource]]:
    """Resources of one type in groups of the same parent."""
    found = of_type(stack, kind)
    for parent in dict.fromkeys(resource.parent for resource in found):
        yield [resource for resource in found if resource.parent == parent]


@every_stack
def test_nothing_comes_before_what_it_needs(stack: str) -> None:
    seen: set[str] = set()
    for resource in recorded(stack).resources:
        needs = {resource.parent, *depends_on(resource), resource.options.get("provider")} - {None}
        assert needs <= seen, resource.urn
        seen.add(resource.urn)


@every_stack
def test_subnets_of_a_network_are_written_one_after_the_other(stack: str) -> None:
    for subnets in siblings(stack, SUBNET):
        for before, after in itertools.pairwise(subnets):
            assert before.urn in depends_on(after)


@every_stack
def test_a_cluster_waits_for_the_rights_of_its_identity(stack: str) -> None:
    for cluster in of_type(stack, CLUSTER):
        own = [each for each in of_type(stack, ROLE_ASSIGNMENT) if each.name.startswith(f"{cluster.name}-")]
        assert own
        assert {each.urn for each in own} <= set(depends_on(cluster))


@every_stack
def test_every_subnet_of_a_pool_has_a_right_granted_on_it(stack: str) -> None:
    scopes = {each.inputs["scope"] for each in of_type(stack, ROLE_ASSIGNMENT)}
    inline = [pool for cluster in of_type(stack, CLUSTER) for pool in cluster.inputs["agentPoolProfiles"]]  # type: ignore[attr-defined]
    pools = [*inline, *(pool.inputs for pool in of_type(stack, POOL))]
    subnets = {pool.get(key) for pool in pools for key in ("vnetSubnetID", "podSubnetID")} - {None}
    assert subnets == scopes


@every_stack
def test_what_belongs_to_a_cluster_comes_after_it(stack: str) -> None:
    for cluster in of_type(stack, CLUSTER):
        for resource in recorded(stack).resources:
            if resource.parent == cluster.parent and resource is not cluster and resource.custom:
                assert cluster.urn in depends_on(resource)


@pytest.mark.parametrize(("stack", "protected"), [("dev", set()), ("staging", PROTECTED), ("prod", PROTECTED)])
def test_what_cannot_be_made_again_is_protected_where_the_stack_is(stack: str, protected: set[str]) -> None:
    by_type: dict[str, set[bool]] = {}
    for resource in recorded(stack).resources:
        by_type.setdefault(resource.type, set()).add(bool(resource.options.get("protect")))
    assert {kind for kind, found in by_type.items() if found == {True}} == protected & by_type.keys()
    assert not any(len(found) > 1 for found in by_type.values())


@pytest.mark.parametrize(
    ("stack", "kind", "name", "ignored"),
    [
        ("dev", CLUSTER, "main", None),
        ("staging", POOL, "main-general", ["count"]),
        ("prod", CLUSTER, "main", None),
        ("prod", CLUSTER, "tools", ["agentPoolProfiles[0].count"]),
        ("prod", POOL, "main-general", ["count"]),
        ("prod", POOL, "main-memory", ["count"]),
    ],
)
def test_only_leaves_that_azure_owns_are_ignored(stack: str, kind: str, name: str, ignored: list[str] | None) -> None:
    assert named(stack, kind, name).options.get("ignoreChanges") == ignored


@every_stack
def test_pools_are_replaced_by_what_azure_cannot_change_in_place(stack: str) -> None:
    for pool in of_type(stack, POOL):
        assert pool.options["replaceOnChanges"] == list(POOL_FIXED_AT_CREATION)


def test_everything_in_a_cluster_waits_for_its_own_cilium() -> None:
    (release,) = of_type("byocni", "kubernetes:helm.sh/v3:Release")
    cluster = named("byocni", CLUSTER, "main")
    assert depends_on(release) == [cluster.urn]
    assert release.options["deletedWith"] == cluster.urn
    inside = [each for each in recorded("byocni").resources if each.type.startswith("kubernetes:")]
    reached = {release.urn}
    for each in inside:  # in an order in which nothing comes before what it needs
        if reached & set(depends_on(each)):
            reached.add(each.urn)
    assert {each.urn for each in inside} == reached
    assert len(reached) > 1


def test_preview_shows_the_values_of_the_release() -> None:
    (release,) = of_type("byocni", "kubernetes:helm.sh/v3:Release")
    values = release.inputs["values"]
    assert isinstance(values, dict)
    assert values["ipam"]["operator"] == {
        "clusterPoolIPv4PodCIDRList": ["100.64.0.0/16"],
        "clusterPoolIPv4MaskSize": 24,
    }
    assert values["bandwidthManager"] == {"enabled": True}
    assert "10.0.0.0/8" not in json.dumps(values)


@every_stack
def test_resources_stand_below_components_and_components_below_nothing_but_their_cluster(stack: str) -> None:
    types = {resource.urn: resource.type for resource in recorded(stack).resources}
    for resource in recorded(stack).resources:
        if resource.type == BUNDLE:
            assert types[str(resource.parent)] == "cilia:cluster:AksCluster"
        elif resource.type == GROUP or not resource.custom:
            assert resource.parent is None
        else:
            assert types[str(resource.parent)] in COMPONENTS
    expected = COMPONENTS - {kind for kind, stacks in ONLY_IN.items() if stack not in stacks}
    assert {resource.type for resource in recorded(stack).resources if not resource.custom} == expected


@every_stack
def test_no_two_resources_have_one_urn(stack: str) -> None:
    urns = [resource.urn for resource in recorded(stack).resources]
    assert len(urns) == len(set(urns))


@every_stack
def test_every_property_is_one_that_the_provider_knows(stack: str) -> None:
    azure = [resource for resource in recorded(stack).resources if resource.type.startswith("azure-native:")]
    assert {resource.urn: unknown_properties(resource.type, resource.inputs) for resource in azure} == {
        resource.urn: [] for resource in azure
    }


@every_stack
def test_an_update_runs_to_its_end_and_keeps_credentials_secret(stack: str) -> None:
    config, secret_keys = pulumi_config(load_file(ROOT / "stacks" / f"Pulumi.{stack}.yaml", today=TODAY).document)
    recording = record(ROOT, project="cilia", stack=stack, config=config, secret_keys=secret_keys, dry_run=False)
    providers = [each for each in recording.resources if each.type == "pulumi:providers:kubernetes"]
    assert len(providers) == len(of_type(stack, CLUSTER))
    assert all(provider.inputs["kubeconfig"] == {"$secret": True} for provider in providers)
    assert "apiVersion: v1" not in json.dumps([[each.as_json() for each in recording.resources], recording.outputs])


def test_a_secret_is_nowhere_in_plain_text() -> None:
    config, _ = pulumi_config(load_file(ROOT / "stacks" / "Pulumi.prod.yaml", today=TODAY).document)
    planted = {**config, "cilia:secrets": '{"planted": "hunter2-in-plain-text"}'}
    for dry_run in (True, False):
        recording = record(
            ROOT, project="cilia", stack="prod", config=planted, secret_keys=["cilia:secrets"], dry_run=dry_run
        )
        said = [[each.as_json() for each in recording.resources], recording.outputs, str(recording.messages)]
        assert "hunter2" not in json.dumps(said)


@every_stack
def test_outputs_tell_what_people_need_afterwards(stack: str) -> None:
    outputs = recorded(stack).outputs
    plan = load_file(ROOT / "stacks" / f"Pulumi.{stack}.yaml", today=TODAY).plan
    assert plan is not None
    assert outputs.keys() == {"resourceGroup", "networks", "clusters"}
    networks, clusters = outputs["networks"], outputs["clusters"]
    assert isinstance(networks, dict)
    assert isinstance(clusters, dict)
    assert {key: set(network["subnets"]) for key, network in networks.items()} == {
        key: {subnet.key for subnet in network.subnets} for key, network in plan.networks.items()
    }
    assert {key: set(network["publicIPs"]) for key, network in networks.items()} == {
        key: {address.key for address in network.public_ips} for key, network in plan.networks.items()
    }
    assert clusters.keys() == plan.clusters.keys()
    for key, cluster in clusters.items():
        assert {"id", "name", "fqdn", "oidcIssuerUrl", "credentials", "identity"} <= cluster.keys()
        assert cluster["credentials"].endswith(f"--name {plan.clusters[key].name}")


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> list[RegisterResourceRequest]:
    """Registrations as the engine would receive them."""
    seen: list[RegisterResourceRequest] = []
    register = Monitor.RegisterResource

    def keep(self: Monitor, request: RegisterResourceRequest) -> RegisterResourceResponse:
        seen.append(request)
        return register(self, request)

    monkeypatch.setattr(Monitor, "RegisterResource", keep)
    return seen


@pytest.mark.parametrize(("keep", "kept"), [("false", False), ("true", True)], ids=["as a rule", "when asked"])
def test_the_sdks_aliases_to_other_api_versions_are_kept_only_when_asked(
    keep: str, tmp_path: Path, requests: list[RegisterResourceRequest], *, kept: bool
) -> None:
    text = (ROOT / "stacks" / "Pulumi.dev.yaml").read_text()
    file = tmp_path / "Pulumi.dev.yaml"
    file.write_text(text.replace("    protect: false\n", f"    protect: false\n    keepTypeAliases: {keep}\n"))
    assert preview_stack(file, ROOT, today=TODAY).recording
    # the SDK's name another API version of the same package; others may be ours
    aliased = {request.type for request in requests if any("/v" in alias.spec.type for alias in request.aliases)}
    azure = {request.type for request in requests if request.type.startswith("azure-native:")}
    assert azure & aliased == (azure if kept else set())


def test_an_alias_that_somebody_gave_is_kept() -> None:
    own: list[pulumi.Input[str | pulumi.Alias]] = [
        pulumi.Alias(name="old"),
        "urn:pulumi:dev::cilia::some:type:Old::old",
    ]
    sdk = pulumi.Alias(type_="azure-native:network/v20240101:Subnet")
    options = pulumi.ResourceOptions(aliases=[*own, sdk])
    resource = pulumi.Resource.__new__(pulumi.CustomResource)
    changed = strip_type_aliases(pulumi.ResourceTransformationArgs(resource, SUBNET, "main-nodes", {}, options))
    assert changed is not None
    assert changed.opts.aliases == own
