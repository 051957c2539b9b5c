"""What a step of a runbook asks about a cluster: whether it has something, and what that is called."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Iterator

from cilia.helm import QUERIES
from cilia.runbook_data import Facts, Names
from cilia.values import objects, releases
from components.cluster.api_server import SYSTEM_ZONE
from components.cluster.capacity import max_pods
from components.facts.features import ModeName
from components.network.zones.plan import zone_name
from components.values import Ref
from stacks.around import CONTROLLER
from stacks.cilium import api_server_name
from stacks.cilium import own_cilium as own_cilium_of
from stacks.plan import NO_SUBSCRIPTION

Has = Callable[[Facts], bool]


def always(_: Facts) -> bool:
    """Every cluster."""
    return True


def own_cilium(facts: Facts) -> bool:
    """Whether Cilium is one's own."""
    return facts.view.mode.name is ModeName.BYOCNI


def cilium(facts: Facts) -> bool:
    """Whether there is Cilium."""
    return own_cilium(facts) or facts.view.config.networking.dataplane == "cilium"


def managed_cilium(facts: Facts) -> bool:
    """Whether AKS runs Cilium."""
    return cilium(facts) and not own_cilium(facts)


def acns(facts: Facts) -> bool:
    """Whether anything of ACNS is on."""
    return facts.view.config.acns.enabled


def istio(facts: Facts) -> bool:
    """Whether there is the Istio add-on."""
    return facts.view.config.istio is not None


def written_by_others(facts: Facts) -> bool:
    """Whether this program writes nothing into the cluster."""
    return not facts.plan.clusters[facts.view.key].applies_in_cluster


def installed_by_others(facts: Facts) -> Iterator[Names]:
    """The lines that bring in a Cilium of one's own, after those that write its values."""
    for release in releases(facts.loaded):
        if release.plan.key == facts.view.key:
            lines = release.installation(f"{_VALUES}/{release.file}")
            yield {"lines": "\n".join((_values_line(facts), *lines))}


def applied_by_others(facts: Facts) -> Iterator[Names]:
    """The lines that bring in objects of the mesh and of network logs, after those that write them."""
    for each in objects(facts.loaded):
        if each.key == facts.view.key:
            lines = each.application(f"{_VALUES}/{each.file}")
            yield {"lines": "\n".join((_values_line(facts), *lines))}


def policies_by_others(facts: Facts) -> Iterator[Names]:
    """The lines that bring in the cluster's policies, after those that write them."""
    key, stack = facts.view.key, shlex.quote(facts.loaded.file)
    if key in facts.plan.policies:
        yield {"write": f"{_CILIA} policies {stack} --out {_POLICIES}", "directory": f"{_POLICIES}/{key}"}


_CILIA = ".venv/bin/cilia"
"""Where the project's own environment has this program, seen from the project."""
_VALUES, _POLICIES = "cilia-values", "cilia-policies"
"""The directories that a runbook has files written to."""


def _values_line(facts: Facts) -> str:
    return f"{_CILIA} values {shlex.quote(facts.loaded.file)} --out {_VALUES}"


def entra(facts: Facts) -> bool:
    """Whether people sign in with Entra."""
    return facts.plan.clusters[facts.view.key].kubelogin is not None


def private_servers(facts: Facts) -> Iterator[Names]:
    """What Azure calls the name of a private API server, and who knows it."""
    if facts.view.config.api_server.enable_private_cluster:
        name = api_server_name(facts.view)
        knows = "public DNS has" if name == "fqdn" else "resolves in its networks only"
        yield {"query": QUERIES[name], "dns": knows}


def hubble(facts: Facts) -> bool:
    """Whether AKS runs Hubble's relay."""
    return facts.view.config.acns.observability and managed_cilium(facts)


def own_relay(facts: Facts) -> bool:
    """Whether a Cilium of one's own has Hubble's relay."""
    own = own_cilium_of(facts.view)
    return own is not None and bool(own.value("hubble", "relay", "enabled"))


def ports(facts: Facts) -> Iterator[Names]:
    """Ports of the machine that one works on: each cluster has its own, so that none shows the flows of another."""
    place = list(facts.plan.clusters).index(facts.view.key)
    yield {"port": str(_RELAY_PORT + place), "ui_port": str(_PICTURES_PORT + place)}


def pictures(facts: Facts) -> Iterator[Names]:
    """The same, where there are Hubble's pictures."""
    own = own_cilium_of(facts.view)
    return ports(facts) if own is not None and own.value("hubble", "ui", "enabled") else iter(())


_RELAY_PORT, _PICTURES_PORT = 4245, 12000
"""What cilium's own port-forward and ui take; https://docs.cilium.io/en/stable/cmdref/cilium_hubble_port-forward."""


def retina(facts: Facts) -> bool:
    """Whether ACNS measures flows without Cilium."""
    return facts.view.config.acns.observability and not cilium(facts)


def subscription(facts: Facts) -> Iterator[Names]:
    """The subscription, where the file names one."""
    if facts.plan.scope.subscription_id != NO_SUBSCRIPTION:
        yield {"subscription": facts.plan.scope.subscription_id}


def kube_proxy(facts: Facts) -> bool:
    """Whether kube-proxy runs: Cilium takes its place only where AKS runs it."""
    return not managed_cilium(facts)


def workload_identities(facts: Facts) -> bool:
    """Whether service accounts use identities of Azure."""
    return bool(facts.view.config.workload_identities)


def key_vaults(facts: Facts) -> bool:
    """Whether pods mount secrets of key vaults."""
    return facts.view.config.key_vault_secrets_provider is not None


def metrics(facts: Facts) -> bool:
    """Whether managed Prometheus collects metrics."""
    return facts.view.config.monitoring.metrics is not None


def logs(facts: Facts) -> bool:
    """Whether Container Insights collects logs."""
    return facts.view.config.monitoring.logs is not None


def network_logs(facts: Facts) -> bool:
    """Whether network flows are logged."""
    config = facts.view.config.monitoring.logs
    return config is not None and config.network_logs is not None


def defender(facts: Facts) -> bool:
    """Whether Defender watches the nodes."""
    return facts.view.config.monitoring.defender is not None


def observed(facts: Facts) -> bool:
    """Whether anything collects the cluster's data."""
    return metrics(facts) or logs(facts) or defender(facts)


def provisioned(facts: Facts) -> bool:
    """Whether AKS makes nodes for pods that wait."""
    return facts.view.config.node_provisioning_profile.mode == "Auto"


def static_egress(facts: Facts) -> bool:
    """Whether pods may leave by static egress gateways."""
    return facts.view.config.static_egress


def gateway_pools(facts: Facts) -> Iterator[Names]:
    """The pools whose nodes have the addresses of static egress gateways."""
    yield from ({"pool": pool.name} for pool in facts.view.pools if pool.mode == "Gateway")


def maintained(facts: Facts) -> bool:
    """Whether there are maintenance windows."""
    return bool(facts.plan.clusters[facts.view.key].maintenance)


def registries(facts: Facts) -> Iterator[Names]:
    """Registries that nodes get images from, as far as the file says what they are called."""
    for registry in facts.view.config.container_registries.values():
        if isinstance(registry, str):
            yield {"registry": registry.rpartition("/")[2].lower()}


def has_registries(facts: Facts) -> bool:
    """Whether there are any."""
    return any(True for _ in registries(facts))


def zones(facts: Facts) -> Iterator[Names]:
    """Private DNS zones: those written in the cluster's network, and the one that has its API server's name."""
    vnet = facts.view.network
    for zone in vnet.config.private_dns_zones.values() if vnet is not None else ():
        name = zone_name(zone, facts.plan.scope)
        yield {"called": name, "zone": f"--resource-group {facts.names['group']} --zone-name {name}"}
    server = facts.view.config.api_server
    if server.zone == SYSTEM_ZONE:
        shown = "az aks show --resource-group {group} --name {cluster} --query nodeResourceGroup --output tsv"
        group = f'--resource-group "$({shown.format_map(facts.names)})"'
        name = f"$(az network private-dns zone list {group} --query '[].name' --output tsv)"
        yield {"called": "the API server's zone", "zone": f'{group} --zone-name "{name}"'}
    elif isinstance(server.private_dns_zone, str) and server.private_dns_zone.startswith("/"):
        _, _, subscription, _, group, *_, name = server.private_dns_zone.split("/")
        place = f"--subscription {subscription} --resource-group {shlex.quote(group)}"
        yield {"called": name, "zone": f"{place} --zone-name {name}"}


def has_zones(facts: Facts) -> bool:
    """Whether there are any."""
    return any(True for _ in zones(facts))


def application_gateway(facts: Facts) -> bool:
    """Whether there is an Application Gateway for Containers."""
    return facts.plan.around[facts.view.key].gateway is not None


def controllers(facts: Facts) -> Iterator[Names]:
    """The gateway, and the identity of its controller."""
    around = facts.plan.around[facts.view.key]
    if around.gateway is not None:
        identity = next(plan.name for plan in around.workloads if plan.key == CONTROLLER)
        yield {"gateway": around.gateway.name, "identity": identity}


def goes_out_by(kind: str) -> Has:
    """Whether this is the way out."""
    return lambda facts: facts.view.config.networking.outbound.type == kind


def where(has: Has) -> Callable[[Facts], Iterable[Names]]:
    """Once, where a cluster has something."""
    return lambda facts: ({},) if has(facts) else ()


def pools(facts: Facts) -> Iterator[Names]:
    """Every pool, with the pods that a node of it has at most."""
    for pool in facts.view.pools:
        yield {"pool": pool.name, "max_pods": str(max_pods(facts.view.config, pool.config))}


def revisions(facts: Facts) -> Iterator[Names]:
    """The revisions of the mesh."""
    mesh = facts.view.config.istio
    yield from ({"revision": revision} for revision in (mesh.revisions if mesh else ()))


def canaries(facts: Facts) -> Iterator[Names]:
    """The old and the new revision, while an upgrade is under way."""
    mesh = facts.view.config.istio
    if mesh is not None and len(mesh.revisions) > 1:
        yield {"old": mesh.revisions[0], "new": mesh.revisions[1]}


def tags(facts: Facts) -> Iterator[Names]:
    """Revision tags."""
    mesh = facts.view.config.istio
    yield from ({"tag": tag, "revision": revision} for tag, revision in (mesh.tags if mesh else {}).items())


def own_authority(facts: Facts) -> Iterator[Names]:
    """The revisions of a mesh whose certificates an authority of one's own signs."""
    mesh = facts.view.config.istio
    return revisions(facts) if mesh is not None and mesh.certificate_authority is not None else iter(())


def moved(facts: Facts) -> Iterator[Names]:
    """Namespaces whose pods get the new sidecar, while an upgrade of the mesh is under way."""
    for namespace, _, revision, new in _during_upgrade(facts):
        if revision == new:
            yield {"namespace": namespace}


def unmoved(facts: Facts) -> Iterator[Names]:
    """Namespaces whose pods would get the old sidecar again, what says so, and what shows that it no longer does."""
    tools = facts.names
    for namespace, label, revision, new in _during_upgrade(facts):
        if revision == new:
            continue
        if label == revision:
            by = f"injection.{namespace}"
            look = f"{tools['kubectl']} get namespace {namespace} --label-columns istio.io/rev"
        else:
            by = f"tags.{label}"
            look = f"{tools['istioctl']} --istioNamespace aks-istio-system tag list"
        yield {"namespace": namespace, "now": revision, "new": new, "look": look, "by": _istio(facts, by)}


def _istio(facts: Facts, path: str) -> str:
    return f"clusters.{facts.view.key}.istio.{path}"


def _during_upgrade(facts: Facts) -> Iterator[tuple[str, str, str, str]]:
    """Each namespace with sidecars: its label, the revision that the label stands for, and the new one."""
    mesh = facts.view.config.istio
    for each in canaries(facts):
        for namespace, label in (mesh.injection if mesh else {}).items():
            yield namespace, label, mesh.tags.get(label, label) if mesh else label, each["new"]


def ingress_gateways(facts: Facts) -> Iterator[Names]:
    """Ingress gateways that are on."""
    mesh = facts.view.config.istio
    if mesh is not None:
        kinds = {"external": mesh.ingress_gateways.external, "internal": mesh.ingress_gateways.internal}
        yield from ({"gateway": f"aks-istio-ingressgateway-{kind}"} for kind, on in kinds.items() if on)


def egress_gateways(facts: Facts) -> Iterator[Names]:
    """Egress gateways."""
    mesh = facts.view.config.istio
    for name, gateway in (mesh.egress_gateways if mesh else {}).items():
        configuration = gateway.gateway_configuration_name or name
        yield {"gateway": name, "namespace": gateway.namespace, "configuration": configuration}


def workloads(facts: Facts) -> Iterator[Names]:
    """Identities of workloads."""
    for plan in facts.plan.around[facts.view.key].workloads:
        yield {"identity": plan.name}


def network(facts: Facts) -> Iterator[Names]:
    """The network, by its ARM id or what prints it."""
    vnet = facts.view.network
    if vnet is not None and vnet.plan is not None:
        existing = vnet.config.id
        if isinstance(existing, str):
            yield {"vnet": existing}
        elif existing is None:
            shown = f"az network vnet show --resource-group {facts.plan.scope.resource_group} --name {vnet.plan.name}"
            yield {"vnet": f"$({shown} --query id --output tsv)"}


def nat_addresses(facts: Facts) -> Iterator[Names]:
    """The public addresses of the NAT gateways on the cluster's subnets."""
    vnet = facts.view.network
    if vnet is None or vnet.plan is None or not goes_out_by("userAssignedNATGateway")(facts):
        return
    attached = {
        subnet.properties.get("natGateway", {}).get("id")
        for subnet in vnet.plan.subnets
        if any(pool.config.subnet == subnet.key for pool in facts.view.pools)
    }
    for address in vnet.plan.public_ips:
        gateway = address.key.rpartition("-")[0]
        if Ref("natGateway", f"{vnet.key}/{gateway}") in attached:
            yield {"address": address.name}
