"""`cilia plan`: addresses and capacity, as text and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cilia.main import main
from tests.cilia.conftest import WriteStack

TWO_POOLS = (
    "systemPool: {vmSize: Standard_D4ds_v5, subnet: nodes, count: 3, maxPods: 110}\n",
    (
        "systemPool: {vmSize: Standard_D4ds_v5, subnet: nodes, count: 3, maxPods: 110, zones: ['1', '2', '3']}\n"
        "      pools:\n"
        "        user: {vmSize: Standard_D8ds_v5, subnet: nodes, minCount: 3, maxCount: 20, maxPods: 60}\n"
    ),
)
OLD_SUBNET = ("nodes: {cidr: 10.20.0.0/24}", "nodes: {cidr: 10.20.0.0/24}\n        old: {size: /24, retired: true}")


def test_the_plan_shows_what_there_is_needed_and_left(
    write_stack: WriteStack, capsys: pytest.CaptureFixture[str]
) -> None:
    write_stack("dev", TWO_POOLS, OLD_SUBNET)
    assert main(["plan", "dev"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert (
        out
        == """\
dev  westeurope, resource group rg-test

Network main  vnet-main, 10.20.0.0/16
  subnet  range         usable  needed  free  used by
  nodes   10.20.0.0/24     251      31   220  main/system, main/user
  old     10.20.1.0/24     251       0   251  retired
  65,024 addresses in no subnet: 10.20.128.0/17, 10.20.64.0/18, 10.20.32.0/19, 10.20.16.0/20 and 3 smaller ranges

Cluster main  aks-main, overlay, network main
         now    max  with surge   limit
  nodes    6     23          31     251
  pods   510  1,530       2,060  27,610

  pool    mode    size                nodes  surge  pods/node  zones    subnet
  system  System  Standard_D4ds_v5        3      1        110  1, 2, 3  nodes
  user    User    Standard_D8ds_v5  3 to 20      7         60           nodes

  pods      192.168.0.0/16, room for 256 nodes
  services  172.20.0.0/16, DNS at 172.20.0.10
"""
    )


def test_the_json_document_has_the_contracts_shape(write_stack: WriteStack, capsys: pytest.CaptureFixture[str]) -> None:
    write_stack("dev")
    assert main(["plan", "dev", "-o", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["cilia"], document["stack"], document["problems"]) == (1, "dev", [])
    (network,) = document["networks"]
    assert network["name"] == "main"
    assert network["addressSpace"] == ["10.20.0.0/16"]
    assert network["subnets"] == [
        {
            "name": "nodes",
            "azureName": "nodes",
            "cidr": "10.20.0.0/24",
            "usable": 251,
            "needed": 4,
            "free": 247,
            "sized": False,
            "retired": False,
            "usedBy": [{"cluster": "main", "pool": "system", "of": "nodes"}],
        }
    ]
    (cluster,) = document["clusters"]
    assert {name: cluster[name] for name in ("name", "azureName", "mode", "network", "podCidr", "serviceCidr")} == {
        "name": "main",
        "azureName": "aks-main",
        "mode": "overlay",
        "network": "main",
        "podCidr": "192.168.0.0/16",
        "serviceCidr": "172.20.0.0/16",
    }
    assert cluster["dnsServiceIP"] == "172.20.0.10"
    assert cluster["nodes"] == {"now": 3, "max": 3, "withSurge": 4, "limit": 251}
    assert cluster["pods"] == {"now": 330, "max": 330, "withSurge": 440, "limit": 27610}


def test_pods_in_subnets_of_their_own_are_users_too(
    write_stack: WriteStack, capsys: pytest.CaptureFixture[str]
) -> None:
    write_stack(
        "dev",
        ("nodes: {cidr: 10.20.0.0/24}", "nodes: {cidr: 10.20.0.0/24}\n        pods: {cidr: 10.20.4.0/22}"),
        ("{mode: overlay, podCidr: 192.168.0.0/16, ", "{mode: podSubnet, "),
        ("subnet: nodes, count", "subnet: nodes, podSubnet: pods, count"),
    )
    assert main(["plan", "dev"]) == 0
    out = capsys.readouterr().out
    assert "main/system (pods)" in out
    assert "\n  pods      " not in out  # no range of the cluster's own


def test_a_cluster_without_a_network_is_in_one_that_aks_makes(
    write_stack: WriteStack, capsys: pytest.CaptureFixture[str]
) -> None:
    write_stack("dev", ("      network: main\n", ""), (" subnet: nodes,", ""))
    assert main(["plan", "dev"]) == 0
    assert "Cluster main  aks-main, overlay, a network that AKS makes\n" in capsys.readouterr().out


def test_a_network_that_exists_is_said_to(write_stack: WriteStack, capsys: pytest.CaptureFixture[str]) -> None:
    network_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/hub/providers"
    network_id += "/Microsoft.Network/virtualNetworks/vnet-hub"
    write_stack("dev", ("      addressSpace:", f"      id: {network_id}\n      addressSpace:"))
    assert main(["plan", "dev"]) == 0
    assert "Network main  vnet-hub, 10.20.0.0/16, exists already\n" in capsys.readouterr().out


def test_a_full_network_says_so(write_stack: WriteStack, capsys: pytest.CaptureFixture[str]) -> None:
    write_stack("dev", ("10.20.0.0/16", "10.20.0.0/24"))
    assert main(["plan", "dev"]) == 0
    assert "  no address space left\n" in capsys.readouterr().out


def test_with_errors_there_is_no_plan_but_the_problems(
    write_stack: WriteStack, capsys: pytest.CaptureFixture[str]
) -> None:
    write_stack("dev", ("podCidr", "podCIDR"))
    assert main(["plan", "dev"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines()[0].endswith("[CFG-01]")
    assert err.splitlines()[-1] == "Found 1 error in stacks/Pulumi.dev.yaml"


def test_with_errors_the_json_document_has_the_problems_only(
    write_stack: WriteStack, capsys: pytest.CaptureFixture[str]
) -> None:
    write_stack("dev", ("podCidr", "podCIDR"))
    assert main(["plan", "dev", "-o", "json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document.keys() == {"cilia", "stack", "problems"}
    assert [problem["rule"] for problem in document["problems"]] == ["CFG-01"]


def test_warnings_stand_beside_the_plan(write_stack: WriteStack, capsys: pytest.CaptureFixture[str]) -> None:
    write_stack("dev", ("count: 3", "count: 2"))
    assert main(["plan", "dev"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("dev  westeurope")
    assert "warning: " in err


@pytest.mark.usefixtures("project")
def test_a_file_that_cannot_be_read_is_exit_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "missing.yaml", "-o", "json"]) == 2
    assert "missing.yaml" in json.loads(capsys.readouterr().out)["error"]


def test_a_cilium_of_ones_own_has_its_pool_and_ports_in_every_format(
    shipped: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    del shipped
    ports = "UDP 8472 (the vxlan tunnel), TCP 4240 (health probing), TCP 4244 (Hubble relay), UDP 51871 (WireGuard)"
    shown = {}
    for form in ("text", "md", "svg", "json"):
        assert main(["plan", "byocni", "-o", form, "--today", "2026-08-21"]) == 0
        shown[form] = capsys.readouterr().out
    assert "  pods      100.64.0.0/16, room for 256 nodes, a /24 with 250 pods for each\n" in shown["text"]
    assert f"  ports     among nodes {ports}\n" in shown["text"]
    assert f"- ports among nodes: {ports}\n" in shown["md"]
    assert f"ports among nodes: {ports}<" in shown["svg"]
    (cluster,) = json.loads(shown["json"])["clusters"]
    assert cluster["clusterPool"]["nodePorts"][0] == {"protocol": "UDP", "port": 8472, "what": "the vxlan tunnel"}
    assert (cluster["clusterPool"]["maskSize"], cluster["clusterPool"]["podsPerNode"]) == (24, 250)


@pytest.mark.parametrize("form", ["text", "md", "svg"])
def test_nodes_that_no_number_counts_are_named(
    form: str, write_stack: WriteStack, capsys: pytest.CaptureFixture[str]
) -> None:
    said = "node auto-provisioning makes more for pods that wait, up to the limits of the NodePools in the cluster"
    provisioned = ("network: main\n", "network: main\n      nodeProvisioningProfile: {mode: Auto}\n")
    write_stack("dev")
    main(["plan", "dev", "-o", form])
    assert said not in capsys.readouterr().out
    write_stack("dev", provisioned)
    assert main(["plan", "dev", "-o", form]) == 0
    out = capsys.readouterr().out
    assert said in out
    assert form != "svg" or "3 in pools of fixed size" in out
    main(["plan", "dev", "-o", "json"])
    assert json.loads(capsys.readouterr().out)["clusters"][0]["nodeAutoProvisioning"] is True
