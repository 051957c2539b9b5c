"""`cilia preview`: the real program, recorded, as text and as JSON."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cilia.main import main
from cilia.preview_data import pulumi_config
from stacks.yaml_reader import read_text
from tests.cilia.conftest import SHIPPED, WriteStack

PROGRAM = """\
import os
import sys
import pulumi
import pulumi_azure_native as azure


class Network(pulumi.ComponentResource):
    def __init__(self, name, group):
        super().__init__("cilia:network:Network", name, {}, None)
        child = pulumi.ResourceOptions(parent=self, protect=True)
        self.table = azure.network.RouteTable(
            name, resource_group_name=group.name, route_table_name="rt-main",
            routes=[{"name": "out", "addressPrefix": "0.0.0.0/0", "nextHopType": "VirtualAppliance",
                     "nextHopIpAddress": "10.20.0.4"}], opts=child)
        self.subnet = azure.network.Subnet(
            f"{name}-nodes", resource_group_name=group.name, virtual_network_name="vnet", subnet_name="nodes",
            address_prefix="10.20.0.0/24", route_table={"id": self.table.id}, opts=child)
        self.register_outputs({})


group = azure.resources.ResourceGroup("main", resource_group_name="rg-test", location="westeurope",
                                      tags={"password": pulumi.Config().require_secret("token")})
network = Network("main", group)
identity = azure.managedidentity.UserAssignedIdentity("main", resource_group_name=group.name, resource_name_="id-main")
pulumi.export("principal", identity.principal_id)
pulumi.export("subnets", {"nodes": {"id": network.subnet.id, "cidr": "10.20.0.0/24"}})
pulumi.export("token", pulumi.Config().require_secret("token"))
print("on stdout, date", os.environ["CILIA_TODAY"])
pulumi.log.info("for your information")
"""
TREE = """\
dev  stacks/Pulumi.dev.yaml
ResourceGroup main         rg-test  westeurope
Network main
├─ RouteTable main         rt-main  protected
│     route out                     0.0.0.0/0 to VirtualAppliance, at 10.20.0.4
└─ Subnet main-nodes       nodes    10.20.0.0/24, route table rt-main, protected
UserAssignedIdentity main  id-main

Outputs
  principal           <principalId of UserAssignedIdentity main>
  subnets.nodes.cidr  10.20.0.0/24
  subnets.nodes.id    …/vnet/nodes
  token               [secret]

4 resources in 1 component, 2 protected
  1 ResourceGroup, 1 RouteTable, 1 Subnet, 1 UserAssignedIdentity
"""
WriteProgram = Callable[..., Path]


@pytest.fixture
def write_program(project: Path, write_stack: WriteStack) -> WriteProgram:
    """Writes the project's program, and a stack `dev` with a secret for it."""

    def write(text: str = PROGRAM) -> Path:
        write_stack("dev", ("config:\n", "config:\n  cilia:secrets: {regcred: {secure: v1:AbCd}}\n"))
        file = project / "__main__.py"
        file.write_text(text.replace('"token")', '"secrets")'))
        return file

    return write


def preview(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> Any:
    """The JSON document of a preview."""
    assert main(["preview", *words, "-o", "json"]) == code
    return json.loads(capsys.readouterr().out)


def test_the_tree_shows_what_matters_of_every_resource(
    write_program: WriteProgram, capsys: pytest.CaptureFixture[str]
) -> None:
    write_program()
    assert main(["preview", "dev"]) == 0
    out, err = capsys.readouterr()
    assert out == TREE
    assert err == "on stdout, date 2026-08-21\ndev: info: for your information\n"


def test_full_shows_every_input_and_option(write_program: WriteProgram, capsys: pytest.CaptureFixture[str]) -> None:
    write_program()
    assert main(["preview", "dev", "--full"]) == 0
    out = capsys.readouterr().out
    zeros = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-test"
    assert (
        """\
ResourceGroup main         rg-test
   location: westeurope
   resourceGroupName: rg-test
   tags:
     password: [secret]
"""
        in out
    )
    assert (
        f"""\
└─ Subnet main-nodes       nodes    protected
      addressPrefix: 10.20.0.0/24
      privateEndpointNetworkPolicies: Disabled
      privateLinkServiceNetworkPolicies: Enabled
      resourceGroupName: rg-test
      routeTable:
        id: {zeros}/providers/Microsoft.Network/routeTables/rt-main
      subnetName: nodes
      virtualNetworkName: vnet
      options:
        protect: true
        dependsOn: [ResourceGroup main, RouteTable main]
"""
        in out
    )
    assert f"  subnets.nodes.id    {zeros}/providers/Microsoft.Network/virtualNetworks/vnet/subnets/nodes\n" in out


def test_details_are_wrapped_between_each_other(
    write_program: WriteProgram, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cilia.output.PIPED_COLUMNS", 78)
    write_program()
    main(["preview", "dev"])
    assert (
        """\
└─ Subnet main-nodes       nodes    10.20.0.0/24, route table rt-main,
                                    protected
"""
        in capsys.readouterr().out
    )


def test_where_there_is_no_room_beside_the_names_details_stand_below(
    write_program: WriteProgram, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cilia.output.PIPED_COLUMNS", 42)
    write_program()
    main(["preview", "dev"])
    assert (
        """\
├─ RouteTable main         rt-main
│       protected
│     route out
│       0.0.0.0/0 to VirtualAppliance,
│       at 10.20.0.4
└─ Subnet main-nodes       nodes
        10.20.0.0/24, route table rt-main,
        protected
UserAssignedIdentity main  id-main
"""
        in capsys.readouterr().out
    )


def test_colours_change_nothing_but_colours(
    write_program: WriteProgram, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_program()
    monkeypatch.setenv("FORCE_COLOR", "1")
    main(["preview", "dev"])
    coloured = capsys.readouterr().out
    assert "\x1b[33m<principalId of UserAssignedIdentity main>\x1b[0m" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == TREE


def test_the_json_document_has_the_contracts_shape(
    write_program: WriteProgram, capsys: pytest.CaptureFixture[str]
) -> None:
    write_program()
    document = preview(capsys, "dev")
    assert document.keys() == {"cilia", "stack", "resources", "outputs", "bundles", "problems"}
    assert (document["cilia"], document["stack"], document["problems"]) == (1, "dev", [])
    group, network, table, _, _ = document["resources"]
    assert group == {
        "urn": "urn:pulumi:dev::cilia::azure-native:resources:ResourceGroup::main",
        "type": "azure-native:resources:ResourceGroup",
        "name": "main",
        "parent": None,
        "custom": True,
        "inputs": {"location": "westeurope", "resourceGroupName": "rg-test", "tags": {"password": {"$secret": True}}},
        "options": {},
    }
    assert network["custom"] is False
    assert table["parent"] == network["urn"]
    assert table["options"] == {"protect": True, "dependsOn": [group["urn"]]}
    assert document["outputs"]["principal"] == {"$unknown": "principalId of UserAssignedIdentity main"}
    assert document["outputs"]["token"] == {"$secret": True}


def test_nothing_of_a_secret_is_ever_shown(write_program: WriteProgram, capsys: pytest.CaptureFixture[str]) -> None:
    write_program()
    for words in (["dev"], ["dev", "--full"], ["dev", "-o", "json"]):
        main(["preview", *words])
        assert "AbCd" not in "".join(capsys.readouterr())


def test_the_program_is_told_which_keys_are_secret(
    write_program: WriteProgram, capsys: pytest.CaptureFixture[str]
) -> None:
    write_program(
        "import pulumi\n"
        "for key in ('cilia:secrets', 'cilia:clusters'):\n"
        "    pulumi.export(key, pulumi.runtime.is_config_secret(key))\n"
    )
    assert preview(capsys, "dev")["outputs"] == {"cilia:clusters": False, "cilia:secrets": True}


def test_with_errors_the_program_does_not_run(
    write_program: WriteProgram, write_stack: WriteStack, capsys: pytest.CaptureFixture[str]
) -> None:
    write_program("raise SystemExit('ran')")
    write_stack("dev", ("podCidr", "podCIDR"))
    assert main(["preview", "dev"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines()[-1] == "Found 1 error in stacks/Pulumi.dev.yaml"


def test_with_errors_the_json_document_has_the_problems_only(
    write_program: WriteProgram, write_stack: WriteStack, capsys: pytest.CaptureFixture[str]
) -> None:
    write_program()
    write_stack("dev", ("podCidr", "podCIDR"))
    document = preview(capsys, "dev", code=1)
    assert document.keys() == {"cilia", "stack", "problems"}
    assert [problem["rule"] for problem in document["problems"]] == ["CFG-01"]


def test_warnings_stand_beside_the_preview(
    write_program: WriteProgram, write_stack: WriteStack, capsys: pytest.CaptureFixture[str]
) -> None:
    write_program("")
    write_stack("dev", ("count: 3", "count: 2"))
    assert main(["preview", "dev"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("dev  stacks/Pulumi.dev.yaml\n")
    assert "warning: " in err


def test_several_stacks_are_one_document(
    write_program: WriteProgram, write_stack: WriteStack, capsys: pytest.CaptureFixture[str]
) -> None:
    write_program("import pulumi\npulumi.export('stack', pulumi.get_stack())\n")
    write_stack("prod")
    document = preview(capsys)
    assert document.keys() == {"cilia", "previews"}
    assert [(each["stack"], each["outputs"]) for each in document["previews"]] == [
        ("dev", {"stack": "dev"}),
        ("prod", {"stack": "prod"}),
    ]


def test_several_stacks_are_apart_in_text(
    write_program: WriteProgram, write_stack: WriteStack, capsys: pytest.CaptureFixture[str]
) -> None:
    write_program("")
    write_stack("prod")
    assert main(["preview"]) == 0
    assert capsys.readouterr().out == (
        "dev  stacks/Pulumi.dev.yaml\n\n0 resources, none protected\n\n"
        "prod  stacks/Pulumi.prod.yaml\n\n0 resources, none protected\n"
    )


def test_a_program_that_fails_is_one_line_with_the_place(
    write_program: WriteProgram, capsys: pytest.CaptureFixture[str]
) -> None:
    write_program("\nraise ValueError('too small')\n")
    assert main(["preview", "dev"]) == 2
    assert capsys.readouterr() == ("", "cilia: stacks/Pulumi.dev.yaml: __main__.py:2: too small\n")


def test_debug_shows_where_a_program_failed(write_program: WriteProgram, capsys: pytest.CaptureFixture[str]) -> None:
    write_program("\nraise ValueError('too small')\n")
    assert main(["preview", "dev", "--debug"]) == 2
    err = capsys.readouterr().err
    assert "Traceback (most recent call last)" in err
    assert err.endswith("cilia: stacks/Pulumi.dev.yaml: __main__.py:2: too small\n")


def test_with_json_a_program_that_fails_is_an_error(
    write_program: WriteProgram, capsys: pytest.CaptureFixture[str]
) -> None:
    write_program("\nraise ValueError('too small')\n")
    assert preview(capsys, "dev", code=2) == {
        "cilia": 1,
        "stack": "dev",
        "error": "__main__.py:2: too small",
        "problems": [],
    }


def test_a_project_without_a_program_is_an_error(write_stack: WriteStack, capsys: pytest.CaptureFixture[str]) -> None:
    write_stack("dev")
    assert main(["preview", "dev"]) == 2
    expected = "cilia: stacks/Pulumi.dev.yaml: no program to preview: __main__.py does not exist\n"
    assert capsys.readouterr() == ("", expected)


@pytest.mark.parametrize(("end", "shown"), [("sys.exit(0)", "0"), ("sys.exit('why')", "why"), ("sys.exit()", "None")])
def test_a_program_that_ends_itself_is_no_answer(
    end: str, shown: str, write_program: WriteProgram, capsys: pytest.CaptureFixture[str]
) -> None:
    write_program(f"import sys\n{end}\n")
    assert main(["preview", "dev"]) == 2
    assert capsys.readouterr().err == (
        "cilia: stacks/Pulumi.dev.yaml: the program ended itself by sys.exit("
        + shown
        + "), before everything was built\n"
    )


def test_the_environment_is_as_before_afterwards(
    write_program: WriteProgram, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_program()
    before = dict(os.environ)
    assert main(["preview", "dev", "--today", "2026-09-01"]) == 0
    assert capsys.readouterr().err.startswith("on stdout, date 2026-09-01\n")
    assert dict(os.environ) == before
    monkeypatch.delenv("CILIA_TODAY")
    main(["preview", "dev", "--today", "2026-09-01"])
    assert "CILIA_TODAY" not in os.environ


def test_configuration_is_handed_over_as_pulumi_does() -> None:
    document = read_text(
        b"""\
config:
  azure-native:location: westeurope
  azure-native:clientSecret: {secure: v1:AbCd}
  cilia:secrets: {regcred: {secure: v1:AbCd}}
  cilia:environment: {resourceGroup: {name: rg}, tags: {"n": "1"}, protect: false}
""",
        "stacks/Pulumi.dev.yaml",
    )
    config, secret_keys = pulumi_config(document)
    assert config == {
        "azure-native:location": "westeurope",
        "azure-native:clientSecret": "[secret]",
        "cilia:secrets": '{"regcred": "[secret]"}',
        "cilia:environment": '{"protect": false, "resourceGroup": {"name": "rg"}, "tags": {"n": "1"}}',
    }
    assert secret_keys == {"azure-native:clientSecret", "cilia:secrets"}


@pytest.mark.usefixtures("shipped")
def test_every_shipped_stack_can_be_previewed(capsys: pytest.CaptureFixture[str]) -> None:
    document = preview(capsys)
    assert [each["stack"] for each in document["previews"]] == SHIPPED
    assert all(each["resources"] and each["problems"] == [] for each in document["previews"])


def test_what_the_program_warns_about_again_is_said_once(
    write_stack: WriteStack,
    project: Path,
    shipped: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write_stack("dev", ("count: 3", "count: 2"))
    (project / "__main__.py").write_text((shipped / "__main__.py").read_text())
    monkeypatch.chdir(project)
    assert main(["preview", "dev"]) == 0
    assert capsys.readouterr().err.count("warning: ") == 1
