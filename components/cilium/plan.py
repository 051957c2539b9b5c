"""What follows from the configuration of a Cilium of one's own: the Helm release and its values.

Names and defaults of values: cilium 1.19.6 install/kubernetes/cilium/values.yaml, checked by templates/validate.yaml.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Any

from components.cilium.config import CiliumConfig, IpsecConfig, ResourcesConfig, WireGuardConfig, secret_name
from components.facts import cilium as facts
from components.values import ArmProperties, Ref

ValuePath = tuple[str, ...]
"""Keys into values of the chart."""

TIMEOUT_SECONDS = 900
"""Images are pulled to every node of a new cluster; Helm's own five minutes are too few for that."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What Cilium has to know of its cluster.

    Attributes:
        name: The cluster's Azure name.
        pod_cidr: Its pod range, which is the pool.
        mask_size: Prefix length of a node's part of the pool.
        api_server: Host name of its API server.
        istio: Whether it has the Istio add-on.
        unattended: Whether something else than this program installs Cilium, from rendered manifests perhaps.
        protect: Whether Pulumi refuses to delete it.
    """

    name: str
    pod_cidr: IPv4Network
    mask_size: int
    api_server: str | Ref
    istio: bool = False
    unattended: bool = False
    protect: bool = True


@dataclass(frozen=True, slots=True)
class CiliumPlan:
    """A Helm release.

    Attributes:
        key: The cluster's key.
        name: The release's name.
        namespace: Its namespace.
        chart: Name, path or OCI reference of the chart.
        repository: Where the chart is, if the name does not say.
        version: Version of the chart; None for one of one's own, which says its version itself.
        decided: Values that follow from the configuration.
        values: The same with those of `values:` merged over them.
        ipsec_key: The key of IPsec, which goes into a Secret beside the release.
        waits: Whether Helm can wait until everything runs.
        timeout_seconds: How long.
        protect: Whether Pulumi refuses to delete it.
    """

    key: str
    name: str
    namespace: str
    chart: str
    repository: str | None
    version: str | None
    decided: ArmProperties
    values: ArmProperties
    ipsec_key: Ref | None
    waits: bool
    timeout_seconds: int
    protect: bool


def plan_cilium(key: str, config: CiliumConfig, around: Surroundings) -> CiliumPlan:
    """The release for a cluster.

    Args:
        key: The cluster's key.
        config: What is written about Cilium.
        around: What is written, and known, of the cluster.
    """
    decided = _decided(config, around)
    own = config.chart is not None and not config.chart.startswith(facts.OCI)
    return CiliumPlan(
        key=key,
        name=facts.RELEASE,
        namespace=facts.NAMESPACE,
        chart=config.chart or facts.CHART,
        repository=None if config.chart else facts.REPOSITORY,
        version=None if own else config.version,
        decided=decided,
        values=merged(decided, with_secrets(config.values)),
        ipsec_key=config.encryption.key if isinstance(config.encryption, IpsecConfig) else None,
        waits=not _hook_waits_for_pods(config, around),
        timeout_seconds=TIMEOUT_SECONDS,
        protect=around.protect,
    )


def merged(values: Mapping[str, Any], over: Mapping[str, Any]) -> ArmProperties:
    """Values with others merged over them as Helm does: mappings key by key, everything else as a whole."""
    result = dict(values)
    for name, value in over.items():
        own = result.get(name)
        result[name] = merged(own, value) if isinstance(own, Mapping) and isinstance(value, Mapping) else value
    return result


def with_secrets(values: Any) -> Any:
    """Values in which references stand for every `{secret: <name>}`."""
    name = secret_name(values)
    if name is not None:
        return Ref("secret", name, "value")
    if isinstance(values, Mapping):
        return {key: with_secrets(value) for key, value in values.items()}
    if isinstance(values, list | tuple):
        return [with_secrets(value) for value in values]
    return values


def overridden(decided: Mapping[str, Any], given: Mapping[str, Any], path: ValuePath = ()) -> Iterator[ValuePath]:
    """Paths of given values that say something else than what was decided."""
    for name, value in given.items():
        here = (*path, name)
        if name not in decided:
            continue
        if isinstance(value, Mapping) and isinstance(decided[name], Mapping):
            yield from overridden(decided[name], value, here)
        elif value != decided[name]:
            yield here


def value_at(values: Mapping[str, Any], *path: str) -> Any:
    """The value at a path; None where nothing is."""
    found: Any = values
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _decided(config: CiliumConfig, around: Surroundings) -> ArmProperties:
    """Everything but `values:`, each part beside what it follows from."""
    parts = (
        _restarts(),
        _network(config, around),
        _services(config, around),
        _hubble(config, around),
        _operator(config),
        _encryption(config),
        _policies(config),
        _metrics(config),
        _istio(config, around),
        _images(config),
    )
    result: ArmProperties = {}
    for part in parts:
        result = merged(result, part)
    return result


def _network(config: CiliumConfig, around: Surroundings) -> ArmProperties:
    """Cluster-pool addresses in a tunnel: the only way that AKS without a CNI allows (BYO-03 to BYO-06)."""
    values: ArmProperties = {
        "aksbyocni": {"enabled": True},
        "cluster": {"name": config.cluster.name or around.name.lower(), "id": config.cluster.id},
        "ipam": {
            "mode": "cluster-pool",
            "operator": {
                "clusterPoolIPv4PodCIDRList": [str(around.pod_cidr)],
                "clusterPoolIPv4MaskSize": around.mask_size,
            },
        },
        "routingMode": "tunnel",
        "tunnelProtocol": config.tunnel_protocol,
    }
    return {**values, **_resources(config.resources), **_upgrade(config)}


def _resources(config: ResourcesConfig) -> ArmProperties:
    """As it is written; the chart has none of its own."""
    given = config.model_dump(exclude_unset=True)
    return {"resources": given} if given else {}


def _restarts() -> ArmProperties:
    """Agents and operators take a value when it is applied, and not when they happen to restart.

    Most values only go into Cilium's ConfigMap, which pods read when they start; values.yaml leaves them alone.
    """
    return {"rollOutCiliumPods": True, "operator": {"rollOutPods": True}}


def _upgrade(config: CiliumConfig) -> ArmProperties:
    """Defaults of the version that a cluster was made with stay; cilium Documentation/operations/upgrade.rst."""
    return {"upgradeCompatibility": config.upgrade_compatibility} if config.upgrade_compatibility else {}


def _services(config: CiliumConfig, around: Surroundings) -> ArmProperties:
    """Who balances Services, and how agents find the API server when they do not rely on kube-proxy for that."""
    values: ArmProperties = {"kubeProxyReplacement": config.kube_proxy_replacement}
    if config.kube_proxy_replacement:
        values |= {"k8sServiceHost": around.api_server, "k8sServicePort": 443}
    if config.gateway_api:
        values["gatewayAPI"] = {"enabled": True}
    if config.ingress_controller:
        values["ingressController"] = {"enabled": True}
    return values


def _hubble(config: CiliumConfig, around: Surroundings) -> ArmProperties:
    hubble = config.hubble
    values: ArmProperties = {
        "enabled": hubble.enabled,
        "relay": {"enabled": hubble.relay},
        "ui": {"enabled": hubble.ui},
    }
    if hubble.enabled:
        values["tls"] = {"auto": {"method": _certificates(config, around)}}
    if hubble.metrics:
        values["metrics"] = {"enabled": list(hubble.metrics)}
    return {"hubble": values}


def _certificates(config: CiliumConfig, around: Surroundings) -> str:
    """Who makes Hubble's certificates: a job in the cluster, so that rendering twice gives the same, and they renew.

    Up to 1.18 that job is a hook that Helm runs after waiting for pods that wait for its certificates (cilium#40381).
    There Helm makes them, and finds them again in the cluster; without one, as under GitOps, the job is the only way.
    """
    version = facts.parse_cilium_version(config.version)
    plain_job = version is None or version.minor_version >= facts.CERTIFICATE_JOB_WITHOUT_HOOK
    return "cronJob" if plain_job or around.unattended else "helm"


def _hook_waits_for_pods(config: CiliumConfig, around: Surroundings) -> bool:
    version = facts.parse_cilium_version(config.version)
    hook = version is not None and version.minor_version < facts.CERTIFICATE_JOB_WITHOUT_HOOK
    return hook and around.unattended and config.hubble.enabled


def _operator(config: CiliumConfig) -> ArmProperties:
    operator = config.operator
    return {"operator": {"replicas": operator.replicas, **_resources(operator.resources)}}


def _encryption(config: CiliumConfig) -> ArmProperties:
    match config.encryption:
        case WireGuardConfig():
            wireguard = {"enabled": True, "type": "wireguard", "nodeEncryption": config.encryption.node_encryption}
            return {"encryption": wireguard}
        case IpsecConfig():
            secret = {"secretName": facts.IPSEC_SECRET, "keyFile": facts.IPSEC_SECRET_KEY}
            return {"encryption": {"enabled": True, "type": "ipsec", "ipsec": secret}}
    return {"encryption": {"enabled": False}}


def _policies(config: CiliumConfig) -> ArmProperties:
    values: ArmProperties = {"l7Proxy": config.l7_proxy, "policyEnforcementMode": config.policy_enforcement_mode}
    if config.policy_cidr_match_mode:
        values["policyCIDRMatchMode"] = list(config.policy_cidr_match_mode)
    return values


def _metrics(config: CiliumConfig) -> ArmProperties:
    if not config.prometheus:
        return {}
    metrics: ArmProperties = {"enabled": True}
    if config.service_monitors:
        metrics["serviceMonitor"] = {"enabled": True}
    return {"prometheus": metrics, "operator": {"prometheus": metrics}, "envoy": {"prometheus": metrics}}


def _istio(config: CiliumConfig, around: Surroundings) -> ArmProperties:
    """What keeps Cilium out of a mesh's way (IST-15); cilium Documentation/network/servicemesh/istio.rst."""
    if not (config.istio or around.istio):
        return {}
    return {"socketLB": {"hostNamespaceOnly": True}, "cni": {"exclusive": False}}


def _images(config: CiliumConfig) -> ArmProperties:
    values: ArmProperties = {}
    for path, image in facts.IMAGES.items() if config.image_registry else ():
        repository: ArmProperties = {"repository": f"{config.image_registry}/{image}"}
        for name in reversed(path):
            repository = {name: repository}
        values = merged(values, repository)
    return values
