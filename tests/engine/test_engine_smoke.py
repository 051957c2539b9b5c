"""The harness itself, through the real engine: a small program from nothing to nothing."""

from __future__ import annotations

import pytest

from tests.engine.harness import Engine

pytestmark = pytest.mark.engine

PROGRAM = """
from __future__ import annotations

import pulumi
from pulumi_azure_native import network, resources

group = resources.ResourceGroup("group", resource_group_name="rg-test")
main = network.VirtualNetwork(
    "main",
    resource_group_name=group.name,
    virtual_network_name="vnet-main",
    address_space={"address_prefixes": ["10.0.0.0/16"]},
)
first = network.Subnet(
    "first",
    resource_group_name=group.name,
    virtual_network_name=main.name,
    subnet_name="first",
    address_prefix="10.0.0.0/24",
)
second = network.Subnet(
    "second",
    resource_group_name=group.name,
    virtual_network_name=main.name,
    subnet_name="second",
    address_prefix="10.0.1.0/24",
    opts=pulumi.ResourceOptions(depends_on=[first]),
)
pulumi.export("network", main.id)
"""
CONFIG = {"azure-native:location": "westeurope"}


def test_program_goes_up_settles_and_comes_down(engine: Engine) -> None:
    engine.program(PROGRAM, CONFIG)

    up = engine.up()
    assert (up.code, up.errors) == (0, [])
    made = ("ResourceGroup group", "VirtualNetwork main", "Subnet first", "Subnet second")
    assert up.ops() == dict.fromkeys(made, "create")
    assert engine.settled()
    assert engine.outputs()["network"].endswith(
        "/resourceGroups/rg-test/providers/Microsoft.Network/virtualNetworks/vnet-main"
    )

    down = engine.destroy()
    assert (down.code, down.errors) == (0, [])
    assert engine.cloud.snapshot() == {}


STACK_FILE = """
config:
  azure-native:location: westeurope
  cilia:environment: {resourceGroup: {name: rg-smoke}, tags: {env: ENV}}
  cilia:networks:
    main: {addressSpace: [10.0.0.0/16], subnets: {nodes: {cidr: 10.0.0.0/24}}}
"""


def test_program_of_the_repository_goes_up_settles_and_takes_an_edit_of_its_stack_file(engine: Engine) -> None:
    engine.environment["CILIA_TODAY"] = "2026-06-01"
    engine.repository(STACK_FILE.replace("ENV", "test"))

    up = engine.up("--skip-preview")
    assert (up.code, up.errors) == (0, [])
    assert up.ops()["Subnet main-nodes"] == "create"
    assert engine.settled()
    engine.repository(STACK_FILE.replace("ENV", "other"))
    edited = engine.up("--skip-preview")

    assert edited.code == 0
    assert edited.ops()["VirtualNetwork main"] == "update"
