"""From what bundles mean to drafts of manifests: the smallest kind that says each thing exactly."""

from __future__ import annotations

from components.problems import Problem
from components.rules import Rule
from policies.capabilities import Capabilities
from policies.compile.allowances import allowances, denials, is_plain, merged
from policies.compile.authorization import authorization_policies
from policies.compile.cilium import (
    allow_draft,
    deny_draft,
    dns_draft,
    isolation_draft,
    local_dns_draft,
    plain_dns_drafts,
)
from policies.compile.drafts import Allowance, Draft
from policies.compile.network_policy import network_policies
from policies.compile.surroundings import namespaces, peer_authentications
from policies.dns import reaches_addresses
from policies.intents import DnsRight, Meaning

LOCAL_DNS_NAMES = Rule(
    "POL-43",
    "DNS is filtered by name only where pods ask the cluster's DNS themselves",
    why="With LocalDNS questions go to the node; filtering them by name is reported not to work (Azure/AKS#5864).",
    fix="Turn localDNS off for the pools, or allow CIDRs instead of names.",
    source="https://github.com/Azure/AKS/issues/5864",
)
EVERY_NAME = Rule(
    "ACNS-08",
    "DNS names are filtered by forms such as *.example.com, not by a bare *",
    why="Azure's observability guide says that a bare * blocks all DNS, and users saw admission refuse it; other"
    " pages dropped that limit in 2026-07.",
    fix="Use `dns: names` or `dns: auto`, or test on the cluster and accept the warning.",
    source="https://learn.microsoft.com/azure/aks/how-to-apply-fqdn-filtering-policies",
)


def compile_meaning(meaning: Meaning, capabilities: Capabilities) -> tuple[list[Draft], list[Problem]]:
    """Every manifest for what all bundles of a cluster mean, and what no mechanism of this cluster can say."""
    drafts = [*namespaces(meaning, capabilities), *peer_authentications(meaning)]
    plain: list[Allowance] = []
    others: list[Allowance] = []
    for allowance in allowances(meaning, capabilities):
        (plain if is_plain(allowance, meaning, capabilities) else others).append(allowance)
    drafts.extend(network_policies(meaning, plain))
    drafts.extend(allow_draft(group, meaning) for group in merged(others))
    drafts.extend(deny_draft(group, meaning) for group in merged(denials(meaning)))
    drafts.extend(isolation_draft(one) for one in meaning.isolations if one.pods.namespace is None)
    dns, problems = _dns(meaning, capabilities)
    drafts.extend(dns)
    authorization, refused = authorization_policies(meaning, capabilities)
    drafts.extend(authorization)
    return drafts, list(dict.fromkeys([*problems, *refused]))


def _dns(meaning: Meaning, capabilities: Capabilities) -> tuple[list[Draft], list[Problem]]:
    """Policies for rights to ask DNS that no NetworkPolicy holds."""
    drafts: list[Draft] = []
    problems: list[Problem] = []
    for right in meaning.dns:
        if right.names is not None:
            drafts.append(dns_draft(right))
            problems.extend(_name_problems(right, meaning, capabilities))
        elif right.pods.namespace is None:
            drafts.extend(plain_dns_drafts(right))
        if capabilities.local_dns and right.names is None:
            drafts.append(local_dns_draft(right, capabilities))
    return drafts, problems


def _name_problems(right: DnsRight, meaning: Meaning, capabilities: Capabilities) -> list[Problem]:
    found = []
    if capabilities.local_dns:
        message = (
            f"{right.pods} asks LocalDNS, where names cannot be filtered; turn localDNS off, or allow a cidr instead"
        )
        found.append(LOCAL_DNS_NAMES.error(right.path, message))
    if capabilities.managed and right.names == ("*",):
        reached = reaches_addresses(right.pods, meaning)
        why = f", as it may reach {reached[0]} too" if reached else ""
        message = (
            f"{right.pods} may ask for any name through Cilium's proxy{why}, by a bare * that AKS may refuse; set dns:"
            " names"
        )
        found.append(EVERY_NAME.warning(right.path, message))
    return found
