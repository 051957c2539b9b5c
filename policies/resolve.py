"""From what a bundle writes to what it means: names of workloads, namespaces and ports become peers and numbers."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator

from components.facts.policy_features import (
    ADDON_INGRESS_NAMESPACE,
    HTTP_PORT_NAMES,
    SYSTEM_NAMESPACES,
    PolicyFeature,
    dropped_label,
)
from components.problems import KeyPath, Problem
from components.rules import Rule
from policies.capabilities import ENFORCEABLE, Capabilities
from policies.config import LayerConfig, PeerConfig, PortConfig, PortReferenceConfig, WorkloadConfig
from policies.parse import ParsedBundle
from policies.peers import Address, ApiServer, Name, Node, Outside, Peer, Pods
from policies.ports import PortRange, Ports, port_set

UNKNOWN = Rule(
    "BND-09",
    "Every workload, namespace, tenant and port that is named is declared",
    why="A misspelt name would become a selector that matches nothing, and nobody would say so.",
    fix="Declare it, or use a name that the message suggests.",
    source="docs/policies.md",
)
HOST_NETWORK = Rule(
    "LINT-14",
    "No policy is written for pods that share their node's network",
    why="Such pods have the node's identity: no pod policy selects them, and as a peer they are a node (C12, POL-03).",
    fix="Leave them out, or name {entity: node} as the peer.",
    source="https://learn.microsoft.com/azure/aks/azure-cni-powered-by-cilium",
)
DROPPED = Rule(
    "POL-42",
    "Workloads are selected by labels that Cilium keeps",
    why="Labels outside Cilium's identities never match; with NotIn they match every pod (C6).",
    fix="Select by a label of the application, such as app or app.kubernetes.io/name.",
    source="cilium pkg/labelsfilter; docs.cilium.io operations/performance/scalability/identity-relevant-labels",
)
SAME_PODS = Rule(
    "BND-10",
    "No two workloads select the same pods",
    why="Rights of one would be rights of the other, though nobody wrote that.",
    fix="Merge the two, or give one a label that the other has not.",
    source="docs/policies.md",
)
TARGET_PORT = Rule(
    "LINT-17",
    "A port number in an intent is one that the workload listens on",
    why=(
        "Policies see the pod's port, after the Service's port was translated (K7): a rule for the Service's port"
        " matches nothing."
    ),
    fix="Use the number that the containers listen on, and declare it under the workload's ports.",
    source="https://kubernetes.io/docs/concepts/services-networking/network-policies",
)
SCTP = Rule(
    "POL-29",
    "Policies speak of TCP and UDP",
    why="Cilium does not handle SCTP unless switched on, which AKS does not offer.",
    fix="Use TCP or UDP.",
    source="cilium Helm chart, sctp.enabled",
)

_ENTITIES: dict[str, Peer] = {
    "cluster": Pods(),
    "outside": Outside(),
    "apiServer": ApiServer(),
    "node": Node(),
}


class Resolver:
    """Resolves the names of one bundle for one cluster, and collects what does not resolve."""

    def __init__(self, parsed: ParsedBundle, capabilities: Capabilities, beside: Iterable[ParsedBundle] = ()) -> None:
        self.config = parsed.config
        self._configs = (parsed.config, *(one.config for one in beside))
        self.capabilities = capabilities
        self.problems: list[Problem] = []
        self.skipped = parsed.skipped
        self.meshed = self._meshed()
        self.workloads = {name: self._pods(name, workload) for name, workload in self.config.workloads.items()}

    def _meshed(self) -> frozenset[str]:
        """Namespaces whose pods have sidecars; none where the cluster has no Istio."""
        if self.capabilities.istio is None:
            return frozenset()
        said = {name for one in self._configs for name, namespace in one.namespaces.items() if namespace.mesh}
        # gateways are proxies of the mesh themselves
        gateways = {str(one.namespace) for one in self.capabilities.gateways} | {ADDON_INGRESS_NAMESPACE}
        return frozenset(said.union(gateways, *(layer.mesh.namespaces for layer in self.every_layer if layer.mesh)))

    @property
    def every_layer(self) -> Iterator[LayerConfig]:
        """The layers of all bundles of the cluster."""
        return (layer for config in self._configs for layer in config.layers)

    def _pods(self, name: str, workload: WorkloadConfig) -> Pods:
        return Pods(
            workload.namespace,
            tuple(sorted(workload.labels.items())),
            workload=name,
            account=workload.service_account,
            meshed=workload.namespace in self.meshed,
        )

    def report(self, problem: Problem) -> None:
        """Keeps a problem, once."""
        if problem not in self.problems:
            self.problems.append(problem)

    def require(self, feature: PolicyFeature, path: KeyPath) -> bool:
        """Whether the cluster has a feature; reports the switch to turn on if not."""
        lacking = self.capabilities.lacks(feature)
        if lacking is not None:
            self.report(ENFORCEABLE.error(path, f"{feature.value} cannot be enforced: {lacking}"))
        return lacking is None

    def check_workloads(self) -> None:
        """What is wrong with workloads, whoever names them."""
        seen: dict[tuple[object, ...], str] = {}
        for name, workload in self.config.workloads.items():
            path: KeyPath = ("workloads", name)
            self.namespace(workload.namespace, (*path, "namespace"))
            for key in workload.labels:
                if dropped_label(key):
                    message = (
                        f"Cilium leaves the label {key!r} out of identities, so that it never matches; use another"
                        " label"
                    )
                    self.report(DROPPED.error((*path, "labels", key), message))
            same = seen.setdefault((workload.namespace, *sorted(workload.labels.items())), name)
            if same != name:
                message = f"selects the same pods as {same!r}; merge the two, or add a label that only one has"
                self.report(SAME_PODS.error(path, message))
            for port_name, port in workload.ports.items():
                self._check_protocol(port.protocol, (*path, "ports", port_name))

    def namespace(self, name: str, path: KeyPath) -> bool:
        """Whether a namespace is declared or the system's; reports it if not."""
        if name in self.config.namespaces or name in SYSTEM_NAMESPACES:
            return True
        if ("namespaces", name) not in self.skipped:
            self.report(UNKNOWN.error(path, unknown("namespace", name, self.config.namespaces)))
        return False

    def workload(self, name: str, path: KeyPath) -> Pods | None:
        """A workload as pods; None, with a problem, where it is unknown or no pod policy can select it."""
        pods = self.workloads.get(name)
        if pods is None:
            if ("workloads", name) not in self.skipped:
                self.report(UNKNOWN.error(path, unknown("workload", name, self.workloads)))
            return None
        if self.config.workloads[name].host_network:
            message = (
                f"{name} shares its node's network, so that no policy selects it; name {{entity: node}}, or leave it"
                " out"
            )
            self.report(HOST_NETWORK.error(path, message))
            return None
        return pods

    def peers(self, config: PeerConfig, path: KeyPath) -> tuple[Peer, ...]:
        """What one end of an intent stands for; several only for the cluster's gateways, none with a problem."""
        if config.workload is not None:
            pods = self.workload(config.workload, path)
            return (pods,) if pods else ()
        if config.namespace is not None:
            known = self.namespace(config.namespace, path)
            return (Pods(config.namespace, meshed=config.namespace in self.meshed),) if known else ()
        if config.fqdn is not None:
            return (Name(config.fqdn),) if self.require(PolicyFeature.NAMES, path) else ()
        if config.cidr is not None:
            return (Address(config.cidr, config.except_),)
        if config.entity == "ingressGateway":
            return self._gateways(path)
        return (_ENTITIES[str(config.entity)],)

    def _gateways(self, path: KeyPath) -> tuple[Peer, ...]:
        if not self.capabilities.gateways:
            message = (
                f"{self.capabilities.name} has no ingress gateway; turn one on under istio, or declare your own as a"
                " workload"
            )
            self.report(ENFORCEABLE.error(path, message))
        return self.capabilities.gateways

    def ports(self, references: Iterable[PortReferenceConfig], target: PeerConfig, path: KeyPath) -> Ports | None:
        """The ports that references stand for on a target; None, with a problem, where one does not resolve."""
        resolved = [self._port(one, target, (*path, index)) for index, one in enumerate(references)]
        found = [one for one in resolved if one is not None]
        return port_set(found) if len(found) == len(resolved) else None

    def port(self, reference: PortReferenceConfig, target: PeerConfig, path: KeyPath) -> PortRange | None:
        """The one port that a reference stands for on a target."""
        return self._port(reference, target, path)

    def declared_port(self, target: PeerConfig, port: PortRange) -> tuple[str, PortConfig] | None:
        """Name and declaration of a workload's port with a number."""
        workload = self.config.workloads.get(target.workload or "")
        for name, declared in workload.ports.items() if workload else ():
            if (declared.protocol, declared.port) == (port.protocol, port.first) and not port.is_range:
                return name, declared
        return None

    def _port(self, reference: PortReferenceConfig, target: PeerConfig, path: KeyPath) -> PortRange | None:
        if reference.name is not None:
            return self._named_port(reference.name, target, path)
        assert reference.port is not None
        if not self._check_protocol(reference.protocol, path):
            return None
        found = PortRange(reference.protocol, reference.port, reference.end_port or reference.port)
        if found.is_range and not self.require(PolicyFeature.PORT_RANGES, path):
            return None
        workload = self.config.workloads.get(target.workload or "")
        if workload and workload.ports and not found.is_range and self.declared_port(target, found) is None:
            declared = ", ".join(f"{name} {port.port}" for name, port in workload.ports.items())
            message = (
                f"{found} is not among the ports of {target.workload} ({declared}); use the port that its containers"
                " listen on"
            )
            self.report(TARGET_PORT.warning(path, message))
        return found

    def _named_port(self, name: str, target: PeerConfig, path: KeyPath) -> PortRange | None:
        if target.workload is None:
            message = f"the port {name!r} has no number, because the target is no workload; write the number"
            self.report(UNKNOWN.error(path, message))
            return None
        workload = self.config.workloads.get(target.workload)
        if workload is None:
            return None
        port = workload.ports.get(name)
        if port is None:
            self.report(UNKNOWN.error(path, unknown(f"port of {target.workload}", name, workload.ports)))
            return None
        return PortRange(port.protocol, port.port, port.port) if port.protocol != "SCTP" else None

    def _check_protocol(self, protocol: str, path: KeyPath) -> bool:
        if protocol == "SCTP":
            self.report(SCTP.error(path, "SCTP is not switched on in AKS' Cilium; use TCP or UDP"))
        return protocol != "SCTP"


def speaks_http(name: str, port: PortConfig) -> bool:
    """Whether a port is said to speak HTTP: by itself, or by the first part of its name, as Istio reads it."""
    if port.app_protocol is not None:
        return port.app_protocol != "tcp"
    return name in HTTP_PORT_NAMES or name.startswith(tuple(f"{prefix}-" for prefix in HTTP_PORT_NAMES))


def unknown(what: str, name: str, known: Iterable[str]) -> str:
    """A message about a name that is not declared: the nearest one, or what there is."""
    names = sorted(known)
    nearest = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    if nearest:
        return f"no {what} is called {name!r}; did you mean {nearest[0]!r}?"
    return f"no {what} is called {name!r}; declared are {_listed(names)}"


def _listed(names: list[str]) -> str:
    return ", ".join(names) if names else "none"
