"""The cluster autoscaler's settings, which are the whole cluster's.

Source: https://learn.microsoft.com/azure/aks/cluster-autoscaler#cluster-autoscaler-profile-settings (2026-08)
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import Field, PlainValidator, WithJsonSchema

from components.values import MALFORMED, ArmProperties, Model, shown

_MINUTES, _SECONDS, _ANY = "[0-9]{1,5}m", "[0-9]{1,5}s", "[0-9]{1,5}(ms|s|m|h)"


def _duration(pattern: str, example: str) -> PlainValidator:
    """Takes durations in the units that AKS takes in one place."""

    def parse(value: object) -> str:
        if isinstance(value, str) and re.fullmatch(pattern, value):
            return value
        raise MALFORMED.invalid(f"{shown(value)} is not a duration that AKS takes here; write one such as {example}")

    return PlainValidator(parse)


Minutes = Annotated[
    str, _duration(_MINUTES, "10m"), WithJsonSchema({"type": "string", "pattern": f"^{_MINUTES}$", "examples": ["10m"]})
]
Seconds = Annotated[
    str, _duration(_SECONDS, "10s"), WithJsonSchema({"type": "string", "pattern": f"^{_SECONDS}$", "examples": ["10s"]})
]
Duration = Annotated[
    str, _duration(_ANY, "30s"), WithJsonSchema({"type": "string", "pattern": f"^{_ANY}$", "examples": ["30s"]})
]
Count = Annotated[int, Field(ge=0)]


class AutoScalerProfileConfig(Model):
    """How the cluster autoscaler decides; Azure's defaults apply to what is absent."""

    balance_similar_node_groups: bool | None = Field(None, description="the same number of nodes in similar pools")
    daemonset_eviction_for_empty_nodes: bool | None = None
    daemonset_eviction_for_occupied_nodes: bool | None = None
    expander: Literal["least-waste", "most-pods", "priority", "random"] | None = Field(
        None, description="which pool grows where several could"
    )
    ignore_daemonsets_utilization: bool | None = None
    max_empty_bulk_delete: Count | None = None
    max_graceful_termination_sec: Count | None = None
    max_node_provision_time: Minutes | None = None
    max_total_unready_percentage: Annotated[int, Field(ge=0, le=100)] | None = None
    new_pod_scale_up_delay: Duration | None = None
    ok_total_unready_count: Count | None = None
    scale_down_delay_after_add: Minutes | None = None
    scale_down_delay_after_delete: Duration | None = None
    scale_down_delay_after_failure: Minutes | None = None
    scale_down_unneeded_time: Minutes | None = None
    scale_down_unready_time: Minutes | None = None
    scale_down_utilization_threshold: Annotated[float, Field(ge=0, le=1)] | None = None
    scan_interval: Seconds | None = None
    skip_nodes_with_local_storage: bool | None = None
    skip_nodes_with_system_pods: bool | None = None


# in the ARM model these three are booleans; all others, numbers too, are text
_BOOLEANS = ("daemonsetEvictionForEmptyNodes", "daemonsetEvictionForOccupiedNodes", "ignoreDaemonsetsUtilization")


def auto_scaler_profile(config: AutoScalerProfileConfig) -> ArmProperties:
    """The `autoScalerProfile` property, with what was given."""
    given = config.model_dump(by_alias=True, exclude_none=True)
    return {name: value if name in _BOOLEANS else _text(value) for name, value in given.items()}


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)
