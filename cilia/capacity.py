"""`cilia capacity`: how many nodes and pods given ranges hold. Needs no stack file and never imports Pulumi."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from ipaddress import IPv4Network
from typing import Any

from pydantic import TypeAdapter, ValidationError

from cilia.arguments import add_debug, add_format
from cilia.errors import InputError
from cilia.output import document, result, style_of
from cilia.table import Column, table
from components.cluster.fitting import Ceiling, Ranges, ceilings
from components.cluster.modes.registry import Networking, mode_of
from components.cluster.pools import parse_max_surge
from components.facts import limits
from components.facts.features import MODES, ModeName
from components.values import parse_ipv4_cidr

_COLUMNS = (Column("what"), Column("nodes", right=True), Column("surge", right=True), Column("pods", right=True))
_DEFAULT_SURGE = "33%"


def arguments(parser: ArgumentParser) -> None:
    """Adds the verb's arguments."""
    parser.add_argument("mode", choices=[mode.value for mode in ModeName], help="how pods are connected")
    parser.add_argument("--subnet", required=True, metavar="CIDR", help="the subnet of the nodes")
    parser.add_argument("--pod-subnet", metavar="CIDR", help="the subnet of the pods, with podSubnet")
    parser.add_argument("--pod-cidr", metavar="CIDR", help="the range of the pods, with a mode that has one of its own")
    parser.add_argument("--mask-size", type=int, metavar="N", help="prefix length of a node's range, with byocni")
    parser.add_argument("--allocation", choices=("dynamic", "staticBlock"), help="with podSubnet")
    parser.add_argument("--max-pods", type=int, metavar="N", help="pods per node; the mode's own number if absent")
    parser.add_argument("--max-surge", default=_DEFAULT_SURGE, metavar="N|PERCENT", help="during an upgrade (33%%)")
    parser.add_argument(
        "--other-addresses", type=int, default=0, metavar="N", help="addresses of the subnet for others"
    )
    add_format(parser, "text", "json")
    add_debug(parser)


def run(options: Namespace) -> int:
    """Prints what each range holds, the one that runs out first on top."""
    least, most = limits.POOL_MIN_PODS_PER_NODE, limits.POOL_MAX_PODS_PER_NODE
    if options.max_pods is not None and not least <= options.max_pods <= most:
        raise InputError(f"--max-pods {options.max_pods}: AKS takes {least} to {most}")
    networking = _networking(options)
    facts = MODES[mode_of(networking).name]
    if facts.pod_subnets and options.pod_subnet is None:
        raise InputError(f"mode {options.mode} needs --pod-subnet")
    if not facts.pod_subnets and options.pod_subnet is not None:
        raise InputError(f"mode {options.mode} has no pod subnet; remove --pod-subnet")
    ranges = Ranges(
        _cidr("--subnet", options.subnet),
        _cidr("--pod-subnet", options.pod_subnet) if options.pod_subnet else None,
        options.other_addresses,
    )
    max_pods = options.max_pods if options.max_pods is not None else facts.default_max_pods
    found = ceilings(networking, ranges, max_pods=max_pods, max_surge=_surge(options.max_surge))
    if options.output == "json":
        document(_json(found, max_pods))
        return 0
    style = style_of(sys.stdout)
    first = found[0]
    result(
        f"{first.nodes:,} nodes ({first.surge_nodes:,} more during an upgrade) and {first.nodes * max_pods:,} pods,"
        f" at {max_pods} pods a node; limited by {first.what}"
    )
    for line in table(_COLUMNS, (_row(ceiling, max_pods) for ceiling in found), style):
        result(line)
    return 0


def _row(ceiling: Ceiling, max_pods: int) -> tuple[str, ...]:
    return (
        ceiling.what,
        f"{ceiling.nodes:,}",
        f"{ceiling.surge_nodes:,}",
        f"{ceiling.nodes * max_pods:,}",
    )


def _json(found: list[Ceiling], max_pods: int) -> dict[str, object]:
    def row(ceiling: Ceiling) -> dict[str, object]:
        return {
            "what": ceiling.what,
            "nodes": ceiling.nodes,
            "surgeNodes": ceiling.surge_nodes,
            "pods": ceiling.nodes * max_pods,
        }

    return {"maxPods": max_pods, **row(found[0]), "ceilings": [row(ceiling) for ceiling in found]}


def _networking(options: Namespace) -> Any:
    """The cluster's `networking` that the options describe.

    Raises:
        InputError: The mode lacks something that was given, or a range is malformed.
    """
    given = {"podCidr": options.pod_cidr, "allocation": options.allocation}
    written: dict[str, Any] = {
        "mode": options.mode,
        **{key: value for key, value in given.items() if value is not None},
    }
    if options.mask_size is not None:
        if MODES[ModeName(options.mode)].azure_dataplane:
            raise InputError(f"mode {options.mode} has no maskSize; remove that option")
        written["cilium"] = {"maskSize": options.mask_size}
    adapter: TypeAdapter[Any] = TypeAdapter(Networking)
    try:
        return adapter.validate_python(written)
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        key = str(detail["loc"][-1])
        if detail["type"] == "extra_forbidden":
            raise InputError(f"mode {options.mode} has no {key}; remove that option") from None
        if detail["type"] == "missing":
            raise InputError(f"mode {options.mode} needs a {key}; give it by its option") from None
        raise InputError(f"{key}: {detail['msg']}") from None


def _cidr(option: str, text: str) -> IPv4Network:
    try:
        return parse_ipv4_cidr(text)
    except ValueError as error:
        raise InputError(f"{option}: {error}") from None


def _surge(text: str) -> int | str:
    try:
        return parse_max_surge(text)
    except ValueError as error:
        raise InputError(f"--max-surge {text}: {error}") from None
