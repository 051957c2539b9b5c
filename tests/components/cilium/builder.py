"""Releases to plan, from as little as a file may say."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Network
from typing import Any

from components.cilium.config import CiliumConfig
from components.cilium.plan import CiliumPlan, Surroundings, plan_cilium
from components.values import Ref

API_SERVER = Ref("cluster", "main", "fqdn")
POOL = IPv4Network("100.64.0.0/16")


def plan(values: Mapping[str, Any] | None = None, **around: Any) -> CiliumPlan:
    """The release of a cluster `aks-main`, with what is given."""
    config = CiliumConfig.model_validate({**(values or {})})
    known = {"name": "aks-main", "pod_cidr": POOL, "mask_size": 24, "api_server": API_SERVER, **around}
    return plan_cilium("main", config, Surroundings(**known))
