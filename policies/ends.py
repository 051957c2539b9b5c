"""Which ends an intent may have: what no engine can select, and in which layer each thing is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from components.facts.policy_features import CLUSTER_DOMAIN, SYSTEM_NAMESPACES
from components.problems import Problem
from components.rules import Rule
from policies.intents import Intent
from policies.peers import Address, ApiServer, Name, Node, Outside, Peer, Pods
from policies.ports import ports_text

INEXPRESSIBLE = Rule(
    "BND-13",
    "Every intent is one that some mechanism can say exactly",
    why="A policy that says something near to what was meant is a hole or an outage.",
    fix="Write what the message suggests.",
    source="docs/policies.md",
)
OTHER_LAYER = Rule(
    "BND-14",
    "Each thing is written in the layer that is for it",
    why="Reviewers look for ways outside in `egress`, for calls between workloads in `flows`.",
    fix="Move the intent to the layer that the message names.",
    source="docs/policies.md",
)
API_SERVER_CALLS = Rule(
    "POL-25",
    "Calls of the API server to webhooks are allowed from where they come from",
    why="The API server runs outside the cluster: its calls arrive through konnectivity, never from its own address.",
    fix="Allow {namespace: kube-system} to the webhook's port.",
    source=(
        "https://learn.microsoft.com/azure/aks/concepts-clusters-workloads; Azure/AKS issues on kube-apiserver ingress"
    ),
)
NO_DENY_BY_NAME = Rule(
    "POL-23",
    "Deny rules name pods and addresses, not DNS names or requests",
    why="No engine denies by name: a deny would have to know every address of the name.",
    fix="Leave it out: isolated workloads reach no name that is not allowed. Or deny a CIDR.",
    source="cilium pkg/policy/api/egress.go, EgressDenyRule",
)

Report = Callable[[Problem], None]


@dataclass(frozen=True, slots=True)
class _Places:
    """What may stand at the two ends in a kind of layer."""

    sources: tuple[type[Peer], ...]
    targets: tuple[type[Peer], ...]


_PLACES = {
    "flows": _Places((Pods, Outside, Address, Node), (Pods, Node, ApiServer)),
    "egress": _Places((Pods,), (Name, Address, Outside, ApiServer)),
    "http": _Places((Pods, Outside, Address, Node), (Pods,)),
    "mesh": _Places((Pods,), (Pods,)),
    "tenants": _Places((Pods,), (Pods, ApiServer)),
}
_SERVICE_DOMAINS = (f".{CLUSTER_DOMAIN}", ".svc")
"""How full and shortened names of Services end."""
_UNTOUCHED = (None, *SYSTEM_NAMESPACES)
_OTHER = {"flows": "an egress layer", "egress": "a flows layer"}


def check_ends(intent: Intent, report: Report) -> bool:
    """Whether an intent's ends can be; reports why not, and what would say it."""
    found = _fault(intent)
    if found is None:
        return True
    rule, key, message = found
    report(rule.error((*intent.path, key) if intent.layer.kind != "tenants" else intent.path, message))
    return False


def _fault(intent: Intent) -> tuple[Rule, str, str] | None:
    source, target = intent.source, intent.target
    places = _PLACES[intent.layer.kind]
    if isinstance(source, ApiServer):
        message = (
            "the API server's calls arrive through konnectivity; allow {namespace: kube-system} to the webhook's port"
        )
        return API_SERVER_CALLS, "from", message
    if isinstance(source, Name):
        return (
            INEXPRESSIBLE,
            "from",
            f"{source} calls from addresses that nobody knows; write a cidr, or {{entity: outside}}",
        )
    if not isinstance(source, places.sources):
        return (
            OTHER_LAYER,
            "from",
            f"{source} does not stand here as from; write a workload, a namespace or {{entity: cluster}}",
        )
    if not isinstance(target, places.targets):
        other = _OTHER.get(intent.layer.kind)
        return (
            OTHER_LAYER,
            "to",
            f"{target} does not stand here as to; {f'write it in {other}' if other else 'write a workload'}",
        )
    if not isinstance(source, Pods) and not isinstance(target, Pods):
        return (
            INEXPRESSIBLE,
            "to",
            f"neither {source} nor {target} is a pod, which policies are about; name a workload as one of them",
        )
    return _deny_fault(intent) if intent.deny else _kind_fault(intent)


def _deny_fault(intent: Intent) -> tuple[Rule, str, str] | None:
    if intent.layer.kind == "mesh":
        return INEXPRESSIBLE, "action", "deny by identity is not offered; deny the flow in a flows layer"
    if isinstance(intent.target, Name):
        message = (
            f"no engine denies {intent.target} by name; leave it out, as isolated workloads reach only what is"
            " allowed, or deny a cidr"
        )
        return NO_DENY_BY_NAME, "to", message
    if isinstance(intent.source, Node):
        return (
            INEXPRESSIBLE,
            "from",
            "a deny of nodes would cut the kubelet's probes; deny nothing, as other nodes need an allow",
        )
    own = [end for end in (intent.source, intent.target) if isinstance(end, Pods) and end.namespace not in _UNTOUCHED]
    if not own:
        message = (
            "a deny stands at a namespace that is not the system's, and neither end is one; name workloads or"
            " namespaces"
        )
        return INEXPRESSIBLE, "to", message
    return None


def _kind_fault(intent: Intent) -> tuple[Rule, str, str] | None:
    named = isinstance(intent.target, Pods) and intent.target.workload is not None
    name = intent.target.pattern if isinstance(intent.target, Name) else ""
    if f".{name}".endswith(_SERVICE_DOMAINS):
        return (
            INEXPRESSIBLE,
            "to",
            f"{name} names Services of the cluster, which rules by name never match; name the workload in flows",
        )
    if intent.requests is not None and any(one.protocol != "TCP" for one in intent.ports):
        return INEXPRESSIBLE, "port", f"HTTP goes over TCP, and {ports_text(intent.ports)} does not; name a TCP port"
    if intent.requests is not None and not named:
        return (
            INEXPRESSIBLE,
            "to",
            f"requests are filtered at a workload, and {intent.target} is none; name the workload",
        )
    if intent.identity and not named:
        return INEXPRESSIBLE, "to", f"identity is checked at a workload, and {intent.target} is none; name the workload"
    return None
