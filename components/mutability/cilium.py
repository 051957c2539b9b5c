"""A Cilium of one's own: what another version or another value of its Helm release does to what runs.

Helm refuses none of this. What Cilium's own documentation says is not possible, or not to be done, is `refused` here
all the same, in Cilium's name: a deployment that goes through and breaks the cluster is the worse answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from components.facts import cilium as facts
from components.mutability.change import Difference, Effect, Judge, Row, Subject, Verdict, leaf, shown
from components.rules import Rule

KIND = "kubernetes:helm.sh/v3:Release"
_DOCS = "https://docs.cilium.io/en/stable"
# updateStrategy.rollingUpdate.maxUnavailable in values.yaml of the chart, 1.19.6
_AT_ONCE = 2
_PROXIED = "connections through Envoy (policies by HTTP and DNS name, Ingress, Gateway API) have to be made anew"
_RESTART = "kubectl --namespace kube-system rollout restart daemonset/cilium"

VERSIONS = Rule(
    "CHG-14",
    "Cilium goes one minor version at a time, forward or back",
    why="Only the path between consecutive minor versions is tested, in both directions; Helm takes any. Agents restart"
    " node by node, and connections through Envoy break. Defaults change with a minor version unless"
    " `upgradeCompatibility` names the one that the cluster was first made with.",
    fix="Go to the newest patch of the minor version that runs, then to the next minor version, each in an apply of its"
    " own; read its upgrade notes.",
    source=f"{_DOCS}/operations/upgrade/",
)
POOL = Rule(
    "CHG-15",
    "Cilium's pool of pod addresses stays, and so does each node's share",
    why="Every node holds a range of the pool. Cilium documents another share per node as not possible, another range"
    " in the place of one that is in use as unexpected behaviour, and another way of handing out addresses as lasting"
    " loss of connectivity.",
    fix="Take the edit back, or make a new cluster beside this one. A further range may be added to the list.",
    source=f"{_DOCS}/network/concepts/ipam/cluster-pool/; {_DOCS}/network/concepts/ipam/",
)
DATAPATH = Rule(
    "CHG-16",
    "How Cilium carries, encrypts and balances traffic changes node by node",
    why="While agents restart, some nodes work the old way and some the new one, and connections between them break."
    " Connections that kube-proxy's tables know, Cilium's do not, and the other way round.",
    fix="Announce the cut and let it happen at once; open the ports of the new way in the security groups first.",
    source=f"{_DOCS}/network/kubernetes/kubeproxy-free/; {_DOCS}/network/clustermesh/clustermesh/;"
    f" {_DOCS}/operations/system_requirements/#firewall-rules",
)
VALUES = Rule(
    "CHG-17",
    "Cilium's agents take another value when they restart",
    why="A value that changes their pods restarts them, two at a time. One that only changes Cilium's ConfigMap waits"
    " for the next restart, unless `rollOutCiliumPods` is on.",
    fix=f"Restart them where nothing else does: `{_RESTART}`.",
    source="values.yaml of Cilium's chart: rollOutCiliumPods, updateStrategy",
)


def _is_cilium(subject: Subject) -> bool:
    return facts.RELEASE in (subject.old.get("name"), subject.new.get("name"))


def _nodes(subject: Subject) -> str:
    return subject.nodes() if subject.pools else "every node"


def _rollout(subject: Subject) -> str:
    return f"Cilium's agents on {_nodes(subject)} restart, {_AT_ONCE} at a time"


def _taken(subject: Subject) -> str:
    """When agents take a value."""
    values = subject.new.get("values")
    if isinstance(values, Mapping) and values.get("rollOutCiliumPods") is True:
        return _rollout(subject)
    return f"{_rollout(subject)}; where only the ConfigMap changes, that takes {_RESTART}"


def _value(inputs: Mapping[str, Any], path: str) -> Any:
    found: Any = inputs
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _version(difference: Difference, subject: Subject) -> Verdict:
    before, after = (facts.parse_cilium_version(str(each)) for each in (difference.before, difference.after))
    if before is None or after is None:
        return Verdict(("rolling",), f"which version a chart of your own brings is not known here; {_rollout(subject)}")
    if before.minor_version == after.minor_version:
        return Verdict(_reached(subject), f"{_rollout(subject)}; {_PROXIED}")
    step = 1 if after > before else -1
    if after.major != before.major or after.minor != before.minor + step:
        between = f"{before.major}.{before.minor + step}"
        return Verdict(
            ("disruptive", "refused"),
            f"Cilium supports no step from {before.major}.{before.minor} to {after.major}.{after.minor}, although Helm"
            f" would take it; {between} comes after {before.major}.{before.minor}",
        )
    message = f"{_rollout(subject)}; {_PROXIED}{_defaults(after, subject)}"
    if step > 0:
        return Verdict(_reached(subject), message)
    return Verdict(
        ("rolling", "disruptive"),
        f"{message}; going back is supported while nothing is in use that only {before.major}.{before.minor} has",
    )


def _defaults(after: facts.CiliumVersion, subject: Subject) -> str:
    if _value(subject.new, "values.upgradeCompatibility"):
        return ""
    return (
        f"; without upgradeCompatibility the defaults of {after.major}.{after.minor} take over: name the minor version"
        " that the cluster was first made with"
    )


def _reached(subject: Subject) -> tuple[Effect, ...]:
    """What a restart does: traffic that comes in through Cilium's Envoy is cut."""
    doors = ("values.gatewayAPI.enabled", "values.ingressController.enabled")
    return ("rolling", "disruptive") if any(_value(subject.old, door) for door in doors) else ("rolling",)


def _ranges(difference: Difference, subject: Subject) -> Verdict:
    before, after = (each if isinstance(each, list) else [] for each in (difference.before, difference.after))
    if before and after[: len(before)] == before:
        return Verdict(("inPlace",), "the operator gives new nodes ranges of what is added; those that run keep theirs")
    return Verdict(
        ("disruptive", "refused"),
        f"Cilium documents another range in the place of {shown(before)} as unexpected behaviour: {_nodes(subject)} and"
        " all pods have addresses of it; only add ranges behind it",
    )


def _always(effects: tuple[Effect, ...], message: str) -> Judge:
    """The same of every change; `{nodes}`, `{taken}`, `{leaf}`, `{before}` and `{after}` are filled in."""

    def judge(difference: Difference, subject: Subject) -> Verdict:
        values = {
            "nodes": _nodes(subject),
            "taken": _taken(subject),
            "leaf": leaf(difference.path),
            "before": shown(difference.before),
            "after": shown(difference.after),
        }
        return Verdict(effects, message.format_map(values))

    return judge


def _tunnel(difference: Difference, subject: Subject) -> Verdict:
    port = facts.TUNNEL_PORTS.get(str(difference.after))
    opened = f"; security groups have to let UDP {port} through between nodes" if port else ""
    return Verdict(
        ("rolling", "disruptive"),
        f"pods on nodes with {shown(difference.after)} and on nodes with {shown(difference.before)} do not reach each"
        f" other until all have changed{opened}; {_taken(subject)}",
    )


def _encryption(_: Difference, subject: Subject) -> Verdict:
    before, after = (_value(inputs, "values.encryption.enabled") is True for inputs in (subject.old, subject.new))
    if before and not after:
        message = "traffic between nodes is no longer encrypted; connections drop while some nodes still do it"
    elif after and not before:
        message = "connections between nodes may drop until all encrypt; security groups have to let it through"
    else:
        message = "connections between nodes may drop while some encrypt the old way and some the new one"
    return Verdict(("rolling", "disruptive"), f"{message}; {_taken(subject)}")


def _enforcement(difference: Difference, subject: Subject) -> Verdict:
    message = {
        "always": "every pod is isolated in both directions, and only what policies allow goes on",
        "never": "no policy is enforced any more",
    }.get(str(difference.after), "pods are isolated by policies that select them, others no longer")
    return Verdict(("rolling", "disruptive"), f"{message}; {_taken(subject)}")


def _switched(off: str) -> Judge:
    """Something that brings traffic in or filters it: harmless to turn on."""

    def judge(difference: Difference, subject: Subject) -> Verdict:
        if difference.after is True:
            return Verdict(("rolling",), _taken(subject))
        return Verdict(("rolling", "disruptive"), f"{off}; {_taken(subject)}")

    return judge


_IPAM = "values.ipam.operator"
_NOT_POSSIBLE: tuple[Effect, ...] = ("disruptive", "refused")
_CUT: tuple[Effect, ...] = ("rolling", "disruptive")


def _row(rule: Rule, paths: tuple[str, ...], judge: Judge) -> Row:
    """A row about Cilium's release; other releases of a program are none of its business."""
    return Row(
        rule, KIND, paths, lambda difference, subject: judge(difference, subject) if _is_cilium(subject) else None
    )


CILIUM: tuple[Row, ...] = (
    _row(VERSIONS, ("version",), _version),
    _row(
        VERSIONS,
        ("values.upgradeCompatibility",),
        _always(_CUT, "defaults of the datapath go by Cilium {after} and no longer by {before}; {taken}"),
    ),
    _row(POOL, (f"{_IPAM}.clusterPoolIPv4PodCIDRList", f"{_IPAM}.clusterPoolIPv6PodCIDRList"), _ranges),
    _row(
        POOL,
        (f"{_IPAM}.clusterPoolIPv4MaskSize", f"{_IPAM}.clusterPoolIPv6MaskSize"),
        _always(
            _NOT_POSSIBLE,
            "Cilium documents another share per node as not possible: {nodes} hold ranges of /{before}",
        ),
    ),
    _row(
        POOL,
        ("values.ipam.mode",),
        _always(_NOT_POSSIBLE, "Cilium documents this as lasting loss of connectivity for pods on {nodes}"),
    ),
    _row(DATAPATH, ("values.tunnelProtocol", "values.routingMode", "values.tunnelPort"), _tunnel),
    _row(DATAPATH, ("values.encryption",), _encryption),
    _row(
        DATAPATH,
        ("values.kubeProxyReplacement",),
        _always(
            _CUT, "connections to Services break: Cilium's tables and kube-proxy's do not know each other; {taken}"
        ),
    ),
    _row(
        DATAPATH,
        ("values.cluster.name", "values.cluster.id"),
        _always(_CUT, "identities of pods are made from it: every workload has to be restarted; {taken}"),
    ),
    _row(
        DATAPATH,
        ("values.clustermesh.maxConnectedClusters",),
        _always(
            _NOT_POSSIBLE, "Cilium sets it at installation only: connections break, and policies are enforced wrongly"
        ),
    ),
    _row(DATAPATH, ("values.policyEnforcementMode",), _enforcement),
    _row(
        DATAPATH,
        ("values.l7Proxy",),
        _switched("policies by HTTP and DNS name are no longer enforced, or block what they allowed"),
    ),
    _row(
        DATAPATH,
        ("values.gatewayAPI.enabled", "values.ingressController.enabled"),
        _switched("nothing comes in through it any more"),
    ),
    _row(
        VALUES,
        ("values.operator", "values.hubble.relay", "values.hubble.ui", "values.hubble.tls", "values.certgen"),
        _always(("inPlace",), "pods beside the agents restart; traffic of workloads goes on"),
    ),
    _row(
        VALUES,
        ("atomic", "cleanupOnFail", "timeout", "skipAwait", "waitForJobs"),
        _always(("inPlace",), "how Helm goes about it; nothing in the cluster changes"),
    ),
    _row(
        VALUES, ("chart", "repositoryOpts"), _always(("rolling",), "whatever that chart brings is installed; {taken}")
    ),
    _row(VALUES, ("values",), _always(("rolling",), "{taken}")),
)
"""Rows about the Helm release of Cilium."""
