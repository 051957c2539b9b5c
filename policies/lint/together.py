"""What shows only when all network policies of a cluster are seen together: they are one union, whoever wrote them."""

from __future__ import annotations

from collections.abc import Iterator

from components.facts.policy_features import DNS_PORT, ISTIOD_PORT, LOCAL_DNS_RANGE
from components.problems import Problem
from components.rules import Rule
from policies.agreement import VOID_HTTP
from policies.dns import VOID_FILTER
from policies.intents import DIRECTIONS, Direction
from policies.lint.cilium_ports import L7
from policies.lint.network_policy import TYPES, parsed_range
from policies.lint.reach import KUBE_DNS, Grant, Sample, World, lets_everything
from policies.lint.source import mapping
from policies.peers import Pods
from policies.requests import name_matches

UNLEARNED = Rule(
    "LINT-05",
    "Pods with rules by DNS name ask for these names through a DNS rule",
    why=(
        "Cilium learns a name's addresses only from answers that pass its DNS proxy: without, nothing ever matches"
        " (F2)."
    ),
    fix="Add an egress rule to kube-dns on port 53 with rules.dns that names them.",
    source="https://docs.cilium.io security/policy/language, DNS based",
)
MESHED_HTTP = Rule(
    "LINT-08",
    "Cilium's HTTP rules are not for pods with sidecars",
    why="With mutual TLS Cilium sees ciphertext: requests fail with 503 (IST-14).",
    fix="Write an AuthorizationPolicy, and leave the port to a rule without L7.",
    source="cilium Documentation/network/servicemesh/istio.rst",
)
CUT_OFF = Rule(
    "LINT-18",
    "Isolated pods keep DNS, and with sidecars istiod",
    why=(
        "Without DNS nothing is found; without istiod sidecars get no configuration and no certificate (POL-08,"
        " IST-16)."
    ),
    fix="Allow kube-dns on 53 UDP and TCP (LocalDNS: the host entity), and istiod on 15012.",
    source="https://learn.microsoft.com/azure/aks/localdns-custom; Istio's ports",
)
ONLY_DENIES = Rule(
    "LINT-20",
    "A Cilium policy does not isolate by surprise",
    why="On Cilium any rule, a deny rule too, makes the pods default deny: everything else is denied (C1).",
    fix="Set enableDefaultDeny to false for the direction, or isolate the pods on purpose.",
    source="cilium Documentation/security/policy/deny.rst",
)
SERVER_NAMES = Rule(
    "LINT-23",
    "Server names stand without a plain allow to the same port",
    why=(
        "For the same peers the names are imposed on the plain allow too; for other peers that overlap they are void"
        " (U4)."
    ),
    fix="Remove one of the two.",
    source="cilium/proxy network_policy.cc",
)


def check_together(world: World) -> Iterator[Problem]:
    """Every problem of two or more manifests, at the one that a person wrote."""
    found: dict[Problem, None] = {}
    for sample in world.samples:
        for direction in DIRECTIONS:
            grants = world.grants(sample, direction)
            allows = [grant for grant in grants if not grant.deny and grant.peers]
            for problem in _voided(allows):
                found[problem] = None
            for problem in (*_mixed(allows), *_meshed(world, sample, allows), *_denied(grants, sample, direction)):
                found[problem] = None
            for problem in _isolated(world, sample, direction, grants):
                found[problem] = None
        for problem in (*_unlearned(world, sample), *_cut_off(world, sample)):
            found[problem] = None
    yield from found


def _voided(allows: list[Grant]) -> Iterator[Problem]:
    """Filters beside an allow without one (U1, F3, U4), or beside HTTP rules by hand that let everything through."""
    plain = [grant for grant in allows if grant.l7 is None or (grant.source.written and _every_request(grant))]
    for grant in allows:
        for other in plain if grant.l7 in ("http", "dns", "sni") else ():
            if other is grant or other.l7 not in (None, grant.l7) or _every_request(grant):
                continue
            overlap = grant.peers & other.peers
            if not overlap or not _meet(grant, other):
                continue
            yield from _void(grant, other)


def _every_request(grant: Grant) -> bool:
    return grant.l7 == "http" and any(lets_everything(rule) for rule in grant.rules)


def _meet(grant: Grant, other: Grant) -> bool:
    """Whether a plain allow reaches a filtered port in the way that voids the filter."""
    if grant.l7 == "dns":
        # ranges, every port and no ports at all leave the DNS proxy's own port alone (F3)
        return any(_same(mine, theirs) for mine in grant.whole_ports for theirs in other.whole_ports)
    return any(other.covers(protocol, port) for protocol, port in grant.whole_ports)


def _same(mine: tuple[str, int], theirs: tuple[str, int]) -> bool:
    return mine[1] == theirs[1] and (mine[0] == theirs[0] or "ANY" in (mine[0], theirs[0]))


def _void(grant: Grant, other: Grant) -> Iterator[Problem]:
    everything = all(rule.get("matchPattern") == "*" for rule in grant.rules) if grant.rules else False
    if grant.l7 == "dns" and everything:
        return
    at, by = (grant, other) if grant.source.written else (other, grant)
    named = "the same manifest" if at.source is by.source else by.source.label
    what = {"http": "HTTP rules", "dns": "DNS rules"}.get(str(grant.l7), "server names")
    if at is grant:
        meet = f"{named} has a plain allow for the port of these {what}"
    else:
        meet = f"this is a plain allow for the port of the {what} of {named}"
    if grant.l7 == "http":
        yield at.source.at(VOID_HTTP.error(at.path, f"{meet}, so that every request passes; remove one"))
    elif grant.l7 == "dns":
        yield at.source.at(VOID_FILTER.error(at.path, f"{meet}, so that every name is answered; remove one"))
    else:
        effect = "imposed on it too" if grant.selector == other.selector else "void"
        yield at.source.at(SERVER_NAMES.error(at.path, f"{meet}, and the names are {effect}; remove one"))


def _names(at: Grant, by: Grant) -> str:
    return "the same manifest" if at.source is by.source else by.source.label


def _mixed(allows: list[Grant]) -> Iterator[Problem]:
    """Two kinds of L7 rules on one port."""
    filtered = [grant for grant in allows if grant.l7 is not None]
    for index, grant in enumerate(filtered):
        for other in filtered[:index]:
            shared = any(_same(mine, theirs) for mine in grant.whole_ports for theirs in other.whole_ports)
            if shared and grant.l7 != other.l7 and "sni" not in (grant.l7, other.l7):
                message = (
                    f"{grant.l7} rules stand on a port that has {other.l7} rules in {_names(grant, other)}; keep one"
                    " kind"
                )
                yield grant.source.at(L7.error(grant.path, message))


def _meshed(world: World, sample: Sample, allows: list[Grant]) -> Iterator[Problem]:
    if not any(sample.namespace in meaning.meshed for meaning in world.context.meanings):
        return
    for grant in allows:
        if grant.l7 == "http":
            message = (
                f"pods in {sample.namespace} have sidecars, whose mutual TLS Cilium cannot look into; write an"
                " AuthorizationPolicy"
            )
            yield grant.source.at(MESHED_HTTP.error(grant.path, message))


def _denied(grants: list[Grant], sample: Sample, direction: Direction) -> Iterator[Problem]:
    isolating = [grant for grant in grants if grant.isolates]
    if isolating and all(grant.deny for grant in isolating):
        message = (
            f"this deny isolates pods in {sample.namespace} for {direction}: everything else is denied too; set"
            f" enableDefaultDeny: {{{direction}: false}}"
        )
        yield isolating[0].source.at(ONLY_DENIES.error(isolating[0].path, message))


def _isolated(world: World, sample: Sample, direction: Direction, grants: list[Grant]) -> Iterator[Problem]:
    """Manifests by hand that isolate pods which no baseline does, without saying so."""
    pods = Pods(sample.namespace, sample.labels)
    declared = any(sample.namespace in meaning.namespaces for meaning in world.context.meanings)
    if not declared or any(meaning.isolates(pods, direction) for meaning in world.context.meanings):
        return
    for grant in grants:
        if not grant.source.written or not grant.isolates or grant.deny:
            continue
        spec = mapping(grant.source.object.get("spec"))
        if grant.source.kind == "NetworkPolicy":
            if direction == "ingress" and "policyTypes" not in spec and "ingress" not in spec and spec.get("egress"):
                message = (
                    f"without policyTypes this isolates pods in {sample.namespace} for {direction} too, which no"
                    " baseline does; write policyTypes: [Egress]"
                )
                yield grant.source.at(TYPES.warning(("spec",), message))
        elif not grant.stated and grant.peers:
            message = (
                f"this isolates pods in {sample.namespace} for {direction}, which no baseline does; write"
                f" enableDefaultDeny: {{{direction}: true}} if that is meant, else false"
            )
            yield grant.source.at(ONLY_DENIES.warning(grant.path, message))


def _unlearned(world: World, sample: Sample) -> Iterator[Problem]:
    grants = [grant for grant in world.grants(sample, "egress") if not grant.deny]
    asked = [
        str(rule.get("matchName") or rule.get("matchPattern"))
        for grant in grants
        if grant.l7 == "dns"
        for rule in grant.rules
    ]
    for grant in grants:
        for kind, *rest in sorted(grant.peers) if grant.selector.startswith("[('toFQDNs'") else ():
            name = rest[0].removesuffix(".") if kind == "name" else ""
            if name and not any(_includes(pattern.removesuffix("."), name) for pattern in asked):
                message = (
                    f"no DNS rule lets these pods ask for {name}, so that its addresses are never learned; add"
                    " rules.dns"
                )
                yield grant.source.at(UNLEARNED.error(grant.path, message))


def _includes(pattern: str, name: str) -> bool:
    """Whether a pattern covers a name, or every name of another pattern."""
    return pattern == name or name_matches(pattern, name.replace("*", "x"))


def _cut_off(world: World, sample: Sample) -> Iterator[Problem]:
    """Isolated pods that reach neither DNS nor istiod; only where a person isolated them."""
    grants = world.grants(sample, "egress")
    isolating = [grant for grant in grants if grant.isolates and not grant.deny]
    if not isolating or not all(grant.source.written for grant in isolating):
        return
    allows = [grant for grant in grants if not grant.deny]
    first = isolating[0]
    if not any(KUBE_DNS.point in grant.peers and grant.covers("UDP", DNS_PORT) for grant in allows):
        message = (
            f"pods in {sample.namespace} are isolated and may not ask DNS; allow kube-dns on {DNS_PORT} UDP and TCP"
        )
        yield first.source.at(CUT_OFF.warning(first.path, message))
    if world.context.capabilities.local_dns and not any(_reaches_local_dns(grant) for grant in allows):
        message = (
            f"LocalDNS listens on the node, which pods in {sample.namespace} may not ask; allow toEntities: [host] on"
            f" {DNS_PORT}"
        )
        yield first.source.at(CUT_OFF.warning(first.path, message))
    istio = world.context.capabilities.istio
    meshed = any(sample.namespace in meaning.meshed for meaning in world.context.meanings)
    if istio and meshed:
        points = {("pod", istio.root_namespace, "app=istiod")}
        if not any(points & grant.peers and grant.covers("TCP", ISTIOD_PORT) for grant in allows):
            message = (
                f"sidecars in {sample.namespace} may not reach istiod; allow {istio.root_namespace}, app: istiod, on"
                f" {ISTIOD_PORT}"
            )
            yield first.source.at(CUT_OFF.warning(first.path, message))


def _reaches_local_dns(grant: Grant) -> bool:
    local = parsed_range(LOCAL_DNS_RANGE)
    ranges = [parsed_range(point[1]) for point in grant.peers if point[0] == "cidr"]
    named = ("entity", "host") in grant.peers or local in ranges
    return named and grant.covers("UDP", DNS_PORT)
