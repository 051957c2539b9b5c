"""Resources in order, from a stack's plan. The only file of `stacks` that imports Pulumi."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import date
from functools import partial, reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pulumi
from pulumi.runtime import config as runtime_config
from pulumi_azure_native import authorization, resources

from components.cilium.resources import CiliumRelease
from components.cluster.plan import ClusterPlan
from components.cluster.resources import AksCluster
from components.identity.access.resources import Access
from components.identity.resources import ClusterIdentity
from components.identity.workload.resources import WorkloadIdentities
from components.ingress.resources import ApplicationGateway
from components.istio.resources import Mesh
from components.monitoring.resources import Collection, Workspaces
from components.network.peerings.resources import Peerings
from components.network.resources import Network
from components.network.zones.resources import PrivateDnsZones
from components.outputs import arguments, strip_type_aliases, substitute
from components.problems import PROJECT_NAMESPACE, ConfigError
from components.values import Ref
from stacks.around import AroundPlan
from stacks.load import load_values, stack_name
from stacks.plan import StackPlan, secrets, stack_outputs

if TYPE_CHECKING:
    from policies.resources import PolicyBundle
    from stacks.policies import ClusterPolicies


@dataclass(frozen=True, slots=True)
class Deployed:
    """The components of a stack, by key."""

    networks: dict[str, Network]
    identities: dict[str, ClusterIdentity]
    clusters: dict[str, AksCluster]
    zones: dict[str, PrivateDnsZones]
    workloads: dict[str, WorkloadIdentities]
    cilium: dict[str, CiliumRelease]
    meshes: dict[str, Mesh]
    bundles: dict[str, PolicyBundle]


def load_stack() -> StackPlan:
    """The plan of the stack that Pulumi runs; warnings go to Pulumi's log.

    Raises:
        pulumi.RunError: The stack is not deployable; its text has one line for each problem.
    """
    stack = pulumi.get_stack()
    file = Path(__file__).with_name(f"Pulumi.{stack}.yaml")
    values = {
        key: _value(key, text)
        for key, text in {**runtime_config.get_config_env(), **runtime_config.CONFIG.get()}.items()
    }
    try:
        plan, problems = load_values(
            values,
            stack=stack_name(file),
            file=_shortest(file),
            today=date.fromisoformat(os.environ["CILIA_TODAY"]) if "CILIA_TODAY" in os.environ else date.today(),  # noqa: DTZ011 - the user's own day
            subscription_id=_subscription(values),
        )
    except ConfigError as error:
        raise pulumi.RunError(f"the stack file cannot be deployed:\n{error}") from None
    for problem in problems:
        pulumi.log.warn(str(problem))
    return plan


def _value(key: str, text: str) -> object:
    """A configuration value as it stands in the file: Pulumi hands over everything but text as JSON."""
    if not key.startswith(f"{PROJECT_NAMESPACE}:"):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def _shortest(file: Path) -> Path:
    """The file as people would name it: relative to where they are, if it is below."""
    return file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file


def _subscription(values: dict[str, object]) -> str:
    """The subscription of the stack, or else of the login; role assignments contain it.

    Raises:
        pulumi.RunError: Neither names one; with what the provider says.
    """
    configured = values.get("azure-native:subscriptionId")
    if configured:
        return str(configured)
    try:
        return str(authorization.get_client_config().subscription_id)
    except Exception as error:  # noqa: BLE001 - what the SDK raises whenever a function fails
        reason = str(error).rpartition("returned an error: ")[2]
        raise pulumi.RunError(
            f"Azure does not say which subscription to use: {reason}\nSign in with `az login`, or set"
            " azure-native:subscriptionId and sign in as docs/environments.md says"
        ) from None


def build(plan: StackPlan) -> Deployed:
    """Deploys everything in the plan, in the order in which Azure accepts it."""
    if not plan.keep_type_aliases:
        pulumi.runtime.register_stack_transformation(strip_type_aliases)
    known: dict[Ref, pulumi.Input[Any]] = {}
    deployed = Deployed({}, {}, {}, {}, {}, {}, {}, {})
    if plan.resource_group is not None:
        group = resources.ResourceGroup(
            "main", **arguments(plan.resource_group, known), opts=pulumi.ResourceOptions(protect=plan.protect)
        )
        known[Ref("resourceGroup", plan.scope.resource_group, "name")] = group.name
    known.update(_outputs_of_other_stacks(plan))
    known.update(_secrets(plan))
    for key, network in plan.networks.items():
        if network.virtual_network is None:
            known.update({ref: substitute(value, known) for ref, value in network.provided.items()})
            continue
        deployed.networks[key] = Network(key, network, known)
        known.update(deployed.networks[key].references)
    _build_peerings(plan, known, deployed)
    for key, zones in plan.zones.items():
        deployed.zones[key] = PrivateDnsZones(key, zones, known)
        known.update(deployed.zones[key].references)
    _build_observability(plan, known)
    for key in plan.clusters:
        _build_cluster(key, plan, known, deployed)
    for key in plan.policies:
        _build_policies(plan.policies[key], deployed)
    return deployed


def _build_observability(plan: StackPlan, known: dict[Ref, pulumi.Input[Any]]) -> None:
    """Workspaces before the clusters that send data to them."""
    if plan.observability.workspaces:
        known.update(Workspaces("monitoring", plan.observability.workspaces, known).references)
    for key, rights in plan.observability.rights.items():
        if rights.role_assignments:
            Access(f"grafana-{key}", rights, known)


def _outputs_of_other_stacks(plan: StackPlan) -> dict[Ref, pulumi.Input[Any]]:
    """What other stacks' outputs stand for; each stack is asked once."""
    stacks: dict[str, pulumi.StackReference] = {}
    outputs: dict[Ref, pulumi.Input[Any]] = {}
    for ref in stack_outputs(plan):
        if ref.key not in stacks:
            name = ref.key if "/" in ref.key else f"{pulumi.get_organization()}/{pulumi.get_project()}/{ref.key}"
            stacks[ref.key] = pulumi.StackReference(name)
        first, *rest = ref.attribute.split(".")
        outputs[ref] = stacks[ref.key].require_output(first).apply(partial(_inside, keys=tuple(rest)))
    return outputs


def _secrets(plan: StackPlan) -> dict[Ref, pulumi.Input[Any]]:
    """What the stack's secrets stand for; the configuration is asked only where the plan refers to one."""
    found = secrets(plan)
    if not found:
        return {}
    values = pulumi.Config(PROJECT_NAMESPACE).require_secret_object("secrets")
    return {ref: values.apply(partial(_inside, keys=(ref.key,))) for ref in found}


def _inside(value: Any, keys: tuple[str, ...]) -> Any:
    return reduce(lambda mapping, key: mapping[key], keys, value)


def _build_peerings(plan: StackPlan, known: dict[Ref, pulumi.Input[Any]], deployed: Deployed) -> None:
    """All peerings, after all networks; in one chain, since a peering back writes to the other network."""
    subnets = [list(network.subnets.values())[-1:] for network in deployed.networks.values()]
    before: list[pulumi.Resource] = [subnet for last in subnets for subnet in last]
    for key, peerings in plan.peerings.items():
        component = Peerings(key, peerings, known, depends_on=before)
        before = list(component.peerings.values())[-1:]


def _build_cluster(key: str, plan: StackPlan, known: dict[Ref, pulumi.Input[Any]], deployed: Deployed) -> None:
    """One cluster: the identity with its rights first, except where Azure makes the identity with the cluster."""
    identity = plan.identities[key]
    before: list[pulumi.Resource] = []
    if not identity.after_cluster:
        deployed.identities[key] = ClusterIdentity(key, identity, known)
        known.update(deployed.identities[key].references)
        before = deployed.identities[key].role_assignments
    before = [*before, *_links(plan.clusters[key], deployed)]
    deployed.clusters[key] = AksCluster(key, plan.clusters[key], known, depends_on=before)
    known.update(deployed.clusters[key].references)
    if identity.after_cluster and identity.role_assignments:
        deployed.identities[key] = ClusterIdentity(key, identity, known)
    _build_cilium(key, plan, known, deployed)
    _build_around(key, plan.around[key], known, deployed)


def _build_cilium(key: str, plan: StackPlan, known: dict[Ref, pulumi.Input[Any]], deployed: Deployed) -> None:
    """Cilium first of all that is in the cluster: nodes are NotReady until it runs."""
    provider = deployed.clusters[key].provider
    if key in plan.cilium and provider is not None:
        deployed.cilium[key] = CiliumRelease(
            key, plan.cilium[key], known, provider=provider, cluster=deployed.clusters[key].cluster
        )


def _needed_in_cluster(key: str, deployed: Deployed) -> list[pulumi.Resource]:
    """What everything in a cluster has to wait for."""
    return [deployed.cilium[key].release] if key in deployed.cilium else []


def _build_around(key: str, plan: AroundPlan, known: dict[Ref, pulumi.Input[Any]], deployed: Deployed) -> None:
    """What needs the cluster: rights of identities that came with it, identities of workloads, objects in it."""
    rights: list[pulumi.Resource] = []
    if plan.access.role_assignments:
        rights = Access(key, plan.access, known).role_assignments
    if plan.gateway is not None:
        known.update(ApplicationGateway(key, plan.gateway, known).references)
    if plan.workloads:
        deployed.workloads[key] = WorkloadIdentities(key, plan.workloads, known)
        known.update(deployed.workloads[key].references)
    provider, before = deployed.clusters[key].provider, _needed_in_cluster(key, deployed)
    if plan.collection is not None:
        Collection(key, plan.collection, known, provider=provider, depends_on=before)
    if plan.mesh is not None and provider is not None:
        deployed.meshes[key] = Mesh(key, plan.mesh, known, provider=provider, depends_on=[*rights, *before])


def _build_policies(policies: ClusterPolicies, deployed: Deployed) -> None:
    """Bundles after everything that their cluster needs first; those of a cluster for GitOps are only printed."""
    if not policies.applied:
        return
    from policies.resources import ExistingCluster, apply_bundles  # noqa: PLC0415 - takes time

    key = policies.cluster
    bundles = {f"{key}-{bundle.name}": bundle.manifests for bundle in policies.bundles}
    if policies.context is not None:
        owner = ExistingCluster(key, policies.context)
        opts = pulumi.ResourceOptions(parent=owner)
        deployed.bundles.update(apply_bundles(bundles, owner.provider, protect=policies.protect, opts=opts))
        return
    cluster, mesh = deployed.clusters[key], deployed.meshes.get(key)
    if cluster.provider is None:
        return
    deployed.bundles.update(
        apply_bundles(
            bundles,
            cluster.provider,
            protect=policies.protect,
            depends_on=[*_needed_in_cluster(key, deployed), *(mesh.objects.values() if mesh else ())],
            deleted_with=cluster.cluster,
            opts=pulumi.ResourceOptions(parent=cluster),
        )
    )


def _links(cluster: ClusterPlan, deployed: Deployed) -> list[pulumi.Resource]:
    """The links of a cluster's private DNS zone: without them its nodes never find the API server."""
    zones = [zones for zones in deployed.zones.values() if cluster.private_dns_zone in zones.references]
    return [link for found in zones for link in found.links]


def exports(plan: StackPlan, deployed: Deployed) -> dict[str, Any]:
    """What people need afterwards: names, ids, addresses, and the line that gives them credentials."""
    return {
        "resourceGroup": plan.scope.resource_group,
        "networks": {key: _network_outputs(plan, key, deployed) for key in deployed.networks},
        "clusters": {key: _cluster_outputs(plan, key, deployed) for key in deployed.clusters},
    }


def _network_outputs(plan: StackPlan, key: str, deployed: Deployed) -> dict[str, Any]:
    planned, network = plan.networks[key], deployed.networks[key]
    return {
        "id": network.virtual_network.id,
        "name": planned.name,
        "addressSpace": [str(space) for space in planned.address_space],
        "subnets": {
            subnet.key: {"id": network.subnets[subnet.key].id, "cidr": str(subnet.cidr)}
            for subnet in planned.subnets
            if subnet.key in network.subnets
        },
        "publicIPs": {
            address.key: network.references[Ref("publicIP", f"{key}/{address.key}", "ipAddress")]
            for address in planned.public_ips
        },
        "privateDnsZones": {
            zone.zone.key: {"id": deployed.zones[key].references[Ref("privateDnsZone", f"{key}/{zone.zone.key}")]}
            for zone in plan.zones.get(key, ())
        },
    }


def _credentials(resource_group: str, cluster: ClusterPlan) -> str:
    """What gives people credentials; with Entra in the way that needs no browser."""
    credentials = f"az aks get-credentials --resource-group {resource_group} --name {cluster.name}"
    return f"{credentials} && kubelogin convert-kubeconfig -l azurecli" if cluster.kubelogin else credentials


def _cluster_outputs(plan: StackPlan, key: str, deployed: Deployed) -> dict[str, Any]:
    planned, component = plan.clusters[key], deployed.clusters[key]
    cluster = component.cluster
    identity = deployed.identities.get(key)
    outputs: dict[str, Any] = {
        "id": cluster.id,
        "name": planned.name,
        "fqdn": cluster.fqdn,
        "oidcIssuerUrl": cluster.oidc_issuer_profile.apply(lambda profile: profile.issuer_url if profile else None),
        "nodeResourceGroup": cluster.node_resource_group,
        "podCidr": str(planned.pod_cidr) if planned.pod_cidr else None,
        "serviceCidr": str(planned.service_cidr),
        "credentials": _credentials(plan.scope.resource_group, planned),
    }
    if key in deployed.workloads:
        outputs["workloadIdentities"] = {
            name: {"clientId": each.client_id, "principalId": each.principal_id}
            for name, each in deployed.workloads[key].identities.items()
        }
    if identity and identity.identity:
        outputs["identity"] = {
            "id": identity.identity.id,
            "clientId": identity.identity.client_id,
            "principalId": identity.identity.principal_id,
        }
    return outputs
