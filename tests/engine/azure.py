"""The simulated Azure Resource Manager: get, put and delete by id, with the refusals every type shares.

Owns existence, parents, references, busy resources and who is signed in; what a type adds is in rules/. Bodies have the
shape of azure-native's SDK, not ARM's nesting.
"""

from __future__ import annotations

import contextlib
import copy
import os
import time
import uuid
from collections.abc import Iterator
from typing import Any

from tests.engine import arm
from tests.engine.arm import AzureError, HalfDoneError
from tests.engine.catalogue import KINDS
from tests.engine.rules.rule import NAMESPACE, Rule, Write
from tests.engine.rules.table import RULES
from tests.engine.store import Resource, Store, World, ids_in


class Azure:
    """One signed-in view of the cloud."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def get(self, arm_id: str) -> dict[str, Any] | None:
        """What a GET answers, or nothing for 404. Raises: AzureError when not allowed in."""
        with self.store.transaction() as world:
            _admit(world, arm_id)
            resource = world.get(arm_id)
            return answer(world, resource) if resource else None

    def real_id(self, arm_id: str) -> str:
        """The id as Azure spells it."""
        with self.store.transaction() as world:
            resource = world.get(arm_id)
            return resource.id if resource else arm_id

    def put(self, arm_id: str, token: str, body: dict[str, Any], *, fail_at_end: bool = False) -> dict[str, Any]:
        """Creates or changes a resource and answers what it is then.

        Raises:
            AzureError: refused; nothing has changed.
            HalfDoneError: `fail_at_end`; everything has changed and the resource is marked as failed.
        """
        rule = RULES.get(arm.type_of(arm_id), Rule())
        body = copy.deepcopy(body)
        with self.store.transaction() as world:
            _admit(world, arm_id)
            _judge(world, rule, arm_id, token, body)
            seconds = _begin(world, rule, arm_id, token)
        with self._running(rule.lock(arm_id), seconds), self.store.transaction() as world:
            stored = _store(world, rule, arm_id, token, body)
            if fail_at_end:
                stored.body["provisioningState"] = "Failed"
            result = answer(world, stored)
        if fail_at_end:
            error = AzureError(200, "ProvisioningFailed", "The operation was accepted and failed while it ran.")
            raise HalfDoneError(error)
        return result

    def delete(self, arm_id: str) -> None:
        """Deletes a resource and all below it; one that is gone already is fine. Raises: AzureError when refused."""
        rule = RULES.get(arm.type_of(arm_id), Rule())
        with self.store.transaction() as world:
            _admit(world, arm_id)
            resource = world.get(arm_id)
            if resource is None:
                return
            rule.refuse_delete(world, resource)
            seconds = _begin(world, rule, arm_id, resource.token)
        with self._running(rule.lock(arm_id), seconds), self.store.transaction() as world:
            _remove(world, arm_id)

    @contextlib.contextmanager
    def _running(self, lock: str, seconds: float) -> Iterator[None]:
        """Lets an operation take its time before its effect, and gives its lock back whatever happens."""
        try:
            if seconds:
                time.sleep(seconds)
            yield
        finally:
            if seconds:
                with self.store.transaction() as world:
                    world.operations.pop(lock, None)


def _begin(world: World, rule: Rule, arm_id: str, token: str) -> float:
    """Takes a write's lock and answers how long it runs, or refuses. A lock whose process is gone does not count."""
    key = rule.lock(arm_id)
    held = world.operations.get(key)
    if held is not None and _alive(int(held["pid"])):
        raise rule.busy(arm_id)
    seconds = world.control.operation_seconds.get(token, 0.0)
    if seconds:
        world.operations[key] = {"pid": os.getpid(), "id": arm_id}
    return seconds


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _admit(world: World, arm_id: str) -> None:
    """Refuses a caller who may not touch the subscription."""
    subscription = arm.subscription_of(arm_id)
    if world.control.login == "tenant":
        # https://github.com/Azure/azure-sdk-for-net/issues/49391
        wrong = uuid.uuid5(NAMESPACE, "another tenant")
        message = (
            f"The access token is from the wrong issuer 'https://sts.windows.net/{wrong}/'. It must match the tenant "
            f"'https://sts.windows.net/{world.control.tenant}/' associated with this "
            "subscription. Please use the authority (URL) "
            f"'https://login.windows.net/{world.control.tenant}' to get the token."
        )
        raise AzureError(401, "InvalidAuthenticationTokenTenant", message)
    if world.control.subscriptions and subscription not in world.control.subscriptions:
        raise AzureError(404, "SubscriptionNotFound", f"The subscription '{subscription}' could not be found.")


def _judge(world: World, rule: Rule, arm_id: str, token: str, body: dict[str, Any]) -> None:
    """Refuses a write that cannot be. Nothing is changed."""
    _check_parent(world, arm_id)
    old = world.get(arm_id)
    if old is not None and _region(old.body) and _region(body) and _region(old.body) != _region(body):
        message = (
            f"The resource '{old.name}' already exists in location '{old.body['location']}' in resource group "
            f"'{arm.resource_group_of(arm_id)}'. A resource with the same name cannot be "
            f"created in location '{body['location']}'. "
            "Please select a new resource name."
        )
        raise AzureError(409, "InvalidResourceLocation", message)
    write = Write(world, arm_id, copy.deepcopy(body), copy.deepcopy(old))
    rule.check(write)
    for lost in sorted(ids_in(body) - set(world.resources) - {arm.key(arm_id)}):
        if arm.type_of(lost) != "microsoft.authorization/roledefinitions":
            # https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors
            message = (
                f"Resource {lost} referenced by resource {arm_id} was not found. Please make sure "
                "that the referenced resource exists, "
                "and that both resources are in the same region."
            )
            raise AzureError(400, "InvalidResourceReference", message)
    for name, items in _children(token, body):
        for item in items or []:
            child = f"{arm_id}/{name}/{item.get('name')}"
            if world.get(arm_id) is not None:
                RULES.get(arm.type_of(child), Rule()).check(
                    Write(world, child, copy.deepcopy(item), copy.deepcopy(world.get(child)))
                )


def _check_parent(world: World, arm_id: str) -> None:
    group = arm.resource_group_id(arm_id)
    if group and arm.key(group) != arm.key(arm_id) and world.get(group) is None:
        raise AzureError(
            404, "ResourceGroupNotFound", f"Resource group '{arm.resource_group_of(arm_id)}' could not be found."
        )
    parent = arm.parent_of(arm_id)
    if parent and world.get(parent) is None:
        name = arm.name_of(parent)
        if arm.type_of(arm_id).startswith(arm.type_of(parent) + "/"):
            message = f"Can not perform requested operation on nested resource. Parent resource '{name}' not found."
            raise AzureError(404, "ParentResourceNotFound", message)
        message = (
            f"The Resource '{arm.type_name_of(parent)}/{name}' under resource group "
            f"'{arm.resource_group_of(parent)}' was not found."
        )
        raise AzureError(404, "ResourceNotFound", message)


def _region(body: dict[str, Any]) -> str:
    return str(body.get("location") or "").lower().replace(" ", "")


def _children(token: str, body: dict[str, Any]) -> list[tuple[str, list[dict[str, Any]] | None]]:
    """The parts of a body that are resources of their own, with what was sent for each; nothing: leave them alone."""
    kind = KINDS.get(token)
    return [(name, body.get(name)) for name in (kind.sub_resources if kind else ())]


def _store(world: World, rule: Rule, arm_id: str, token: str, body: dict[str, Any]) -> Resource:
    """Makes a write real, with everything Azure adds."""
    children = _children(token, body)
    body = {name: value for name, value in body.items() if name not in {child for child, _ in children}}
    write = Write(world, arm_id, body, copy.deepcopy(world.get(arm_id)))
    write.store(token)
    body.setdefault("provisioningState", "Succeeded")
    rule.complete(write)
    for name, items in children:
        if items is not None:
            _store_children(world, arm_id, name, items)
    world.order += 1
    body["etag"] = f'W/"{uuid.uuid5(NAMESPACE, f"{arm.key(arm_id)} {world.order}")}"'
    return write.stored


def _store_children(world: World, arm_id: str, name: str, items: list[dict[str, Any]]) -> None:
    """A list that was sent is the whole list: what it lacks is deleted."""
    ids = {arm.key(f"{arm_id}/{name}/{item['name']}") for item in items}
    for child in world.of_type(f"{arm.type_of(arm_id)}/{name}", arm_id):
        if arm.key(child.id) not in ids:
            RULES.get(arm.type_of(child.id), Rule()).refuse_delete(world, child)
            world.remove(child.id)
    for item in items:
        child_id = f"{arm_id}/{name}/{item['name']}"
        child_token = next(
            (kind.token for kind in KINDS.values() if kind.path.count("{") > 1 and f"/{name}/{{" in kind.path), ""
        )
        _store(world, RULES.get(arm.type_of(child_id), Rule()), child_id, child_token, item)


def _remove(world: World, arm_id: str) -> None:
    for resource in [resource for resource in world.resources.values() if arm.is_below(resource.id, arm_id)]:
        RULES.get(arm.type_of(resource.id), Rule()).deleted(world, resource)
    world.remove(arm_id)


def answer(world: World, resource: Resource) -> dict[str, Any]:
    """What a GET of a resource says: its body, its name and type, what lies below it."""
    kind = KINDS.get(resource.token)
    result = {"type": arm.type_name_of(resource.id), **copy.deepcopy(resource.body), "name": resource.name}
    for name in kind.sub_resources if kind else ():
        children = world.of_type(f"{arm.type_of(resource.id)}/{name}", resource.id)
        result[name] = [{**answer(world, child), "id": child.id} for child in children]
    RULES.get(arm.type_of(resource.id), Rule()).answer(world, resource, result)
    return result
