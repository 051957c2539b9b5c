"""Ids and errors."""

from __future__ import annotations

import pytest

from tests.engine import arm

GROUP = "/subscriptions/s/resourceGroups/rg"
NETWORK = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/main"
GRANT = f"{NETWORK}/providers/Microsoft.Authorization/roleAssignments/1"


@pytest.mark.parametrize(
    ("arm_id", "arm_type", "parent"),
    [
        (GROUP, "microsoft.resources/resourcegroups", ""),
        (NETWORK, "microsoft.network/virtualnetworks", GROUP),
        (f"{NETWORK}/subnets/nodes", "microsoft.network/virtualnetworks/subnets", NETWORK),
        (GRANT, "microsoft.authorization/roleassignments", NETWORK),
        (
            f"{GROUP}/providers/Microsoft.Authorization/roleAssignments/1",
            "microsoft.authorization/roleassignments",
            GROUP,
        ),
    ],
    ids=["group", "in a group", "nested", "on a resource", "on a group"],
)
def test_id_has_a_type_and_a_parent(arm_id: str, arm_type: str, parent: str) -> None:
    assert (arm.type_of(arm_id), arm.parent_of(arm_id)) == (arm_type, parent)


def test_assignment_on_a_subscription_has_no_parent() -> None:
    assert arm.parent_of("/subscriptions/s/providers/Microsoft.Authorization/roleAssignments/1") == ""


def test_ids_compare_without_case_and_names_do_not_run_into_each_other() -> None:
    assert arm.is_below(f"{NETWORK}/subnets/nodes".upper(), NETWORK)
    assert not arm.is_below(f"{NETWORK}2/subnets/nodes", NETWORK)


def test_error_reads_as_azure_native_prints_it() -> None:
    assert str(arm.AzureError(409, "Conflict", "Busy.")) == 'Status=409 Code="Conflict" Message="Busy."'
