"""A hundred clusters as a program: through the components, and the same resources declared one by one.

`python -m tests.bench.fleet components|flat` runs one of the two under the recorder, in a fresh process, and prints as
JSON what the program took and how many resources of each type it made. Imports are over before the clock starts.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from datetime import date
from pathlib import Path

from pulumi_azure_native import authorization, containerservice, managedidentity, network, resources

import stacks.build  # noqa: F401 - loaded before the clock starts
from cilia.record import record
from stacks.load import load_values
from stacks.plan import NO_SUBSCRIPTION, StackPlan

CLUSTERS = 100
KUBERNETES_VERSION = "1.35"
LOCATION = "westeurope"
RESOURCE_GROUP = "rg-fleet"
TODAY = date(2026, 8, 21)
"""The date of the version data, so that the plan has no warnings."""
LOADED = (
    authorization.RoleAssignment,
    containerservice.ManagedCluster,
    managedidentity.UserAssignedIdentity,
    network.Subnet,
    resources.ResourceGroup,
)
"""The SDK loads a service when something of it is first touched: here, before the clock starts."""


def key(index: int) -> str:
    """The key of a cluster and of its network."""
    return f"c{index:03}"


def address_space(index: int) -> str:
    """The range of a cluster's network."""
    return f"10.{index}.0.0/16"


def subnet_ranges(index: int) -> dict[str, str]:
    """A range for each of the two subnets, which are called as the pools in them."""
    return {"system": f"10.{index}.0.0/24", "user": f"10.{index}.1.0/24"}


def plan() -> StackPlan:
    """The fleet as a stack file would say it, checked and planned."""
    values: dict[str, object] = {
        "azure-native:location": LOCATION,
        "cilia:environment": {"resourceGroup": {"name": RESOURCE_GROUP}},
        "cilia:networks": {
            key(index): {
                "addressSpace": [address_space(index)],
                "subnets": {name: {"cidr": cidr} for name, cidr in subnet_ranges(index).items()},
            }
            for index in range(CLUSTERS)
        },
        "cilia:clusters": {
            key(index): {
                "kubernetesVersion": KUBERNETES_VERSION,
                "network": key(index),
                "networking": {"mode": "overlay"},
                "systemPool": {"subnet": "system"},
                "pools": {"user": {"subnet": "user"}},
                "inCluster": "gitops",  # Azure resources only
            }
            for index in range(CLUSTERS)
        },
    }
    return load_values(values, stack="fleet", file=Path("fleet"), today=TODAY, subscription_id=NO_SUBSCRIPTION)[0]


def main(program: str) -> None:
    """Runs one program and prints what came of it."""
    start = time.process_time()
    recording = record(Path(__file__).with_name(f"{program}.py"), project="cilia", stack="fleet", config={})
    seconds = time.process_time() - start
    made = Counter(resource.type for resource in recording.resources if resource.custom)
    json.dump({"seconds": seconds, "resources": dict(sorted(made.items()))}, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1])
