"""The process and its protocol."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2

from tests.engine import wire
from tests.engine.client import Client, connect
from tests.engine.harness import REPOSITORY
from tests.engine.server import STATE, main, parameters

MODULE = ("containerservice", "v20260501")


def value_request() -> Any:
    value = base64.b64encode(json.dumps({"module": MODULE[0], "version": MODULE[1]}).encode())
    kind = provider_pb2.ParameterizeRequest.ParametersValue
    return provider_pb2.ParameterizeRequest(value=kind(name="azure-native", version="3.29.0", value=value))


def words_request() -> Any:
    return provider_pb2.ParameterizeRequest(args=provider_pb2.ParameterizeRequest.ParametersArgs(args=MODULE))


@pytest.mark.parametrize("request_", [value_request(), words_request()], ids=["value", "words"])
def test_parameterization_is_read_in_both_forms(azure: Client, request_: Any) -> None:
    assert parameters(request_) == MODULE
    assert azure.stub.Parameterize(request_).name == "azure-native_containerservice_v20260501"


def test_secrets_are_not_accepted_and_previews_are(azure: Client) -> None:
    answer = azure.stub.Configure(provider_pb2.ConfigureRequest())

    assert (answer.acceptSecrets, answer.supportsPreview, answer.supports_autonaming_configuration) == (
        False,
        True,
        True,
    )


def test_plugin_says_the_version_that_the_sdk_asks_for(azure: Client, kubernetes: Client) -> None:
    assert azure.stub.GetPluginInfo(empty_pb2.Empty()).version == "3.29.0"
    assert kubernetes.stub.GetPluginInfo(empty_pb2.Empty()).version == "4.34.2"


def test_engine_can_attach_and_cancel(azure: Client) -> None:
    azure.stub.Attach(plugin_pb2.PluginAttach(address="127.0.0.1:1"))
    azure.stub.Cancel(empty_pb2.Empty())


def test_configuration_of_azure_native_is_echoed_and_never_differs(azure: Client) -> None:
    bag = wire.to_struct({"location": "westeurope"})

    assert azure.stub.CheckConfig(provider_pb2.CheckRequest(news=bag)).inputs == bag
    answer = azure.stub.DiffConfig(provider_pb2.DiffRequest(old_inputs=bag, news=wire.to_struct({"location": "x"})))
    assert (answer.changes, list(answer.replaces)) == (0, [])


def test_process_prints_its_port_first_serves_and_ends_quietly(tmp_path: Path) -> None:
    environment = {**os.environ, STATE: str(tmp_path), "PYTHONPATH": str(REPOSITORY)}
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "tests.engine.server", "azure-native", "--logtostderr", "127.0.0.1:1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        text=True,
    )
    assert process.stdout is not None
    channel, stub = connect(int(process.stdout.readline()))
    assert stub.GetPluginInfo(empty_pb2.Empty()).version == "3.29.0"
    channel.close()
    process.terminate()

    _, errors = process.communicate(timeout=30)
    assert errors == ""


def test_process_without_a_state_folder_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(STATE, raising=False)

    with pytest.raises(SystemExit, match=f"{STATE} must name the folder"):
        main(["azure-native"])
