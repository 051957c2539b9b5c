"""Settings of nodes: Azure's own names, bounds, and nothing sent that was not said."""

from __future__ import annotations

import re
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from components.cluster.node_settings import (
    GpuProfile,
    HostPortRange,
    KubeletConfig,
    LinuxOSConfig,
    PoolNetworkProfile,
    PoolSecurityProfile,
    PublicIpTag,
    SysctlConfig,
    sent,
)


def names_in_the_provider(class_name: str) -> set[str]:
    """What the provider calls the fields of one of its input types; read as text, for importing it takes seconds."""
    inputs = distribution("pulumi-azure-native").locate_file("pulumi_azure_native/containerservice/_inputs.py")
    source = Path(str(inputs)).read_text(encoding="utf-8")
    body = source.split(f"\nclass {class_name}:\n")[1].split("\n@pulumi.input_type")[0]
    getters = re.findall(r'@pulumi\.getter(?:\(name="(\w+)"\))?\n    def (\w+)', body)
    return {name or plain for name, plain in getters}


@pytest.mark.parametrize(
    ("model", "class_name"),
    [
        (SysctlConfig, "SysctlConfigArgs"),
        (LinuxOSConfig, "LinuxOSConfigArgs"),
        (KubeletConfig, "KubeletConfigArgs"),
        (HostPortRange, "PortRangeArgs"),
        (PublicIpTag, "IPTagArgs"),
        (PoolNetworkProfile, "AgentPoolNetworkProfileArgs"),
        (PoolSecurityProfile, "AgentPoolSecurityProfileArgs"),
        (GpuProfile, "GPUProfileArgs"),
    ],
)
def test_every_setting_has_the_providers_name(model: type[BaseModel], class_name: str) -> None:
    ours = {field.alias for field in model.model_fields.values()}
    known = names_in_the_provider(class_name)
    assert ours - known == set()
    assert known - ours <= {"sshAccess"}  # a preview that needs a feature flag


def test_nothing_is_sent_that_was_not_said() -> None:
    assert sent(None) is None
    assert sent(KubeletConfig()) is None
    assert sent(PoolNetworkProfile.model_validate({"allowedHostPorts": []})) is None


def test_false_and_zero_are_sent() -> None:
    assert sent(KubeletConfig.model_validate({"failSwapOn": False, "imageGcLowThreshold": 0})) == {
        "failSwapOn": False,
        "imageGcLowThreshold": 0,
    }


@pytest.mark.parametrize(
    ("values", "trusted"),
    [({}, False), ({"enableSecureBoot": True}, True), ({"enableVTPM": True}, True)],
)
def test_trusted_launch_is_either_of_two(values: dict[str, bool], *, trusted: bool) -> None:
    assert PoolSecurityProfile.model_validate(values).trusted_launch is trusted


@pytest.mark.parametrize("ports", ["1024 32768", "32768 60999", "60999   65535"])
def test_local_port_range_is_two_numbers(ports: str) -> None:
    built = SysctlConfig.model_validate({"netIpv4IpLocalPortRange": ports})
    assert built.net_ipv4_ip_local_port_range == " ".join(ports.split())


@pytest.mark.parametrize(
    "ports",
    ["1023 40000", "61000 61001", "1024 32767", "1024 65536", "60000 40000", "1024", "1024-40000", "a b", 32768],
)
def test_other_local_port_ranges_are_refused(ports: object) -> None:
    with pytest.raises(ValidationError, match=r"first 1024 to 60999, the second 32768 to 65535"):
        SysctlConfig.model_validate({"netIpv4IpLocalPortRange": ports})


@pytest.mark.parametrize(
    ("model", "values"),
    [
        pytest.param(SysctlConfig, {"vmSwappiness": 101}, id="swappiness"),
        pytest.param(SysctlConfig, {"netIpv4TcpFinTimeout": 4}, id="fin-timeout"),
        pytest.param(SysctlConfig, {"fsFileMax": 2**63}, id="file-max"),
        pytest.param(KubeletConfig, {"containerLogMaxFiles": 1}, id="log-files"),
        pytest.param(KubeletConfig, {"podMaxPids": -2}, id="pids"),
        pytest.param(KubeletConfig, {"imageGcHighThreshold": 101}, id="threshold"),
        pytest.param(HostPortRange, {"portStart": 0, "portEnd": 1, "protocol": "TCP"}, id="port"),
        pytest.param(HostPortRange, {"portStart": 1, "portEnd": 65536, "protocol": "TCP"}, id="last-port"),
        pytest.param(LinuxOSConfig, {"swapFileSizeMB": 0}, id="swap"),
    ],
)
def test_values_outside_azures_bounds_are_refused(model: type[BaseModel], values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=r"greater than or equal|less than or equal"):
        model.model_validate(values)
