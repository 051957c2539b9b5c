"""Cilium policies that are valid and mean something else than they look like."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from components.facts.policy_features import (
    CLUSTER_DOMAIN,
    MULTI_LABEL_NAMES,
    NEGATIVE_NAMESPACES_ARE_PODS_ONLY,
    PolicyFeature,
)
from components.problems import KeyPath, Problem
from components.rules import Rule
from components.values import shown
from policies.capabilities import ENFORCEABLE
from policies.compile.compiler import EVERY_NAME
from policies.ends import API_SERVER_CALLS
from policies.lint.cilium_valid import NAMES, NOTHING
from policies.lint.labels import NAMESPACE_KEYS, bare
from policies.lint.network_policy import ALLOW_ALL, NEGATIVE, parsed_range, range_problems
from policies.lint.reach import lets_everything
from policies.lint.source import CiliumRule, Context, Object, Source, cilium_rules, items, mapping, texts

EMPTY_RULE = Rule(
    "LINT-01",
    "An empty rule of a Cilium policy says that it isolates",
    why=(
        "In Cilium's policies `- {}` allows nothing and makes the pods default deny; in a NetworkPolicy it allows"
        " everything."
    ),
    fix="Write fromEntities: [all] to allow; to isolate, set enableDefaultDeny or annotate cilia/means: deny-all.",
    source="cilium examples/policies/l3; pkg/policy/utils/parserules.go",
)
OPEN_LIST = Rule(
    "LINT-07",
    "toFQDNs, toGroups, fromGroups and toServices are not empty lists",
    why="With toPorts an empty one of these names any peer at all: a hole to everywhere on those ports (C3).",
    fix="Name who is meant, or remove the rule.",
    source="cilium pkg/policy/utils/parserules.go, mergeEndpointSelectors",
)
CLUSTERWIDE_L7 = Rule(
    "LINT-09",
    "Clusterwide policies hold no HTTP rules",
    why="AKS supports L7 rules in CiliumNetworkPolicy only (ACNS-06).",
    fix="Write a CiliumNetworkPolicy in each namespace.",
    source="https://learn.microsoft.com/azure/aks/container-network-security-l7-policy-concepts",
)
EXPRESSIONS = Rule(
    "LINT-13",
    "Paths of HTTP rules are regular expressions of the whole path with its query",
    why=(
        "Cilium compares the whole of path and query: `/data` misses `/data?x=1`, and `/data/*` means slashes (U3,"
        " POL-19)."
    ),
    fix="Write `/data(\\?.*)?` for the path itself, `/data/.*` for what is below.",
    source="cilium pkg/policy/api/http.go; cilium/proxy network_policy.cc",
)
WHOLE_WORLD = Rule(
    "LINT-16",
    "Everybody outside is named as such",
    why="Ranges such as 0.0.0.0/1 and 128.0.0.0/1 are together the whole internet, which reviewers overlook.",
    fix="Write toEntities: [world] if everything outside is meant, or the ranges that are.",
    source="https://docs.cilium.io security/policy/language, entities",
)
SERVICES = Rule(
    "LINT-22",
    "toServices stands without toPorts",
    why="Where no Service matches, the rule allows any peer on those ports; a deny denies any (C11).",
    fix="Select the Service's pods with toEndpoints and toPorts.",
    source="https://github.com/cilium/cilium/issues/20067",
)
SERVICE_NAMES = Rule(
    "ACNS-07",
    "Rules by DNS name are for names outside the cluster",
    why="Names of Services resolve to addresses of the cluster, which toFQDNs never matches.",
    fix="Select the Service's pods with toEndpoints.",
    source="https://learn.microsoft.com/azure/aks/container-network-security-fqdn-filtering-concepts",
)

_NOBODY = ("Endpoints", "CIDR", "CIDRSet", "Entities", "Nodes")
_ANYBODY = ("FQDNs", "Groups", "Services")
_NO_SLASH = re.compile(r"[A-Za-z0-9_-]+(?![*?{A-Za-z0-9_-])")
_GLOB = re.compile(r"(?<![.)\]}*+?])\*")


def check_traps(source: Source, context: Context) -> Iterator[Problem]:
    """Everything about one Cilium policy that is not what it looks like."""
    yield from _negative(source, context)
    for rule in cilium_rules(source):
        yield from _empty(rule)
        yield from _ranges(rule, context)
        yield from _names(rule, context)
        yield from _gates(rule, context)
        if rule.rule.get("toServices") and rule.rule.get("toPorts"):
            message = "where no Service matches, this names any peer on these ports; use toEndpoints"
            yield SERVICES.error((*rule.path, "toServices"), message)
        if "kube-apiserver" in texts(rule.rule.get("fromEntities")):
            message = "on AKS calls of the API server arrive through konnectivity in kube-system; allow that namespace"
            yield API_SERVER_CALLS.warning((*rule.path, "fromEntities"), message)
        yield from _every_port(rule)
        for where, entry in rule.entries:
            yield from _no_filter(source, mapping(entry.get("rules")), (*where, "rules"))
            for place, one in items(mapping(entry.get("rules")).get("http"), (*where, "rules", "http")):
                yield from _expression(mapping(one).get("path"), (*place, "path"))
                yield from _method(mapping(one).get("method"), (*place, "method"))


def _empty(rule: CiliumRule) -> Iterator[Problem]:
    """Empty rules and lists, each of which means something of its own (C3)."""
    word = "from" if rule.direction == "ingress" else "to"
    if not rule.rule:
        yield from _empty_rule(rule, word)
        return
    for kind in _NOBODY:
        if rule.rule.get(f"{word}{kind}") == []:
            message = f"{word}{kind} is empty and names nobody; name who is meant, or remove the rule"
            yield EMPTY_RULE.error((*rule.path, f"{word}{kind}"), message)
    for kind in _ANYBODY:
        if rule.rule.get(f"{word}{kind}") == []:
            message = f"{word}{kind} is empty, which with toPorts names anybody; name who is meant"
            yield OPEN_LIST.error((*rule.path, f"{word}{kind}"), message)
    yield from _empty_ports(rule)


def _empty_rule(rule: CiliumRule, word: str) -> Iterator[Problem]:
    stated = mapping(rule.spec.get("enableDefaultDeny")).get(rule.direction) is True or rule.source.means("deny-all")
    if rule.deny:
        message = f"an empty deny rule denies nothing and isolates; name peers, or {word}Entities: [all]"
        yield EMPTY_RULE.error(rule.path, message)
    elif not stated:
        message = (
            f"an empty rule allows nothing and isolates for {rule.direction}; write {word}Entities: [all], or"
            f" enableDefaultDeny: {{{rule.direction}: true}} if that is meant"
        )
        yield EMPTY_RULE.error(rule.path, message)


def _empty_ports(rule: CiliumRule) -> Iterator[Problem]:
    path = (*rule.path, "toPorts")
    if rule.rule.get("toPorts") == [] and len(rule.rule) == 1:
        yield EMPTY_RULE.error(path, "toPorts is empty, so that the rule allows nothing; name ports, or remove it")
    elif rule.rule.get("toPorts") == []:
        yield NOTHING.warning(path, "toPorts is empty and means every port; name ports, or remove it")
    for where, entry in rule.entries:
        if not entry.get("ports"):
            what = "denies" if rule.deny else "allows"
            yield EMPTY_RULE.error(where, f"the entry has no ports and {what} nothing; name ports, or remove toPorts")
    for where, one in items(rule.rule.get("icmps"), (*rule.path, "icmps")):
        if not mapping(one).get("fields"):
            yield EMPTY_RULE.error(where, "the entry has no fields and allows nothing; name types, or remove icmps")


def _ranges(rule: CiliumRule, context: Context) -> Iterator[Problem]:
    word = "from" if rule.direction == "ingress" else "to"
    listed = [
        *((where, one, []) for where, one in items(rule.rule.get(f"{word}CIDR"), (*rule.path, f"{word}CIDR"))),
        *(
            (where, mapping(one).get("cidr"), list(texts(mapping(one).get("except"))))
            for where, one in items(rule.rule.get(f"{word}CIDRSet"), (*rule.path, f"{word}CIDRSet"))
        ),
    ]
    parsed = []
    for where, text, excepted in listed:
        cidr = parsed_range(text)
        if cidr is None:
            continue
        parsed.append(cidr)
        yield from range_problems(cidr, [one for left in excepted if (one := parsed_range(left))], where, context)
    for version in (ipaddress.IPv4Network, ipaddress.IPv6Network):
        same = [one for one in parsed if isinstance(one, version)]
        whole = any(one.prefixlen == 0 for one in ipaddress.collapse_addresses(same))  # type: ignore[type-var]
        if whole and not any(one.prefixlen == 0 for one in same):
            yield WHOLE_WORLD.warning(
                rule.path, f"{', '.join(map(str, same))} are together every address; write {word}Entities: [world]"
            )


def _names(rule: CiliumRule, context: Context) -> Iterator[Problem]:
    for where, one in items(rule.rule.get("toFQDNs"), (*rule.path, "toFQDNs")):
        name = str(mapping(one).get("matchName") or mapping(one).get("matchPattern") or "").removesuffix(".").lower()
        if name == CLUSTER_DOMAIN or name.endswith(f".{CLUSTER_DOMAIN}"):
            yield SERVICE_NAMES.error(
                where, f"{name} is a name of the cluster, which toFQDNs never matches; use toEndpoints"
            )
        yield from _pattern(mapping(one).get("matchPattern"), where, context)
    for where, entry in rule.entries:
        for place, one in items(mapping(entry.get("rules")).get("dns"), (*where, "rules", "dns")):
            yield from _pattern(mapping(one).get("matchPattern"), place, context)
            if mapping(one).get("matchPattern") == "*" and context.capabilities.managed:
                yield EVERY_NAME.warning(place, "AKS may refuse a bare *; write forms such as *.example.com")


def _pattern(pattern: object, path: KeyPath, context: Context) -> Iterator[Problem]:
    if not isinstance(pattern, str) or pattern == "*":
        return
    if "**" in pattern and context.capabilities.cilium < MULTI_LABEL_NAMES:
        message = (
            f"{shown(pattern)}: on Cilium {context.capabilities.cilium_text} '**' covers one label, as '*' does;"
            " write an entry for each depth"
        )
        yield NAMES.error(path, message)
    elif re.match(r"\*[^.*]", pattern):
        yield NAMES.warning(
            path, f"{shown(pattern)} covers no subdomain of {pattern[1:]}; write *.{pattern[1:]}, and the name itself"
        )


def _gates(rule: CiliumRule, context: Context) -> Iterator[Problem]:
    """What the cluster's switches do not cover."""
    capabilities = context.capabilities
    needs: list[tuple[PolicyFeature, KeyPath]] = []
    if "toFQDNs" in rule.rule:
        needs.append((PolicyFeature.NAMES, (*rule.path, "toFQDNs")))
    for where, entry in rule.entries:
        rules = mapping(entry.get("rules"))
        if rules.get("dns"):
            needs.append((PolicyFeature.DNS_NAMES, (*where, "rules")))
        if rules.get("http"):
            needs.append((PolicyFeature.HTTP_BY_CILIUM, (*where, "rules")))
            if rule.source.kind == "CiliumClusterwideNetworkPolicy" and capabilities.managed:
                yield CLUSTERWIDE_L7.error(
                    (*where, "rules"), "AKS takes HTTP rules in CiliumNetworkPolicy only; write one in each namespace"
                )
    for feature, path in needs:
        if lacking := capabilities.lacks(feature):
            yield ENFORCEABLE.error(path, f"{feature.value} cannot be enforced: {lacking}")


def _every_port(rule: CiliumRule) -> Iterator[Problem]:
    meaning = "deny-all" if rule.deny else "allow-all"
    for where, entry in rule.entries if not rule.source.means(meaning) else ():
        for place, one in items(entry.get("ports"), (*where, "ports")):
            if str(mapping(one).get("port")).strip("0") == "" and "rules" not in entry:
                message = f"port 0 is every port; name ports, or annotate cilia/means: {meaning}"
                yield ALLOW_ALL.warning((*place, "port"), message)


def _no_filter(source: Source, rules: Object, path: KeyPath) -> Iterator[Problem]:
    """L7 rules that let everything through: empty lists are no rules at all, empty entries match anything (U2)."""
    if source.means("allow-all"):
        return
    for kind, what in (("http", "request"), ("dns", "name")):
        if rules.get(kind) == []:
            message = (
                f"{kind} is empty, which is no filter: every {what} passes; write the {what}s that may, or remove rules"
            )
            yield ALLOW_ALL.error((*path, kind), message)
    for where, one in items(rules.get("http"), (*path, "http")):
        if lets_everything(mapping(one)):
            message = (
                "an entry without conditions lets every request through, whatever stands beside it; name a method or a"
                " path, or annotate cilia/means: allow-all"
            )
            yield ALLOW_ALL.error(where, message)


def _method(method: object, where: KeyPath) -> Iterator[Problem]:
    if isinstance(method, str) and re.search(r"[a-z]", method) and not re.search(r"[\\(\[]", method):
        message = f"{shown(method)} never matches, as methods are compared by case; write {method.upper()}"
        yield EXPRESSIONS.error(where, message)


def _expression(path: object, where: KeyPath) -> Iterator[Problem]:
    if not isinstance(path, str) or not path:
        return
    if _NO_SLASH.match(path) and "|" not in path:
        yield EXPRESSIONS.error(where, f"{shown(path)} never matches, as every path begins with '/'; write /{path}")
    elif _GLOB.search(path):
        message = f"{shown(path)} is no glob: '*' repeats the character before it; write '.*' for anything"
        yield EXPRESSIONS.error(where, message)
    elif not path.endswith((".*", ")?", ")*", ".+", "[^?]*")):
        yield EXPRESSIONS.warning(where, f"{shown(path)} does not match requests with a query; end it with (\\?.*)?")


def _negative(source: Source, context: Context) -> Iterator[Problem]:
    """Peers selected only by what they are not: before 1.19 the world and the nodes among them."""
    if context.capabilities.cilium >= NEGATIVE_NAMESPACES_ARE_PODS_ONLY:
        return
    for rule in cilium_rules(source):
        key = "fromEndpoints" if rule.direction == "ingress" else "toEndpoints"
        for where, one in items(rule.rule.get(key), (*rule.path, key)):
            if _only_negative(mapping(one), clusterwide=source.kind == "CiliumClusterwideNetworkPolicy"):
                message = (
                    f"on Cilium {context.capabilities.cilium_text} this selects the world and the nodes too; add"
                    " {key: io.kubernetes.pod.namespace, operator: Exists}"
                )
                yield NEGATIVE.error(where, message)


def _only_negative(selector: Object, *, clusterwide: bool) -> bool:
    expressions = [mapping(one) for _, one in items(selector.get("matchExpressions"), ())]
    keys = NAMESPACE_KEYS[:1] if clusterwide else NAMESPACE_KEYS[:2]
    names = any(bare(str(one.get("key"))).startswith(keys) for one in expressions)
    positive = selector.get("matchLabels") or any(one.get("operator") in ("In", "Exists") for one in expressions)
    return names and not positive
