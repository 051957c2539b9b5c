"""Several stack files side by side."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from stacks.across import check_across
from stacks.load import load_file

STACK = """\
config:
  azure-native:location: westeurope
  cilia:environment: {{resourceGroup: {{name: rg-{name}}}, protect: false}}
  cilia:networks:
    main:
      addressSpace: [{space}]
      subnets: {{nodes: {{size: /24}}}}
      peerings: {{{peerings}}}
  cilia:clusters:
    main:
      kubernetesVersion: "1.35"
      network: main
      networking: {{mode: overlay, podCidr: {pods}}}
      systemPool: {{subnet: nodes, count: 3, maxPods: 110}}
"""
TO_HUB = "hub: {stack: hub, network: main, both: true}"


def across(directory: Path, **stacks: tuple[str, str, str]) -> list[str]:
    """What is found across stacks, each given as address space, peerings and pod range."""
    loaded = []
    for name, (space, peerings, pods) in stacks.items():
        file = directory / f"Pulumi.{name}.yaml"
        file.write_text(STACK.format(name=name, space=space, peerings=peerings, pods=pods))
        loaded.append(load_file(file, today=date(2026, 9, 1)))
    return [str(problem).replace(f"{directory}/", "") for stack in check_across(loaded) for problem in stack.problems]


def test_hub_and_spokes_apart_are_fine(tmp_path: Path) -> None:
    assert (
        across(
            tmp_path,
            hub=("10.0.0.0/16", "", "192.168.0.0/16"),
            dev=("10.1.0.0/16", TO_HUB, "192.168.0.0/16"),
            prod=("10.2.0.0/16", TO_HUB, "192.168.0.0/16"),
        )
        == []
    )


def test_spoke_on_its_hub_is_refused(tmp_path: Path) -> None:
    found = across(tmp_path, hub=("10.0.0.0/16", "", "192.168.0.0/16"), dev=("10.0.0.0/15", TO_HUB, "192.168.0.0/16"))

    assert found == [
        (
            "Pulumi.dev.yaml:8 networks.main.peerings.hub: 10.0.0.0/16 overlaps"
            " networks.main.addressSpace[0] 10.0.0.0/15;"
            " move one of them [NET-06]"
        )
    ]


def test_two_spokes_of_one_hub_must_not_overlap(tmp_path: Path) -> None:
    found = across(
        tmp_path,
        hub=("10.0.0.0/16", "", "192.168.0.0/16"),
        dev=("10.1.0.0/16", TO_HUB, "192.168.0.0/16"),
        prod=("10.1.0.0/17", TO_HUB, "192.168.0.0/16"),
    )

    assert found == [
        (
            "Pulumi.prod.yaml:8 networks.main.peerings.hub: 10.1.0.0/16 overlaps"
            " networks.main.addressSpace[0] 10.1.0.0/17;"
            " move one of them [NET-06]"
        )
    ]


def test_pods_on_a_peered_stack_are_refused(tmp_path: Path) -> None:
    found = across(tmp_path, hub=("10.0.0.0/16", "", "192.168.0.0/16"), dev=("10.1.0.0/16", TO_HUB, "10.0.128.0/17"))

    assert found == [
        (
            "Pulumi.dev.yaml:13 clusters.main.networking.podCidr: 10.0.128.0/17 overlaps stack hub"
            " networks.main 10.0.0.0/16;"
            " use a free range such as 100.64.0.0/17 [NET-10]"
        )
    ]


def test_stack_and_network_that_a_peering_names_must_be_there(tmp_path: Path) -> None:
    found = across(
        tmp_path,
        hub=("10.0.0.0/16", "", "192.168.0.0/16"),
        dev=("10.1.0.0/16", "hub: {stack: hubs, network: main}", "192.168.0.0/16"),
        prod=("10.2.0.0/16", "hub: {stack: hub, network: mian}", "192.168.0.0/16"),
    )

    assert found == [
        (
            "Pulumi.dev.yaml:8 networks.main.peerings.hub.stack: 'hubs' is not among the other stacks of this project:"
            " hub, prod; declare it or use one of these [CFG-06]"
        ),
        (
            "Pulumi.prod.yaml:8 networks.main.peerings.hub.network: 'mian' is not among the"
            " networks of stack hub: main;"
            " declare it or use one of these [CFG-06]"
        ),
    ]


def test_stack_that_is_not_looked_at_is_passed_over_and_one_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "Pulumi.dev.yaml"
    file.write_text(STACK.format(name="dev", space="10.0.0.0/15", peerings=TO_HUB, pods="192.168.0.0/16"))
    loaded = [load_file(file, today=date(2026, 9, 1))]

    assert [stack.problems for stack in check_across(loaded, others=["hub"])] == [()]
    (found,) = check_across(loaded, others=["hubb"])[0].problems
    assert found.message == (
        "'hub' is not among the other stacks of this project: hubb; declare it or use one of these"
    )
