"""What Cilium's agent refuses in a policy that the API server took: the object is kept, nothing of it enforced."""

from __future__ import annotations

from collections.abc import Iterator

from components.facts.policy_features import ICMP_NAMES
from components.problems import KeyPath, Problem
from components.rules import Rule
from components.values import shown
from policies.lint.cilium_ports import DETAIL, SANITIZE, check_ports
from policies.lint.labels import check_selector, selector_keys
from policies.lint.network_policy import parsed_range
from policies.lint.source import SECTIONS, CiliumRule, Context, Object, Source, cilium_rules, items, mapping, specs

NOTHING = Rule(
    "POL-12",
    "A Cilium policy has at least one rule in every section that it opens",
    why=(
        "A missing or empty section has no effect: the direction stays open. With none at all the agent refuses the"
        " policy."
    ),
    fix="Write `- {}` with enableDefaultDeny to deny everything, or the rules that are meant.",
    source=SANITIZE,
)
SUBJECT = Rule(
    "POL-13",
    "A Cilium policy selects either pods or, cluster-wide, nodes",
    why=(
        "The agent refuses nodeSelector in a namespaced policy; AKS has no host firewall, so that one for nodes does"
        " nothing."
    ),
    fix="Use endpointSelector.",
    source=f"{SANITIZE}; https://learn.microsoft.com/azure/aks/azure-cni-powered-by-cilium",
)
ONE_KIND = Rule(
    "POL-14",
    "A rule names peers in one way",
    why="The agent refuses a rule that combines endpoints, CIDRs, entities, names, Services, nodes or groups.",
    fix="Write a rule for each.",
    source=SANITIZE,
)
NAMES = Rule(
    "POL-15",
    "Rules by DNS name are for egress and in a form that every version reads alike",
    why="`**` covers several labels from Cilium 1.19 on and one before; a leading * without a dot covers no subdomain.",
    fix="Write *.example.com for one label, and further entries for more.",
    source="cilium pkg/fqdn/matchpattern",
)
REMOVED = Rule(
    "POL-31",
    "Rules use fields that newer versions still have",
    why=(
        "fromRequires and toRequires are gone from Cilium 1.19; before, they narrow every other rule for the same pods."
    ),
    fix="Name the labels in fromEndpoints or toEndpoints.",
    source="cilium pkg/policy/api/rule.go",
)

L3_KINDS = ("Endpoints", "CIDR", "CIDRSet", "Entities", "Nodes", "Groups", "Services", "FQDNs")


def check_cilium(source: Source, context: Context) -> Iterator[Problem]:
    """Everything that the agent refuses in one policy."""
    found = list(specs(source))
    if not found:
        yield NOTHING.error(("spec",), "there is no rule at all, so that nothing is enforced; add spec")
    for path, spec in found:
        yield from _subject(source, spec, path, context)
        if not any(spec.get(section) for section in SECTIONS):
            message = "every section is empty, so that the agent refuses the policy; write `- {}` to deny, or rules"
            yield NOTHING.error(path, message)
            continue
        for section in SECTIONS:
            if spec.get(section) == []:
                message = f"{section} is empty, so that the direction stays open; write `- {{}}` to deny, or remove it"
                yield NOTHING.error((*path, section), message)
    for rule in cilium_rules(source):
        yield from _peers(rule)
        yield from _icmps(rule)
        yield from check_ports(rule)


def _subject(source: Source, spec: Object, path: KeyPath, context: Context) -> Iterator[Problem]:
    chosen = [key for key in ("endpointSelector", "nodeSelector") if key in spec]
    if len(chosen) != 1:
        what = "both endpointSelector and nodeSelector" if chosen else "no endpointSelector"
        yield SUBJECT.error(path, f"there is {what}; write endpointSelector alone")
    if chosen == ["nodeSelector"]:
        if source.kind == "CiliumNetworkPolicy":
            yield SUBJECT.error(
                (*path, "nodeSelector"), "nodeSelector needs a clusterwide policy; use endpointSelector"
            )
        elif context.capabilities.managed:
            yield SUBJECT.error(
                (*path, "nodeSelector"), "AKS has no host firewall, so that nothing is enforced; use endpointSelector"
            )
    for key in chosen:
        yield from check_selector(mapping(spec[key]), (*path, key))


def _peers(rule: CiliumRule) -> Iterator[Problem]:
    word = "from" if rule.direction == "ingress" else "to"
    kinds = [f"{word}{kind}" for kind in L3_KINDS if rule.rule.get(f"{word}{kind}")]
    if len(kinds) > 1:
        yield ONE_KIND.error(
            rule.path, f"{' and '.join(kinds)} stand in one rule, which the agent refuses; write a rule for each"
        )
    if rule.rule.get(f"{word}Nodes"):
        yield SUBJECT.error(
            (*rule.path, f"{word}Nodes"), f"{word}Nodes needs a setting that AKS does not offer; use {word}Entities"
        )
    if f"{word}Requires" in rule.rule:
        yield REMOVED.error(
            (*rule.path, f"{word}Requires"), f"{word}Requires is gone from Cilium 1.19; use {word}Endpoints"
        )
    for where, one in items(rule.rule.get(f"{word}Endpoints"), (*rule.path, f"{word}Endpoints")):
        yield from check_selector(mapping(one), where)
    for where, one in items(rule.rule.get(f"{word}CIDR"), (*rule.path, f"{word}CIDR")):
        if parsed_range(one) is None:
            yield DETAIL.error(where, f"{shown(one)} is not an address range; write one such as 10.0.0.0/16")
    for where, one in items(rule.rule.get(f"{word}CIDRSet"), (*rule.path, f"{word}CIDRSet")):
        yield from _cidr_set(mapping(one), where)
    for where, one in items(rule.rule.get("toServices"), (*rule.path, "toServices")):
        selector = mapping(mapping(one).get("k8sServiceSelector")).get("selector")
        yield from check_selector(mapping(selector), (*where, "k8sServiceSelector", "selector"))


def _cidr_set(entry: Object, path: KeyPath) -> Iterator[Problem]:
    chosen = [key for key in ("cidr", "cidrGroupRef", "cidrGroupSelector") if entry.get(key) not in (None, "")]
    groups = mapping(entry.get("cidrGroupSelector"))
    yield from check_selector(groups, (*path, "cidrGroupSelector"))
    if any(":" in key for key in selector_keys(groups)):
        yield DETAIL.error((*path, "cidrGroupSelector"), "labels of CIDR groups have no source; write the key alone")
    if len(chosen) != 1:
        yield DETAIL.error(
            path,
            (
                f"{' and '.join(chosen) or 'none of them'} is given; give one of cidr, cidrGroupRef and"
                " cidrGroupSelector"
            ),
        )
        return
    cidr = parsed_range(entry.get("cidr"))
    if "cidr" in entry and cidr is None:
        yield DETAIL.error(
            (*path, "cidr"), f"{shown(entry['cidr'])} is not an address range; write one such as 10.0.0.0/16"
        )
    for where, text in items(entry.get("except"), (*path, "except")):
        inner = parsed_range(text)
        if inner is None or (cidr is not None and inner.network_address not in cidr):
            yield DETAIL.error(where, f"{shown(text)} is not a part of {entry.get('cidr')}; remove it, or widen cidr")


def _icmps(rule: CiliumRule) -> Iterator[Problem]:
    icmps = rule.rule.get("icmps")
    if icmps and rule.rule.get("toPorts"):
        yield DETAIL.error(
            (*rule.path, "icmps"), "icmps stands beside toPorts, which the agent refuses; write two rules"
        )
    for where, one in items(icmps, (*rule.path, "icmps")):
        for place, each in items(mapping(one).get("fields"), (*where, "fields")):
            name, family = mapping(each).get("type"), str(mapping(each).get("family", "IPv4"))
            if isinstance(name, str) and not name.isdigit() and name not in ICMP_NAMES.get(family, (name,)):
                yield DETAIL.error(place, f"{name} is no type of {family}; set the other family, or use a number")
