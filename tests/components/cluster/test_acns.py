"""What Azure is told about Advanced Container Networking Services: every switch, and nothing that it would refuse."""

from __future__ import annotations

from typing import Any

import pytest

from tests.components.cluster.builder import plan

OFF = {"enabled": False, "observability": {"enabled": False}, "security": {"enabled": False}}


@pytest.mark.parametrize(
    ("acns", "sent"),
    [
        pytest.param({}, OFF, id="off"),
        pytest.param(
            {"observability": True},
            {"enabled": True, "observability": {"enabled": True}, "security": {"enabled": False}},
            id="observability",
        ),
        pytest.param(
            {"security": True},
            {
                "enabled": True,
                "observability": {"enabled": False},
                "security": {"enabled": True, "advancedNetworkPolicies": "FQDN"},
            },
            id="security-means-FQDN",
        ),
        pytest.param(
            {"observability": True, "security": True, "advancedNetworkPolicies": "L7"},
            {
                "enabled": True,
                "observability": {"enabled": True},
                "security": {"enabled": True, "advancedNetworkPolicies": "L7"},
            },
            id="L7",
        ),
        pytest.param(
            {"security": True, "advancedNetworkPolicies": "None"},
            {
                "enabled": True,
                "observability": {"enabled": False},
                "security": {"enabled": True, "advancedNetworkPolicies": "None"},
            },
            id="no-policies",
        ),
    ],
)
def test_every_switch_is_sent_whatever_is_said(acns: dict[str, Any], sent: dict[str, Any]) -> None:
    """ACNS-01, ACNS-04: Azure would turn on what is left out, and `enabled` follows from the switches."""
    assert plan({"acns": acns}).properties["networkProfile"]["advancedNetworking"] == sent


@pytest.mark.parametrize(
    ("acns", "sent"),
    [
        pytest.param({}, OFF, id="off-sends-nothing-that-is-refused-when-off"),
        pytest.param(
            {"observability": True, "accelerationMode": "BpfVeth"},
            {
                "enabled": True,
                "observability": {"enabled": True},
                "security": {"enabled": False},
                "performance": {"accelerationMode": "BpfVeth"},
            },
            id="acceleration",
        ),
        pytest.param(
            {"security": True, "transitEncryption": "WireGuard"},
            {
                "enabled": True,
                "observability": {"enabled": False},
                "security": {
                    "enabled": True,
                    "advancedNetworkPolicies": "FQDN",
                    "transitEncryption": {"type": "WireGuard"},
                },
                "performance": {"accelerationMode": "None"},
            },
            id="encryption",
        ),
    ],
)
def test_newer_api_versions_get_what_they_have_beside(acns: dict[str, Any], sent: dict[str, Any]) -> None:
    planned = plan({"acns": acns, "apiVersion": "2026-05-01"})
    assert planned.properties["networkProfile"]["advancedNetworking"] == sent
