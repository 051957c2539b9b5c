"""From a parsed bundle to its meaning: one function for each kind of layer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from components.facts.policy_features import (
    API_SERVER_PORT,
    ISTIOD_LABELS,
    ISTIOD_PORT,
    SYSTEM_NAMESPACES,
    PolicyFeature,
)
from components.problems import KeyPath, Problem
from components.rules import Rule
from policies.capabilities import Capabilities
from policies.config import BaselineConfig, FlowConfig, HttpConfig, LayerConfig, MeshConfig, TenantsConfig
from policies.ends import INEXPRESSIBLE, check_ends
from policies.injection import REVISION_LABEL
from policies.intents import Intent, Isolation, Layer, ManagedNamespace, Meaning, MutualTls
from policies.parse import ParsedBundle
from policies.peers import ApiServer, Peer, Pods
from policies.ports import PortRange, Ports
from policies.requests import Requests
from policies.resolve import UNKNOWN, Resolver, speaks_http, unknown

SYSTEM_ISOLATED = Rule(
    "POL-09",
    "System namespaces are not isolated",
    why="Isolating them cuts metrics, konnectivity, storage drivers, admission webhooks or the mesh's control plane.",
    fix="Leave the namespace out; '*' spares all of them by itself.",
    source="https://learn.microsoft.com/azure/aks/outbound-rules-control-egress",
)
SAME_LABEL = Rule(
    "BND-11",
    "Every layer has a name of its own",
    why="Manifests are attributed to layers by name.",
    fix="Merge the two layers, or give one a name.",
    source="docs/policies.md",
)
EVERY_REQUEST = Rule(
    "BND-31",
    "What lets every request through stands alone",
    why="A caller sends the union of what it is allowed: beside an entry without conditions no other one restricts.",
    fix="Remove the entry without conditions, or all others.",
    source="docs/policies.md",
)
NOT_HTTP = Rule(
    "LINT-11",
    "HTTP rules are for ports that speak HTTP",
    why=(
        "On a TCP port an ALLOW rule with HTTP fields never matches, and a DENY rule loses them and denies the whole"
        " port (I8)."
    ),
    fix="Name the port http, http2 or grpc (or http-...), or set its appProtocol: http.",
    source=(
        "istio pilot/pkg/security/authz/builder;"
        " https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection"
    ),
)
NO_EFFECT = Rule(
    "BND-12",
    "What a bundle says of a namespace takes effect",
    why="Labels of a namespace that the bundle does not make are not touched.",
    fix="Set `manage: true`, or remove the key.",
    source="docs/policies.md",
)


def normalise(
    bundle: str, parsed: ParsedBundle, capabilities: Capabilities, beside: Iterable[ParsedBundle] = ()
) -> tuple[Meaning, tuple[Problem, ...]]:
    """What a bundle means on a cluster, but for DNS, and what of it means nothing or cannot be.

    Args:
        bundle: The bundle's name.
        parsed: What its file said.
        capabilities: What the cluster has; gateways, sidecars and switches come from it.
        beside: The cluster's other bundles: where they say there are sidecars, and what they spare, holds here too.
    """
    resolver = Resolver(parsed, capabilities, beside)
    resolver.check_workloads()
    _check_namespaces(resolver)
    layers = _layers(resolver, parsed, bundle)
    making = Layer("namespaces", "namespaces", -1, bundle)
    namespaces = resolver.config.namespaces
    meaning = Meaning(
        (bundle,),
        layers=tuple(layer for layer, _ in layers),
        namespaces=namespaces,
        managed=tuple(ManagedNamespace(making, name, one) for name, one in namespaces.items() if one.manage),
        workloads=resolver.workloads,
        isolations=tuple(
            one for layer, config in layers if config.baseline for one in _isolations(resolver, layer, config.baseline)
        ),
        mtls=tuple(one for layer, config in layers if config.mesh for one in _mutual_tls(resolver, layer, config.mesh)),
        spared=_spared(resolver),
        meshed=resolver.meshed,
        local_dns=capabilities.local_dns,
        raw=tuple(
            (layer, (*layer.path, "raw", index), file)
            for layer, config in layers
            for index, file in enumerate(config.raw or ())
        ),
    )
    written = tuple(intent for layer, config in layers for intent in _written(resolver, layer, config))
    implied = tuple(
        intent
        for layer, config in layers
        if config.baseline
        for intent in _implied(resolver, meaning, layer, config.baseline)
    )
    return replace(meaning, intents=(*implied, *written)), tuple(resolver.problems)


def _layers(resolver: Resolver, parsed: ParsedBundle, bundle: str) -> list[tuple[Layer, LayerConfig]]:
    found: list[tuple[Layer, LayerConfig]] = []
    seen: dict[str, int] = {}
    for position, config in zip(parsed.positions, parsed.config.layers, strict=True):
        layer = Layer(config.label, config.kind, position, bundle)
        if config.label in seen:
            message = (
                f"a second layer is called {config.label!r}, after layers[{seen[config.label]}]; merge them, or add a"
                " name"
            )
            resolver.report(SAME_LABEL.error(layer.path, message))
        seen.setdefault(config.label, position)
        found.append((layer, config))
    return found


def _check_namespaces(resolver: Resolver) -> None:
    for name, namespace in resolver.config.namespaces.items():
        path: KeyPath = ("namespaces", name)
        for key in ("labels", "pod_security"):
            if getattr(namespace, key) and not namespace.manage:
                written = "podSecurity" if key == "pod_security" else key
                message = (
                    f"the bundle does not make namespace {name}, so that this has no effect; set manage: true, or"
                    " remove it"
                )
                resolver.report(NO_EFFECT.warning((*path, written), message))
        if namespace.manage and name in SYSTEM_NAMESPACES:
            resolver.report(SYSTEM_ISOLATED.error(path, f"{name} is the system's and exists already; remove manage"))
        if "istio-injection" in namespace.labels and resolver.capabilities.istio and resolver.capabilities.istio.addon:
            message = "istio-injection is ignored by the add-on; remove it and set mesh: true"
            resolver.report(REVISION_LABEL.error((*path, "labels", "istio-injection"), message))


def _spared(resolver: Resolver) -> tuple[str, ...]:
    more = {name for layer in resolver.every_layer if layer.baseline for name in layer.baseline.spare}
    return (*SYSTEM_NAMESPACES, *sorted(more.difference(SYSTEM_NAMESPACES)))


def _isolations(resolver: Resolver, layer: Layer, config: BaselineConfig) -> Iterator[Isolation]:
    for index, name in enumerate(config.isolate):
        path = (*layer.path, "baseline", "isolate", index)
        directions = tuple(dict.fromkeys(config.directions))
        if name == "*":
            yield Isolation(layer, path, Pods(not_in=_spared(resolver)), directions, config.dns)
        elif name in SYSTEM_NAMESPACES:
            resolver.report(
                SYSTEM_ISOLATED.error(path, f"{name} belongs to the system and is never isolated; leave it out")
            )
        elif resolver.namespace(name, path):
            yield Isolation(layer, path, Pods(name, meshed=name in resolver.meshed), directions, config.dns)
    for field, key in (("dns", "dns"), ("api_server", "apiServer")):
        if "egress" not in config.directions and field in config.model_fields_set:
            message = f"{key} is about egress, which is not among directions; add egress, or remove {key}"
            resolver.report(NO_EFFECT.warning((*layer.path, "baseline", key), message))
    for index, name in enumerate(config.spare):
        if "*" not in config.isolate:
            path = (*layer.path, "baseline", "spare", index)
            resolver.report(NO_EFFECT.warning(path, f"sparing {name} has no effect without isolate: ['*']; remove it"))


def _mutual_tls(resolver: Resolver, layer: Layer, config: MeshConfig) -> Iterator[MutualTls]:
    path = (*layer.path, "mesh")
    if not resolver.require(PolicyFeature.MESH, path):
        return
    for index, name in enumerate(config.namespaces):
        where = (*path, "namespaces", index)
        if resolver.namespace(name, where):
            yield MutualTls(layer, where, name, config.mtls)


def _implied(resolver: Resolver, meaning: Meaning, layer: Layer, config: BaselineConfig) -> Iterator[Intent]:
    """What isolated pods need of the cluster itself: the API server, and istiod where they have sidecars."""
    path = (*layer.path, "baseline")
    istio = resolver.capabilities.istio
    for isolation in meaning.isolations:
        if isolation.layer != layer or "egress" not in isolation.directions:
            continue
        if config.api_server:
            port = PortRange("TCP", API_SERVER_PORT, API_SERVER_PORT)
            yield Intent(layer, (*path, "apiServer"), isolation.pods, ApiServer(), (port,), implied=True)
        everywhere = isolation.pods.namespace is None and meaning.meshed
        if istio and (everywhere or isolation.pods.namespace in meaning.meshed):
            istiod = Pods(istio.root_namespace, tuple(ISTIOD_LABELS.items()), workload="istiod")
            yield Intent(
                layer, path, isolation.pods, istiod, (PortRange("TCP", ISTIOD_PORT, ISTIOD_PORT),), implied=True
            )


def _written(resolver: Resolver, layer: Layer, config: LayerConfig) -> Iterator[Intent]:
    """The intents that a person wrote in a layer."""
    if config.tenants:
        yield from _tenants(resolver, layer, config.tenants)
    if config.mesh and resolver.require(PolicyFeature.MESH, (*layer.path, "mesh")):
        yield from _flows(resolver, layer, config.mesh.allow, (*layer.path, "mesh", "allow"))
    for kind in ("flows", "egress"):
        yield from _flows(resolver, layer, getattr(config, kind) or (), (*layer.path, kind))
    for index, http in enumerate(config.http or ()):
        yield from _http(resolver, layer, http, (*layer.path, "http", index))


def _flows(resolver: Resolver, layer: Layer, flows: Iterable[FlowConfig], path: KeyPath) -> Iterator[Intent]:
    for index, flow in enumerate(flows):
        where = (*path, index)
        sources = resolver.peers(flow.from_, (*where, "from"))
        targets = resolver.peers(flow.to, (*where, "to"))
        ports = resolver.ports(flow.ports or (), flow.to, (*where, "ports"))
        if ports is None:
            continue
        for source in sources:
            for target in targets:
                intent = Intent(
                    layer, where, source, target, ports, deny=flow.action == "deny", identity=layer.kind == "mesh"
                )
                if check_ends(intent, resolver.report):
                    yield intent


def _http(resolver: Resolver, layer: Layer, config: HttpConfig, path: KeyPath) -> Iterator[Intent]:
    sources = resolver.peers(config.from_, (*path, "from"))
    targets = resolver.peers(config.to, (*path, "to"))
    port = resolver.port(config.port, config.to, (*path, "port"))
    feature = resolver.capabilities.http_by()
    if not resolver.require(feature, path) or port is None or not targets:
        return
    if port.is_range:
        message = f"port {port} is a range, and requests are filtered on single ports; write an intent for each port"
        resolver.report(INEXPRESSIBLE.error((*path, "port"), message))
        return
    declared = resolver.declared_port(config.to, port)
    if config.to.workload is not None and (declared is None or not speaks_http(*declared)):
        name = declared[0] if declared else str(port)
        message = (
            f"port {name} of {config.to.workload} is not said to speak HTTP; call it http, or give it appProtocol: http"
        )
        resolver.report(NOT_HTTP.error((*path, "port"), message))
        return
    given = [
        Requests(tuple(sorted(set(one.methods))), one.path, one.host, tuple(sorted(one.headers.items())))
        for one in config.allow
    ]
    requests = tuple(dict.fromkeys(given))
    if Requests() in requests and len(requests) > 1:
        message = "an entry without conditions lets every request through, whatever is beside it; remove it or the rest"
        resolver.report(EVERY_REQUEST.warning((*path, "allow", given.index(Requests())), message))
    for source in sources:
        intent = Intent(layer, path, source, targets[0], (port,), requests=requests)
        if check_ends(intent, resolver.report):
            yield intent


def _tenants(resolver: Resolver, layer: Layer, config: TenantsConfig) -> Iterator[Intent]:
    owned: dict[str, list[str]] = {}
    for name, namespace in resolver.config.namespaces.items():
        if namespace.tenant:
            owned.setdefault(namespace.tenant, []).append(name)
    shared = list(_shared(resolver, layer, config))
    for index, tenant in enumerate(dict.fromkeys(config.within)):
        where = (*layer.path, "tenants", "within", index)
        if tenant not in owned:
            resolver.report(UNKNOWN.error(where, unknown("namespace's tenant", tenant, owned)))
        members = [Pods(name, meshed=name in resolver.meshed) for name in owned.get(tenant, ())]
        for member in members:
            yield from (Intent(layer, where, member, other) for other in members)
            yield from (
                intent
                for place, target, ports in shared
                if check_ends(intent := Intent(layer, place, member, target, ports), resolver.report)
            )


def _shared(resolver: Resolver, layer: Layer, config: TenantsConfig) -> Iterator[tuple[KeyPath, Peer, Ports]]:
    """What every tenant may call."""
    for index, one in enumerate(config.shared):
        where = (*layer.path, "tenants", "shared", index)
        ports = resolver.ports(one.ports or (), one.to, (*where, "ports"))
        if ports is not None:
            yield from ((where, target, ports) for target in resolver.peers(one.to, (*where, "to")))
