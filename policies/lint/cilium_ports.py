"""Ports and L7 rules of Cilium's policies: what the agent refuses, and ranges that nobody refuses and nobody means."""

from __future__ import annotations

import re
from collections.abc import Iterator

from components.facts.policy_features import DNS_PORT, PORT_ENTRIES
from components.problems import KeyPath, Problem
from components.rules import Rule
from components.values import shown
from policies.lint.network_policy import PORT_RANGE
from policies.lint.source import CiliumRule, Object, items, mapping
from policies.resolve import SCTP

SANITIZE = "cilium pkg/policy/api/rule_validation.go"

DNS = Rule(
    "POL-16",
    "DNS rules are for egress to port 53",
    why="The agent refuses them at ingress, without a port and with a range.",
    fix="Write port 53 with UDP and TCP.",
    source=SANITIZE,
)
L7 = Rule(
    "POL-17",
    "L7 rules are for single TCP ports, one kind in an entry",
    why="The agent refuses others, or takes a range and filters only its first port.",
    fix="Write single ports with protocol: TCP, and one kind of rules in each toPorts entry.",
    source=SANITIZE,
)
NO_KAFKA = Rule(
    "POL-49",
    "L7 rules are HTTP or DNS",
    why="Kafka rules are gone from Cilium 1.20, and other protocols were never supported on AKS.",
    fix="Allow the port, and let the broker decide.",
    source="cilium PR #43557",
)
DETAIL = Rule(
    "POL-20",
    "ICMP, server names, CIDR sets and listeners are combined as Cilium allows",
    why="The agent refuses the policy and enforces nothing of it.",
    fix="Write what the message says.",
    source=SANITIZE,
)

_HIGHEST_PORT = 65535
_PORT_NAME = re.compile(r"(?=.{1,15}$)(?=.*[A-Za-z])[A-Za-z0-9]+(-[A-Za-z0-9]+)*")


def check_ports(rule: CiliumRule) -> Iterator[Problem]:
    """Everything that the agent refuses in a rule's toPorts."""
    for where, entry in rule.entries:
        yield from _ports(entry, where)
        yield from _rules(rule, entry, where)


def _ports(entry: Object, path: KeyPath) -> Iterator[Problem]:
    listed = entry.get("ports")
    if isinstance(listed, list) and len(listed) > PORT_ENTRIES:
        message = f"{len(listed)} ports stand in one entry, and {PORT_ENTRIES} may; write two entries"
        yield L7.error((*path, "ports"), message)
    for where, one in items(listed, (*path, "ports")):
        port = mapping(one)
        if port.get("protocol") == "SCTP":
            yield SCTP.error(where, "SCTP is not switched on in AKS' Cilium; use TCP or UDP")
        number = port.get("port")
        if isinstance(number, str):
            yield from _number(number, port.get("endPort"), where)


def _number(number: str, end: object, path: KeyPath) -> Iterator[Problem]:
    if number.isdigit() and int(number) > _HIGHEST_PORT:
        yield PORT_RANGE.error((*path, "port"), f"{number} is no port; use 1 to {_HIGHEST_PORT}")
    elif not number.isdigit() and not _PORT_NAME.fullmatch(number):
        yield PORT_RANGE.error((*path, "port"), f"{number!r} is no port; write a number, and endPort for a range")
    if isinstance(end, int) and end:
        if not number.isdigit():
            yield PORT_RANGE.error(path, f"endPort stands beside the port's name {number!r}; write the number")
        elif end < int(number):
            yield PORT_RANGE.error(path, f"the range ends at {end} before it begins at {number}; swap them")


def _rules(rule: CiliumRule, entry: Object, path: KeyPath) -> Iterator[Problem]:
    rules = mapping(entry.get("rules"))
    kinds = [kind for kind in ("http", "dns", "kafka", "l7", "l7proto") if kind in rules]
    if rules.get("kafka") or rules.get("l7proto") or rules.get("l7"):
        yield NO_KAFKA.error(
            (*path, "rules"),
            (f"{kinds[0]} rules are not supported on AKS and gone from Cilium 1.20; allow the port alone"),
        )
    if "rules" in entry and len(set(kinds) - {"l7"}) != 1:
        what = " and ".join(kinds) or "nothing"
        yield L7.error((*path, "rules"), f"rules holds {what}; write exactly one of http and dns, or remove rules")
    ports = [mapping(one) for _, one in items(entry.get("ports"), path)]
    if rules.get("dns"):
        yield from _dns(rule, ports, path)
    if rules.get("http"):
        yield from _http(rules, ports, path)
    names = entry.get("serverNames")
    if names is not None and (
        "" in names or (any(rules.get(kind) for kind in kinds) and "terminatingTLS" not in entry)
    ):
        yield DETAIL.error(
            (*path, "serverNames"), "serverNames is empty or stands beside L7 rules; keep one of the two"
        )
    if "listener" in entry and (rule.direction == "ingress" or any(rules.get(kind) for kind in kinds)):
        yield DETAIL.error((*path, "listener"), "a listener is for egress without L7 rules; remove it")
    if rule.spec.get("nodeSelector") is not None and any(rules.get(kind) for kind in kinds):
        yield L7.error((*path, "rules"), "L7 rules are not for nodes; use endpointSelector")


def _dns(rule: CiliumRule, ports: list[Object], path: KeyPath) -> Iterator[Problem]:
    if rule.direction == "ingress":
        yield DNS.error((*path, "rules"), "DNS rules are refused at ingress; write them at egress of the pods that ask")
    if not ports:
        yield DNS.error(path, "DNS rules have no port; add port 53 with UDP and TCP")
    for port in ports:
        number, end = str(port.get("port")), port.get("endPort")
        if end and str(end) != number:
            yield DNS.error((*path, "ports"), "DNS rules are refused on a range; write port 53")
        elif number not in ("None", str(DNS_PORT)):
            message = f"DNS rules stand on port {number}; the cluster's DNS listens on {DNS_PORT}"
            yield DNS.error((*path, "ports"), message)


def _http(rules: Object, ports: list[Object], path: KeyPath) -> Iterator[Problem]:
    for port in ports:
        if port.get("protocol") != "TCP":
            yield L7.error(
                (*path, "ports"), f"HTTP rules stand on {port.get('protocol', 'any protocol')}; write protocol: TCP"
            )
        if port.get("port") == "0":
            yield L7.error((*path, "ports"), "HTTP rules stand on every port (0); write single ports")
        if port.get("endPort"):
            yield L7.error((*path, "ports"), "HTTP rules stand on a range; write single ports")
    for where, one in items(rules.get("http"), (*path, "rules", "http")):
        for key in ("path", "method", "host"):
            text = mapping(one).get(key)
            if isinstance(text, str) and not _is_expression(text):
                yield L7.error(
                    (*where, key), f"{shown(text)} is no regular expression that Cilium takes; escape it with \\"
                )


def _is_expression(text: str) -> bool:
    """Whether a text is a regular expression: Go's are like Python's, but without look-around and back references."""
    if re.search(r"\(\?[=!<]|\\[1-9]", text):
        return False
    try:
        re.compile(text)
    except (re.error, RecursionError, OverflowError):
        return False
    return True
