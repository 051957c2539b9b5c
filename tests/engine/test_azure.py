"""What every type of the simulated Azure has in common."""

from __future__ import annotations

import os
import threading

import pytest

from tests.engine import samples
from tests.engine.client import CallError, Client

SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"


def test_group_must_exist(azure: Client) -> None:
    with pytest.raises(CallError, match="ResourceGroupNotFound"):
        samples.network(azure)


def test_parent_must_exist(azure: Client) -> None:
    samples.group(azure)

    with pytest.raises(CallError, match=r"ParentResourceNotFound.*'main' not found"):
        samples.subnet(azure, "nodes", "10.0.0.0/24")


def test_reference_must_resolve(azure: Client) -> None:
    samples.group(azure)
    samples.network(azure)
    gone = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/natGateways/gone"

    with pytest.raises(CallError, match=r"InvalidResourceReference.*natgateways/gone"):
        samples.subnet(azure, "nodes", "10.0.0.0/24", natGateway={"id": gone})


def test_reference_to_something_nobody_here_made_resolves_once_planted(azure: Client) -> None:
    samples.group(azure)
    samples.network(azure)
    other = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/natGateways/other"
    azure.store.plant(other, {"location": "westeurope"}, "network:NatGateway")

    assert samples.subnet(azure, "nodes", "10.0.0.0/24", natGateway={"id": other}).outputs["natGateway"] == {
        "id": other
    }


def test_existing_id_is_refused_in_any_case(azure: Client) -> None:
    samples.group(azure)

    with pytest.raises(CallError, match="cannot create already existing resource"):
        azure.create("resources:ResourceGroup", "again", {"resourceGroupName": "RG-TEST", "location": "westeurope"})


def test_location_cannot_change(azure: Client) -> None:
    samples.group(azure)
    inputs = {**samples.IN_GROUP, "routeTableName": "rt"}
    table = azure.create("network:RouteTable", "rt", inputs)

    with pytest.raises(CallError, match="InvalidResourceLocation"):
        azure.update(table, {**inputs, "location": "northeurope"})


def test_wrong_tenant_and_unknown_subscription_are_refused(azure: Client) -> None:
    azure.store.order(login="tenant")
    with pytest.raises(CallError, match=r"Status=401.*InvalidAuthenticationTokenTenant"):
        samples.group(azure)

    azure.store.order(login="yes", subscriptions=["11111111-1111-1111-1111-111111111111"])
    with pytest.raises(CallError, match=f"SubscriptionNotFound.*'{SUBSCRIPTION}' could not be found"):
        samples.group(azure)


def test_nobody_signed_in_fails_the_configuration(azure: Client) -> None:
    azure.store.order(login="none")

    with pytest.raises(CallError, match="az login"):
        azure.configure(location="westeurope")


@pytest.mark.parametrize(
    ("first", "second", "code"),
    [
        ("subnets/a", "subnets/b", "AnotherOperationInProgress"),
        ("", "subnets/b", "AnotherOperationInProgress"),
        ("virtualNetworkPeerings/a", "subnets/b", "AnotherOperationInProgress"),
    ],
    ids=["two subnets", "network and subnet", "peering and subnet"],
)
def test_second_write_on_a_network_is_refused_while_the_first_runs(
    azure: Client, first: str, second: str, code: str
) -> None:
    samples.group(azure)
    network = samples.network(azure)
    with azure.store.transaction() as world:
        world.operations[network.id.lower()] = {"pid": os.getpid(), "id": f"{network.id}/{first}"}

    with pytest.raises(CallError, match=f"Status=409.*{code}"):
        samples.subnet(azure, second.rpartition("/")[2], "10.0.0.0/24")


def test_lock_of_a_process_that_died_does_not_count(azure: Client) -> None:
    samples.group(azure)
    network = samples.network(azure)
    nobody = 2**22 + 1  # above the largest process id of Linux
    with azure.store.transaction() as world:
        world.operations[network.id.lower()] = {"pid": nobody, "id": network.id}

    samples.subnet(azure, "nodes", "10.0.0.0/24")


def test_write_that_takes_its_time_keeps_the_others_out_until_it_is_done(
    azure: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    samples.group(azure)
    samples.network(azure)
    begun, may_end = threading.Event(), threading.Event()

    def take_time(_: float) -> None:
        begun.set()
        may_end.wait(30)

    monkeypatch.setattr("tests.engine.azure.time.sleep", take_time)
    azure.store.order(operation_seconds={"network:Subnet": 1.0})
    slow = threading.Thread(target=samples.subnet, args=(azure, "slow", "10.0.0.0/24"))
    slow.start()
    assert begun.wait(30)
    for name in ("first", "second"):
        with pytest.raises(CallError, match="AnotherOperationInProgress"):
            samples.subnet(azure, name, "10.0.1.0/24")
    may_end.set()
    slow.join()

    samples.subnet(azure, "first", "10.0.1.0/24")
    assert len(azure.store.calls("Create", "network:Subnet")) == 4


def test_every_call_is_logged_with_times_and_full_inputs(azure: Client) -> None:
    samples.group(azure)

    (call,) = azure.store.calls("Create", "resources:ResourceGroup")
    assert call["inputs"]["resourceGroupName"] == "rg-test"
    assert call["id"].endswith("/resourceGroups/rg-test")
    assert call["start"] <= call["end"]
    assert call["error"] == ""


def test_refusal_is_logged(azure: Client) -> None:
    with pytest.raises(CallError):
        samples.network(azure)

    (call,) = azure.store.calls("Create", "network:VirtualNetwork")
    assert "ResourceGroupNotFound" in call["error"]
