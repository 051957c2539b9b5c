"""Node pools."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine import samples
from tests.engine.client import CallError, Client, Kept


@pytest.fixture
def cluster(azure: Client) -> Kept:
    samples.group(azure)
    return samples.cluster(azure)


@pytest.mark.usefixtures("cluster")
def test_inline_pool_exists_already_as_a_pool(azure: Client) -> None:
    with pytest.raises(CallError, match=r"cannot create already existing resource.*agentPools/system"):
        samples.pool(azure, "system")


@pytest.mark.usefixtures("cluster")
@pytest.mark.parametrize(
    "change",
    [
        {"maxPods": 30},
        {"osDiskType": "Ephemeral"},
        {"osDiskSizeGB": 256},
        {"availabilityZones": ["1", "2"]},
        {"osType": "Windows"},
        {"vmSize": "Standard_D4ds_v5"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_frozen_property_is_refused_in_the_middle_of_an_update(azure: Client, change: dict[str, Any]) -> None:
    pool = samples.pool(azure, maxPods=110)
    name = next(iter(change))

    message = rf"PropertyChangeNotAllowed.*Changing property 'properties\.{name}' is not allowed"
    with pytest.raises(CallError, match=message):
        azure.update(pool, {**samples.pool_inputs(maxPods=110), **change})


def test_frozen_property_of_the_inline_pool_is_refused_too(azure: Client, cluster: Kept) -> None:
    with pytest.raises(CallError, match=r"Changing property 'agentPoolProfile\.maxPods' is not allowed"):
        azure.update(cluster, samples.cluster_inputs(agentPoolProfiles=[samples.pool_profile(maxPods=50)]))


@pytest.mark.usefixtures("cluster")
@pytest.mark.parametrize(
    "change",
    [
        {"count": 4},
        {"enableAutoScaling": True, "minCount": 1, "maxCount": 5},
        {"nodeLabels": {"a": "b"}},
        {"nodeTaints": ["a=b:NoSchedule"]},
        {"upgradeSettings": {"maxSurge": "33%"}},
        {"tags": {"a": "b"}},
    ],
    ids=lambda change: next(iter(change)),
)
def test_other_properties_change_in_place(azure: Client, change: dict[str, Any]) -> None:
    pool = samples.pool(azure)

    changed = azure.update(pool, {**samples.pool_inputs(), **change})

    assert {name: changed.outputs[name] for name in change} == change


def test_last_system_pool_stays(azure: Client, cluster: Kept) -> None:
    system = azure.read("containerservice:AgentPool", "system", f"{cluster.id}/agentPools/system")
    assert system is not None

    with pytest.raises(CallError, match="There has to be at least one system agent pool"):
        azure.delete(system)
    with pytest.raises(CallError, match="There has to be at least one system agent pool"):
        azure.update(system, {**system.inputs, "mode": "User"})
    samples.pool(azure, "second", mode="System")
    azure.delete(system)


@pytest.mark.usefixtures("cluster")
def test_pool_on_a_subnet_does_not_join_pools_without_one(azure: Client) -> None:
    samples.network(azure)
    nodes = samples.subnet(azure, "nodes", "10.0.0.0/24")

    with pytest.raises(CallError, match="The Agentpool system does not have subnet defined"):
        samples.pool(azure, vnetSubnetID=nodes.id)


@pytest.mark.usefixtures("cluster")
def test_node_subnet_is_not_delegated(azure: Client) -> None:
    samples.network(azure)
    delegations = [{"name": "aks", "serviceName": "Microsoft.ContainerService/managedClusters"}]
    nodes = samples.subnet(azure, "nodes", "10.0.0.0/24", delegations=delegations)

    with pytest.raises(CallError, match="SubnetIsDelegated"):
        samples.pool(azure, vnetSubnetID=nodes.id)


def test_pool_without_a_cluster_has_no_parent(azure: Client) -> None:
    samples.group(azure)

    with pytest.raises(CallError, match="ParentResourceNotFound"):
        samples.pool(azure)


@pytest.mark.usefixtures("cluster")
def test_pool_answers_its_own_type_and_defaults(azure: Client) -> None:
    out = samples.pool(azure).outputs

    assert (out["type"], out["osDiskSizeGB"], out["maxPods"]) == ("VirtualMachineScaleSets", 128, 250)
    assert (out["orchestratorVersion"], out["currentOrchestratorVersion"]) == ("1.34", "1.34.4")


@pytest.mark.usefixtures("cluster")
def test_refresh_right_after_a_create_changes_no_input(azure: Client) -> None:
    pool = samples.pool(azure)

    again = azure.refresh(pool)

    assert again is not None
    assert again.inputs == pool.inputs


@pytest.mark.usefixtures("cluster")
def test_drifted_count_comes_back_with_a_refresh(azure: Client) -> None:
    pool = samples.pool(azure, enableAutoScaling=True, minCount=1, maxCount=5)
    with azure.store.drift(pool.id) as body:
        body["count"] = 4

    again = azure.refresh(pool)

    assert again is not None
    assert again.inputs == {**pool.inputs, "count": 4}
