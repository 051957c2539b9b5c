"""Faults that a test orders: what goes wrong, in which call, how often.

A fault is a dict in `Control.faults`. It names its `kind` and, to choose calls, any of `method` (Create, Update,
Delete, Read, Invoke), `type` (a glob pattern for the end of the type token) and `name` (one for the Pulumi name);
without `method` it meets every write. `nth` is the first matching call that is hit (1), `times` how many in a row (1).
Previews never count.

    fail-before   refused before anything happens
    fail-after    done, but the answer is lost on the way
    half-done     accepted and done, then reported as failed: the engine keeps the resource with an error
    crash         the provider's process dies before it does anything; `after: true`, just after it did
    signal        the CLI that started the provider gets `signal` (SIGINT, SIGKILL) when the work is done and before it
                  hears of it; with `lost: true` the work never reached Azure
    throttle      429 from Azure; the provider tries again three times itself, so the engine sees only `times` above 3
"""

from __future__ import annotations

import fnmatch
import os
import signal
from typing import Any

from tests.engine.arm import AzureError
from tests.engine.store import Store

KINDS = frozenset({"fail-before", "fail-after", "half-done", "crash", "signal", "throttle"})
WRITES = frozenset({"Create", "Update", "Delete"})
# MaxRetries of azcore's default policy; azure-native replaces the delays only. provider/pkg/azure/client_azcore.go
THROTTLE_RETRIES = 3


class ProcessDiedError(Exception):
    """The simulated provider is to die now."""


class AnswerLostError(Exception):
    """The work is done and nobody hears of it."""


def due(store: Store, method: str, token: str, name: str) -> dict[str, Any] | None:
    """The fault that hits this call, if any. Counts the call for every fault that it matches.

    Raises:
        ValueError: a fault of an unknown kind was ordered.
    """
    with store.transaction() as world:
        hit = None
        for index, fault in enumerate(world.control.faults):
            if fault["kind"] not in KINDS:
                raise ValueError(f"there is no fault {fault['kind']!r}, only {', '.join(sorted(KINDS))}")
            if not _matches(fault, method, token, name):
                continue
            key = str(index)
            world.fault_calls[key] = world.fault_calls.get(key, 0) + 1
            first = fault.get("nth", 1)
            times = (
                -(-fault.get("times", 1) // (THROTTLE_RETRIES + 1))
                if fault["kind"] == "throttle"
                else fault.get("times", 1)
            )
            if hit is None and first <= world.fault_calls[key] < first + times:
                hit = fault
        return hit


def _matches(fault: dict[str, Any], method: str, token: str, name: str) -> bool:
    right_method = fault["method"] == method if "method" in fault else method in WRITES
    return (
        right_method
        and fnmatch.fnmatch(token, f"*{fault.get('type', '')}")
        and fnmatch.fnmatch(name, fault.get("name", "*"))
    )


def before(fault: dict[str, Any] | None) -> None:
    """Raises what the fault does before the work is done."""
    if fault is None:
        return
    kind = fault["kind"]
    if kind == "fail-before":
        raise AzureError(500, fault.get("code", "InternalServerError"), fault.get("message", "An error occurred."))
    if kind == "crash" and not fault.get("after"):
        raise ProcessDiedError("the process died")
    if kind == "signal" and fault.get("lost"):
        os.kill(os.getppid(), signal.Signals[fault["signal"]])
        raise ProcessDiedError("the process died")
    if kind == "throttle" and fault.get("times", 1) > THROTTLE_RETRIES:
        message = "The request is being throttled as the limit has been reached for operation type - Write."
        raise AzureError(429, "TooManyRequests", message)


def after(fault: dict[str, Any] | None) -> None:
    """Raises what the fault does once the work is done."""
    kind = fault["kind"] if fault else ""
    if kind == "fail-after":
        raise AnswerLostError("connection reset by peer")
    if fault is not None and kind == "signal":
        os.kill(os.getppid(), signal.Signals[fault["signal"]])
    if kind == "crash":
        raise ProcessDiedError("the process died")
