"""`cilia migrate`: steps that are checked with the real program, and every reason to print none."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cilia.main import main
from tests.cilia.conftest import ROOT, WriteStack

Capture = pytest.CaptureFixture[str]
FLAT = (
    "networking: {mode: overlay, podCidr: 192.168.0.0/16, serviceCidr: 172.20.0.0/16}",
    "networking: {mode: nodeSubnet, dataplane: azure, networkPolicy: none, serviceCidr: 172.20.0.0/16}",
)
ROOMY = ("nodes: {cidr: 10.20.0.0/24}", "nodes: {cidr: 10.20.0.0/20}")


@pytest.fixture
def write_flat(write_stack: WriteStack, project: Any) -> Any:
    """Writes a stack of a node-subnet cluster, beside the repository's own program."""
    (project / "__main__.py").write_text((ROOT / "__main__.py").read_text())

    def write(*changes: tuple[str, str]) -> Any:
        return write_stack("dev", FLAT, ROOMY, *changes)

    return write


def migrated(capsys: Capture, *words: str, code: int = 0) -> Any:
    """The JSON document of a migration."""
    assert main(["migrate", *words, "-o", "json"]) == code
    return json.loads(capsys.readouterr().out)


def test_steps_are_edit_apply_azure_look_refresh_and_take_back(write_flat: Any, capsys: Capture) -> None:
    write_flat()
    found = migrated(capsys, "dev", "--to", "overlay=192.168.0.0/16")
    assert (found["stack"], found["cluster"], found["applies"], found["beside"], found["problems"]) == (
        *("dev", "main", 2),
        *([], []),
    )
    assert [step["title"] for step in found["steps"]] == [
        "Begin from a stack at rest",
        "Move the pods to a range of their own: declare it, and let Pulumi leave it alone",
        "Move the pods to a range of their own: let Azure do it, in an operation of its own",
        "Look at it before going on",
        "Let Pulumi know, while it still leaves it alone",
        "Take the exception back",
    ]
    declare, azure, _, refresh, back = found["steps"][1:]
    assert {edit["path"]: edit["value"] for edit in declare["edits"]} == {
        "clusters.main.networking.mode": "overlay",
        "clusters.main.networking.podCidr": "192.168.0.0/16",
        "clusters.main.externallyChanged": '["networkProfile.networkPluginMode", "networkProfile.podCidr"]',
    }
    assert azure["commands"] == [
        "az aks update --network-plugin-mode overlay --pod-cidr 192.168.0.0/16 --resource-group rg-test --name aks-main"
    ]
    assert azure["says"] == [
        "all pools are reimaged at once (3 nodes), as in a node image upgrade, and there is no way back"
    ]
    assert [step["oneWay"] for step in found["steps"]] == [False, False, True, False, False, False]
    assert refresh["commands"] == ["pulumi refresh"]
    assert back["edits"] == [{"path": "clusters.main.externallyChanged", "value": None}]


def test_text_numbers_the_steps(write_flat: Any, capsys: Capture) -> None:
    write_flat()
    assert main(["migrate", "dev", "--to", "cilium"]) == 0
    out = capsys.readouterr().out
    assert out.startswith(
        "dev: cluster main to cilium\n6 steps, 2 of them with pulumi up; nothing else in the same operation\n\n1. Begin"
    )
    assert (
        "3. Exchange the dataplane for Cilium: let Azure do it, in an operation of its own\n   $ az aks update" in out
    )
    assert "   remove clusters.main.networking.networkPolicy\n" in out
    assert "\n   This cannot be undone.\n" in out


def test_target_with_errors_lists_them_instead_of_steps(write_flat: Any, capsys: Capture) -> None:
    write_flat()
    found = migrated(capsys, "dev", "--to", "overlay=10.20.0.0/16", code=1)
    assert found["steps"] == []
    assert found["problems"][0]["path"] == "clusters.main.networking.podCidr"
    assert main(["migrate", "dev", "--to", "overlay=10.20.0.0/16"]) == 1
    assert "The stack would have errors at its target; mend them first:\n" in capsys.readouterr().out


def test_computed_ranges_that_would_move_are_written_down_first(write_flat: Any, capsys: Capture) -> None:
    # as large as the pools need: fewer addresses per node make another subnet
    write_flat(
        ("nodes: {cidr: 10.20.0.0/20}", "nodes: {size: fit}"), ("count: 3, maxPods: 110", "count: 40, maxPods: 110")
    )
    found = migrated(capsys, "dev", "--to", "overlay=192.168.0.0/16")
    assert found["steps"][1]["title"] == "Write computed ranges down, because the next step would compute others"
    assert found["steps"][1]["edits"] == [{"path": "networks.main.subnets.nodes.cidr", "value": "10.20.0.0/19"}]
    assert found["steps"][1]["commands"][0] == "cilia plan dev --pin"
    assert found["beside"] == []


def test_edits_that_would_do_more_say_what(write_flat: Any, project: Any, capsys: Capture) -> None:
    write_flat()
    program = project / "__main__.py"
    extra = (
        "import pulumi_azure_native as azure\n"
        "if 'nodeSubnet' in str(pulumi.Config('cilia').get('clusters')):\n"
        "    azure.resources.ResourceGroup('extra', resource_group_name='rg-extra', location='westeurope')\n"
    )
    program.write_text(f"{program.read_text()}\nimport pulumi\n{extra}")
    found = migrated(capsys, "dev", "--to", "overlay=192.168.0.0/16", code=1)
    assert found["beside"] == ["deleted: ResourceGroup extra: is deleted, and with it everything in it [PRV-10]"]


NAT = (
    "nodes: {cidr: 10.20.0.0/24}",
    "nodes: {cidr: 10.20.0.0/24, natGateway: egress}\n      natGateways: {egress: {publicIPs: 1}}",
)


def test_way_out_takes_the_gateway_along_and_says_what_that_does(
    write_stack: WriteStack, project: Any, capsys: Capture
) -> None:
    (project / "__main__.py").write_text((ROOT / "__main__.py").read_text())
    by_nat = ("podCidr: 192.168.0.0/16,", "podCidr: 192.168.0.0/16, outbound: {type: userAssignedNATGateway},")
    write_stack("dev", NAT, by_nat)
    found = migrated(capsys, "dev", "--to", "outbound=loadBalancer")
    assert [step["title"] for step in found["steps"][1:]] == [
        "Let everything out by loadBalancer: let Pulumi leave it alone",
        "Let everything out by loadBalancer: let Azure do it, in an operation of its own",
        "Look at it before going on",
        "Let Pulumi know, while it still leaves it alone",
        "Let everything out by loadBalancer: declare it",
        "Take the exception back",
    ]
    leave, azure, _, _, declare = found["steps"][1:6]
    assert [edit["path"] for edit in leave["edits"]] == ["clusters.main.externallyChanged"]
    assert azure["commands"] == ["az aks update --outbound-type loadBalancer --resource-group rg-test --name aks-main"]
    assert azure["says"][0].startswith("the NAT gateway stays on the subnets until this is done, and takes everything")
    assert declare["edits"] == [
        {"path": "clusters.main.networking.outbound", "value": '{"type": "loadBalancer"}'},
        {"path": "networks.main.subnets.nodes.natGateway", "value": None},
    ]
    assert declare["says"][0] == "beside changes without effect the review shows only what belongs to this:"
    assert declare["says"][1].startswith("disruptive: Subnet main-nodes natGateway.id: ")
    assert found["applies"] == 3
    assert found["beside"] == []


@pytest.mark.usefixtures("shipped")
def test_addresses_of_gateways_that_go_belong_to_another_way_out(capsys: Capture) -> None:
    found = migrated(capsys, "prod", "--cluster", "main", "--to", "outbound=loadBalancer")
    assert found["beside"] == []
    says = found["steps"][5]["says"]
    assert [line.split(": ")[1] for line in says[1:]] == [
        "Subnet main-nodes natGateway.id",
        "ManagedCluster main apiServerAccessProfile.authorizedIPRanges",
    ]


def test_warnings_of_the_target_are_shown_and_no_reason_to_stop(write_flat: Any, capsys: Capture) -> None:
    write_flat()
    found = migrated(capsys, "dev", "--to", "overlay=192.168.0.0/15")
    assert [each["rule"] for each in found["warnings"]] == ["NET-11"]
    assert main(["migrate", "dev", "--to", "overlay=192.168.0.0/15"]) == 0
    assert "\nAt its target the stack has warnings that it has not now:\n   " in capsys.readouterr().out


def test_target_that_is_reached_is_nothing_to_do(write_stack: WriteStack, capsys: Capture) -> None:
    write_stack("dev")
    assert main(["migrate", "dev", "--to", "overlay"]) == 0
    assert capsys.readouterr() == ("dev: the mode is overlay already; nothing to do\n", "")
    found = migrated(capsys, "dev", "--to", "overlay")
    assert (found["steps"], found["applies"]) == ([], 0)
    assert found["nothingToDo"] == "the mode is overlay already; nothing to do"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["--to", "cilium", "--cluster", "man"],
            "cilia: no cluster 'man' in stacks/Pulumi.dev.yaml; did you mean 'main'?",
        ),
    ],
)
def test_target_that_is_no_use_is_one_line_and_exit_code_2(
    words: list[str], message: str, write_stack: WriteStack, capsys: Capture
) -> None:
    write_stack("dev")
    assert main(["migrate", "dev", *words]) == 2
    assert capsys.readouterr() == ("", f"{message}\n")


def test_way_that_azure_lacks_is_a_finding(write_stack: WriteStack, capsys: Capture) -> None:
    write_stack("dev")
    assert main(["migrate", "dev", "--to", "pod-cidr=192.168.0.0/18"]) == 1
    refusal = "192.168.0.0/18 does not hold all of 192.168.0.0/16 and more; Azure only lets the range grow [MUT-06]"
    assert capsys.readouterr() == ("", f"cilia: {refusal}\n")
    assert migrated(capsys, "dev", "--to", "pod-cidr=192.168.0.0/18", code=1)["refusal"] == refusal


def test_stack_with_several_clusters_asks_which(write_stack: WriteStack, capsys: Capture) -> None:
    second = '    other:\n      kubernetesVersion: "1.35"\n      network: main\n'
    second += "      networking: {mode: overlay, podCidr: 10.99.0.0/16, serviceCidr: 172.21.0.0/16}\n"
    second += "      systemPool: {vmSize: Standard_D4ds_v5, subnet: nodes, count: 3, maxPods: 110}\n"
    write_stack("dev", ("  cilia:clusters:\n", f"  cilia:clusters:\n{second}"))
    assert main(["migrate", "dev", "--to", "cilium"]) == 2
    assert capsys.readouterr().err == (
        "cilia: stacks/Pulumi.dev.yaml has several clusters; name one of them with --cluster: other, main\n"
    )


def test_stack_with_errors_is_to_be_mended_first(write_stack: WriteStack, capsys: Capture) -> None:
    write_stack("dev", ("10.20.0.0/24", "10.99.0.0/24"))
    assert main(["migrate", "dev", "--to", "cilium"]) == 2
    assert capsys.readouterr().err.endswith(
        "cilia: stacks/Pulumi.dev.yaml has errors; mend them first: cilia validate stacks/Pulumi.dev.yaml\n"
    )


def test_program_that_cannot_be_run_is_said(write_stack: WriteStack, project: Any, capsys: Capture) -> None:
    (project / "__main__.py").write_text("raise RuntimeError('boom')\n")
    write_stack("dev", FLAT, ROOMY)
    assert main(["migrate", "dev", "--to", "cilium"]) == 2
    assert capsys.readouterr().err == "cilia: __main__.py:1: boom\n"
