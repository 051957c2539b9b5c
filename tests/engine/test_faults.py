"""Ordered faults, as the engine would meet them."""

from __future__ import annotations

import contextlib
import signal
from typing import Any

import grpc  # type: ignore[import-untyped]
import pytest

from tests.engine import samples
from tests.engine.client import CallError, Client

SUBNET = {"type": "network:Subnet", "name": "pods*"}


def order(azure: Client, **fault: Any) -> None:
    azure.store.order(faults=[fault])


def test_fault_hits_the_calls_it_names_and_no_others(azure: Client) -> None:
    samples.group(azure)
    samples.network(azure)
    order(azure, kind="fail-before", method="Create", **SUBNET)

    samples.subnet(azure, "nodes", "10.0.0.0/24")
    with pytest.raises(CallError, match="InternalServerError"):
        samples.subnet(azure, "pods", "10.0.1.0/24")
    samples.subnet(azure, "pods", "10.0.1.0/24")


def test_fault_can_wait_for_the_nth_call_and_last(azure: Client) -> None:
    samples.group(azure)
    order(azure, kind="fail-before", nth=2, times=2)

    samples.network(azure, "first")
    for _ in range(2):
        with pytest.raises(CallError, match="Status=500"):
            samples.network(azure, "second")
    samples.network(azure, "second")


def test_previews_and_checks_neither_fail_nor_count(azure: Client) -> None:
    order(azure, kind="fail-before")

    azure.preview("resources:ResourceGroup", "group", {"resourceGroupName": "rg", "location": "westeurope"})
    with pytest.raises(CallError, match="Status=500"):
        samples.group(azure)


def test_lost_answer_leaves_a_resource_that_the_next_create_refuses(azure: Client) -> None:
    order(azure, kind="fail-after")

    with pytest.raises(CallError, match="connection reset by peer"):
        samples.group(azure)
    with pytest.raises(CallError, match=r"cannot create already existing resource '/subscriptions/.*/rg-test'"):
        samples.group(azure)


def test_half_done_create_says_what_is_there(azure: Client) -> None:
    order(azure, kind="half-done")

    with pytest.raises(CallError, match="ProvisioningFailed") as failed:
        samples.group(azure)

    assert failed.value.kept.endswith("/resourceGroups/rg-test")
    assert len(failed.value.reasons) == 1
    assert len(azure.store.snapshot()) == 1


@pytest.mark.parametrize(("when", "there"), [({}, 0), ({"after": True}, 1)], ids=["before", "after"])
def test_crash_happens_before_or_after_the_work(azure: Client, when: dict[str, bool], there: int) -> None:
    order(azure, kind="crash", **when)

    with pytest.raises(CallError) as failed:
        samples.group(azure)

    assert failed.value.status == grpc.StatusCode.UNAVAILABLE
    assert len(azure.store.snapshot()) == there


def test_short_throttling_is_ridden_out_and_long_throttling_is_not(azure: Client) -> None:
    order(azure, kind="throttle", times=3)
    samples.group(azure)

    azure.store.order(faults=[{"kind": "throttle", "times": 4, "nth": 2}])
    with pytest.raises(CallError, match="Status=429"):
        samples.network(azure)
    samples.network(azure)


def test_functions_can_fail_too(azure: Client) -> None:
    order(azure, kind="fail-before", method="Invoke", type="getClientConfig")

    with pytest.raises(CallError, match="Status=500"):
        azure.invoke("azure-native:authorization:getClientConfig", {})


def test_misspelt_fault_is_not_passed_over(azure: Client) -> None:
    order(azure, kind="fail")

    with pytest.raises(CallError, match="there is no fault 'fail'"):
        samples.group(azure)


@pytest.mark.parametrize(("lost", "there"), [({}, 1), ({"lost": True}, 0)], ids=["done", "never sent"])
def test_signal_reaches_the_cli_that_started_the_provider(
    azure: Client, monkeypatch: pytest.MonkeyPatch, lost: dict[str, bool], there: int
) -> None:
    sent: list[tuple[int, int]] = []
    monkeypatch.setattr("tests.engine.faults.os.getppid", lambda: 4711)
    monkeypatch.setattr("tests.engine.faults.os.kill", lambda *call: sent.append(call))
    order(azure, kind="signal", signal="SIGINT", **lost)

    with contextlib.suppress(CallError):
        samples.group(azure)

    assert sent == [(4711, signal.SIGINT)]
    assert len(azure.store.snapshot()) == there
