"""`cilia adopt`: what people type, and what they get. The whole way, with Pulumi, is tested in tests/engine."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from cilia.main import main
from tests.cilia.conftest import ROOT, WriteStack

EMPTY = '{"version": 3, "deployment": {}}'
SUBSCRIPTION = "11111111-2222-3333-4444-555555555555"
PROGRAM = (ROOT / "__main__.py").read_text(encoding="utf-8")
OTHER = ["--subscription", "99999999-2222-3333-4444-555555555555"]
LOCATION = "azure-native:location: westeurope"


@pytest.fixture
def state(project: Path, write_stack: WriteStack) -> Path:
    """The state of a stack that was never deployed, beside a program and its stack file."""
    (project / "__main__.py").write_text(PROGRAM)
    write_stack("dev")
    file = project / "state.json"
    file.write_text(EMPTY)
    return file


def test_everything_that_is_missing_gets_an_id_in_the_subscription_that_is_named(
    state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["adopt", "dev", "--state", str(state), "--subscription", SUBSCRIPTION]) == 0

    out, err = capsys.readouterr()
    content = json.loads(out)
    ids = [spec["id"] for spec in content["resources"] if "id" in spec]
    assert content["cilia"] == 1
    assert len(ids) == 6
    assert all(arm_id.startswith(f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-test") for arm_id in ids)
    assert err == ""


def test_subscription_of_the_stack_file_comes_first(
    state: Path, write_stack: WriteStack, capsys: pytest.CaptureFixture[str]
) -> None:
    write_stack("dev", (LOCATION, f"{LOCATION}\n  azure-native:subscriptionId: {SUBSCRIPTION}"))

    assert main(["adopt", "dev", "--state", str(state), "--only", "ResourceGroup main", *OTHER]) == 0

    (group,) = json.loads(capsys.readouterr().out)["resources"]
    assert group["id"] == f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-test"


def test_subscription_of_the_state_comes_before_the_one_that_is_said(
    state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    group = "azure-native:resources:ResourceGroup"
    held = {"urn": f"urn:pulumi:dev::cilia::{group}::main", "type": group, "id": f"/subscriptions/{SUBSCRIPTION}/x"}
    state.write_text(json.dumps({"version": 3, "deployment": {"resources": [held]}}))

    assert main(["adopt", "dev", "--state", str(state), "--only", "VirtualNetwork main", *OTHER]) == 0

    network = json.loads(capsys.readouterr().out)["resources"][-1]
    assert network["id"].startswith(f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-test/")


def test_subscription_that_is_none_is_said_to_be_the_option(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["adopt", "dev", "--state", str(state), "--subscription", "prod"]) == 2

    assert capsys.readouterr().err == (
        "cilia: --subscription is 'prod', which is no subscription's id; 'az account show --query id --output tsv' "
        "prints one\n"
    )


def test_import_file_of_another_state_is_told(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["adopt", "dev", "--state", str(state), "--subscription", SUBSCRIPTION]
    main([*words, "--only", "VirtualNetwork main"])
    (state.parent / "import.json").write_text(capsys.readouterr().out)

    assert main([*words, "--imported", "import.json"]) == 2

    assert capsys.readouterr().err == (
        "cilia: 'VirtualNetwork main' is not in the state; export the state again, after `pulumi import` of that file\n"
    )


def test_without_a_subscription_nothing_is_guessed(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["adopt", "dev", "--state", str(state)]) == 2

    assert capsys.readouterr().err == (
        "cilia: stacks/Pulumi.dev.yaml names no subscription and the state is empty; add azure-native:subscriptionId "
        "to the file, or say --subscription $(az account show --query id --output tsv)\n"
    )


def test_state_comes_from_stdin_and_nothing_missing_is_said(
    state: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["preview", "dev", "-o", "json"])
    resources = json.loads(capsys.readouterr().out)["resources"]
    held = [{"urn": each["urn"], "type": each["type"], "custom": each["custom"]} for each in resources]
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps({"version": 3, "deployment": {"resources": held}})))

    assert main(["adopt", "dev", "--state", "-", "--subscription", SUBSCRIPTION]) == 0

    out, err = capsys.readouterr()
    assert json.loads(out) == {"cilia": 1, "nameTable": {}, "resources": []}
    assert err == "the state lacks nothing that could be imported\n"
    assert state.exists()


def test_state_after_the_import_is_printed_and_what_is_left_to_azure_is_said(
    state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["adopt", "dev", "--state", str(state), "--subscription", SUBSCRIPTION, "--only", "VirtualNetwork main"])
    content = capsys.readouterr().out
    (state.parent / "import.json").write_text(content)
    network = json.loads(content)["resources"][1]
    urn = "urn:pulumi:dev::cilia::cilia:network:Network$azure-native:network:VirtualNetwork::main"
    inputs = {"virtualNetworkName": "vnet-main", "subnets": [], "etag": "x"}
    held = {"urn": urn, "type": network["type"], "custom": True, "id": network["id"], "inputs": inputs}
    state.write_text(json.dumps({"version": 3, "deployment": {"resources": [held]}}))

    assert main(["adopt", "dev", "--state", str(state), "--imported", "import.json"]) == 0

    out, err = capsys.readouterr()
    (after,) = json.loads(out)["deployment"]["resources"]
    assert after == {**held, "inputs": {"virtualNetworkName": "vnet-main"}}
    assert err == ("VirtualNetwork main: the program says nothing of subnets and etag, which stays as it is in Azure\n")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--state", "gone.json"], "gone.json cannot be read: no such file or directory"),
        (
            ["--state", "state.json", "--imported", "stacks/Pulumi.dev.yaml"],
            "stacks/Pulumi.dev.yaml is no JSON: Expecting value: line 1 column 1 (char 0)",
        ),
        ([], "the following arguments are required: --state; see cilia adopt --help"),
    ],
    ids=["no file", "no import file", "no state"],
)
@pytest.mark.usefixtures("state")
def test_input_that_cannot_be_read_is_one_line(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["adopt", "dev", *words]) == 2

    assert capsys.readouterr().err == f"cilia: {message}\n"


def test_stack_with_errors_is_not_adopted(
    state: Path, write_stack: WriteStack, capsys: pytest.CaptureFixture[str]
) -> None:
    write_stack("dev", ("podCidr: 192.168.0.0/16", "podCidr: 192.168.0.0/28"))

    assert main(["adopt", "dev", "--state", str(state), "--subscription", SUBSCRIPTION]) == 1

    out, err = capsys.readouterr()
    assert out == ""
    assert "192.168.0.0/28" in err
