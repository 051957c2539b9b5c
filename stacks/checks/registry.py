"""The checks there are, in the order in which their findings are listed."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from components.problems import Problem
from stacks.checks import (
    acns,
    api_server,
    api_server_subnet,
    capacity,
    cluster_traffic,
    dataplane,
    dual_stack,
    existing,
    identity,
    istio,
    istio_features,
    istio_gateways,
    istio_settings,
    names,
    net,
    network_names,
    node_settings,
    outbound,
    pod_subnets,
    pools,
    private_dns,
    ranges,
    routes,
    security_groups,
    sizes,
    upgrades,
    versions,
    workloads,
)
from stacks.view import StackView

CHECKS: tuple[Callable[[StackView], Iterable[Problem]], ...] = (
    *net.CHECKS,
    *existing.CHECKS,
    *network_names.CHECKS,
    *sizes.CHECKS,
    *ranges.CHECKS,
    *capacity.CHECKS,
    *upgrades.CHECKS,
    *pod_subnets.CHECKS,
    *security_groups.CHECKS,
    *cluster_traffic.CHECKS,
    *routes.CHECKS,
    *dataplane.CHECKS,
    *dual_stack.CHECKS,
    *outbound.CHECKS,
    *acns.CHECKS,
    *api_server.CHECKS,
    *api_server_subnet.CHECKS,
    *private_dns.CHECKS,
    *versions.CHECKS,
    *pools.CHECKS,
    *node_settings.CHECKS,
    *names.CHECKS,
    *identity.CHECKS,
    *workloads.CHECKS,
    *istio.CHECKS,
    *istio_gateways.CHECKS,
    *istio_settings.CHECKS,
    *istio_features.CHECKS,
)
