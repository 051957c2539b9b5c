"""What people see when Azure refuses: its own words, whole, and a line of docs/recovery.md that says what to do."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.engine.guide import follow
from tests.engine.harness import REPOSITORY, Engine, Outcome
from tests.engine.provider import DEFAULT_SUBSCRIPTION
from tests.engine.shipped import TODAY, Shipped, stack_file, written

pytestmark = pytest.mark.engine

ANOTHER = "11111111-1111-1111-1111-111111111111"
FEATURE = "Microsoft.ContainerService/EnableSomething"
# Code -> the type that meets it, and Azure's words. Sources: below
# https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors
OTHERS = {
    "MissingSubscriptionRegistration": ("ManagedCluster", "The subscription is not registered to use namespace 'X'."),
    "AuthorizationFailed": ("RoleAssignment", "The client 'ci' does not have authorization to perform action 'write'."),
    "RequestDisallowedByPolicy": ("VirtualNetwork", "Resource 'vnet-main' was disallowed by policy."),
    "SkuNotAvailable": ("ManagedCluster", "The requested VM size 'Standard_D4ds_v5' is currently not available."),
    "PublicIPCountLimitReached": ("ManagedCluster", "Cannot create more than 20 public IP addresses in this region."),
}


@pytest.fixture
def engine(engine: Engine) -> Engine:
    """A shipped stack that was never deployed."""
    engine.environment["CILIA_TODAY"] = TODAY
    engine.repository(written(stack_file("dev")))
    return engine


def helped(text: str) -> bool:
    """Whether the recovery guide has a line on this, by its code."""
    guide = (REPOSITORY / "docs" / "recovery.md").read_text()
    return any(line.startswith("|") and f"`{text}`" in line for line in guide.splitlines())


def refused(outcome: Outcome, code: str, message: str) -> bool:
    """Whether Azure's words are in the error, whole."""
    said = f'Code="{code}" Message="{message}"'
    return outcome.code != 0 and any(said in error for error in outcome.errors) and helped(code)


@pytest.mark.parametrize(
    ("control", "code", "message"),
    [
        pytest.param(
            {"subscriptions": [ANOTHER]},
            "SubscriptionNotFound",
            f"The subscription '{DEFAULT_SUBSCRIPTION}' could not be found.",
            id="wrong subscription",
        ),
        pytest.param(
            {"vcpu_quota": 4},
            "ErrCode_InsufficientVCPUQuota",
            "Insufficient vcpu quota requested 8, remaining 4. Surge nodes would also consume vcpu quota.",
            id="no quota",
        ),
        pytest.param(
            {"unregistered_features": {"networkProfile.networkDataplane": FEATURE}},
            "BadRequest",
            f"The feature '{FEATURE}' is not registered for subscription {DEFAULT_SUBSCRIPTION}. Please register the "
            "feature to use it.",
            id="unregistered feature",
        ),
    ],
)
def test_refusal_is_shown_whole_and_the_guide_knows_it(
    engine: Engine, control: dict[str, Any], code: str, message: str
) -> None:
    engine.cloud.order(**control)

    assert refused(engine.up("--skip-preview"), code, message)


@pytest.mark.parametrize("code", OTHERS)
def test_refusal_of_one_resource_is_shown_whole_and_the_guide_knows_it(engine: Engine, code: str) -> None:
    token, message = OTHERS[code]
    fault = {"kind": "fail-before", "method": "Create", "type": f":{token}", "code": code, "message": message}
    engine.cloud.order(faults=[fault])

    assert refused(engine.up("--skip-preview"), code, message)
    assert engine.up("--skip-preview").failures == []


def test_token_of_another_tenant_is_told_from_no_login(engine: Engine) -> None:
    engine.cloud.order(login="tenant")

    up = engine.up("--skip-preview")

    assert up.code != 0
    assert any("It must match the tenant" in error for error in up.errors)
    assert helped("InvalidAuthenticationTokenTenant")
    assert engine.cloud.snapshot() == {}


@pytest.mark.parametrize("subscription", [None, DEFAULT_SUBSCRIPTION], ids=["none in the file", "one in the file"])
def test_nobody_signed_in_is_one_plain_error(engine: Engine, subscription: str | None) -> None:
    content = stack_file("dev")
    if subscription:
        content["config"]["azure-native:subscriptionId"] = subscription
    engine.repository(written(content))
    engine.cloud.order(login="none")

    preview = engine.preview()

    assert preview.code != 0
    assert any("Please run 'az login' to setup account" in error for error in preview.errors)
    assert "unhandled exception" not in preview.text
    assert helped("Please run 'az login' to setup account")


@pytest.mark.parametrize("shipped", ["dev"], indirect=True)
def test_rotated_credentials_of_a_cluster_come_with_the_next_up(shipped: Shipped, tmp_path: Path) -> None:
    engine = shipped.copy(tmp_path)
    engine.cloud.order(cluster_login="rotated")

    refused_refresh = engine.refresh("--skip-preview")
    up = engine.up("--skip-preview")

    unreachable = "configured Kubernetes cluster is unreachable"
    assert refused_refresh.code != 0
    assert re.search(f"{unreachable}.*the server has asked for the client to provide credentials", refused_refresh.text)
    assert helped(unreachable)
    assert (up.failures, up.ops()) == ([], {"kubernetes main": "update"})
    assert engine.refresh("--skip-preview").failures == []
    assert engine.settled()


@pytest.mark.parametrize("shipped", ["dev"], indirect=True)
def test_commands_that_run_the_program_have_the_credentials_of_today(shipped: Shipped, tmp_path: Path) -> None:
    engine = shipped.copy(tmp_path)
    engine.cloud.order(cluster_login="rotated")

    follow(engine, "recovery.md", "The way into the cluster")

    assert engine.destroy("--skip-preview", "--run-program").failures == []
    assert engine.cloud.snapshot() == {}
