"""Resource groups and private DNS zones: what goes only when it is empty, and what takes its content along."""

from __future__ import annotations

from collections.abc import Callable

from tests.engine import arm
from tests.engine.arm import AzureError
from tests.engine.rules.rule import Rule
from tests.engine.store import Resource, World


def _keep_zone(world: World, zone: Resource) -> None:
    links = world.of_type("microsoft.network/privatednszones/virtualnetworklinks", zone.id)
    if links:
        message = f"Can not delete resource before nested resources are deleted: {links[0].id}."
        raise AzureError(409, "CannotDeleteResource", message)


def group_rule(refuse: Callable[[World, Resource], None]) -> Rule:
    """Deleting a group deletes what it holds, in whatever order works; an outside user of its content stops it."""

    def refuse_group(world: World, group: Resource) -> None:
        inside = [
            resource
            for resource in world.resources.values()
            if arm.is_below(resource.id, group.id) and resource is not group
        ]
        for resource in inside:
            users = [user for user in world.users_of(resource.id) if not arm.is_below(user.id, group.id)]
            if users:
                refuse(world, resource)

    return Rule(refuse_delete=refuse_group)


RULES = {"microsoft.network/privatednszones": Rule(refuse_delete=_keep_zone)}
