"""The cloud on disk."""

from __future__ import annotations

import pytest

from tests.engine.store import Store

NETWORK = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/main"


def test_changes_survive_a_transaction_and_are_dropped_when_it_fails(cloud: Store) -> None:
    cloud.plant(NETWORK, {"location": "westeurope"})

    def fail_half_way() -> None:
        with cloud.transaction() as world:
            world.remove(NETWORK)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()

    with Store(cloud.folder).transaction() as world:
        found = world.get(NETWORK.upper())
    assert found is not None
    assert found.body == {"location": "westeurope"}


def test_removal_takes_what_lies_below_and_what_is_attached_and_no_namesake(cloud: Store) -> None:
    for arm_id in (
        NETWORK,
        f"{NETWORK}/subnets/nodes",
        f"{NETWORK}/providers/Microsoft.Authorization/roleAssignments/1",
        f"{NETWORK}-2",
    ):
        cloud.plant(arm_id, {})

    cloud.forget(NETWORK)

    assert list(cloud.snapshot()) == [f"{NETWORK}-2".lower()]


def test_users_are_found_wherever_a_body_names_an_id(cloud: Store) -> None:
    user = f"{NETWORK}/subnets/nodes"
    cloud.plant(user, {"deep": [{"natGateway": {"id": NETWORK.upper()}}]})

    with cloud.transaction() as world:
        assert [found.id for found in world.users_of(NETWORK)] == [user]


def test_orders_add_up_and_the_last_one_counts(cloud: Store) -> None:
    cloud.order(vcpu_quota=10)
    cloud.order(login="none", vcpu_quota=20)

    control = cloud.control()
    assert (control.login, control.vcpu_quota, control.propagation_seconds) == ("none", 20, 0.0)


def test_unknown_order_is_refused(cloud: Store) -> None:
    with pytest.raises(TypeError, match="vcpu_quotas"):
        cloud.order(vcpu_quotas=1)


def test_drift_of_something_that_is_not_there_is_an_error(cloud: Store) -> None:
    with pytest.raises(KeyError, match="virtualNetworks/main"), cloud.drift(NETWORK):
        pass


def test_log_can_be_asked_by_method_and_type_and_leaves_previews_out(cloud: Store) -> None:
    for method, preview in (("Create", True), ("Create", False), ("Read", False)):
        cloud.log({"method": method, "type": "azure-native:network:Subnet", "preview": preview})

    assert len(cloud.calls("Create", "network:Subnet")) == 1
    assert len(cloud.calls("Create", previews=True)) == 2
    assert cloud.calls("Create", "network:Route") == []
