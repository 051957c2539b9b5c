"""Pulumi's state as `pulumi stack export` writes it: which resources it holds, under which ids. No secret is read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cilia.arm_ids import azure_type
from cilia.errors import InputError

if TYPE_CHECKING:
    from cilia.record import Resource

_PROVIDERS = "pulumi:"
_SUBSCRIPTIONS = "/subscriptions/"


@dataclass(frozen=True)
class State:
    """One stack's state; `content` is the whole document."""

    content: dict[str, Any]

    @property
    def resources(self) -> list[dict[str, Any]]:
        """The resources, in the order of the state; none for a stack that was never deployed."""
        return self.content["deployment"].get("resources") or []

    @cached_property
    def urns(self) -> frozenset[str]:
        """The URNs of all resources, components and providers included."""
        return frozenset(item["urn"] for item in self.resources)

    @cached_property
    def spelling(self) -> dict[str, str]:
        """Ids in lower case to the way the state spells them: ARM ids ignore case, comparing them must too."""
        return {item["id"].lower(): item["id"] for item in self.resources if item.get("id")}

    @property
    def subscription(self) -> str | None:
        """The subscription that the resources of the state are in, None if it holds none."""
        ids = (item["id"] for item in self.resources if azure_type(item["type"]) and item.get("id"))
        return next((arm_id.split("/")[2] for arm_id in ids if arm_id.startswith(_SUBSCRIPTIONS)), None)

    def require_stack(self, stack: str) -> None:
        """Makes sure that the state is that of a stack.

        Raises:
            InputError: It is another one's.
        """
        for urn in self.urns:
            found = urn.split("::")[0].rpartition(":")[2]
            if found != stack:
                raise InputError(f"the state is of stack {found!r}, not {stack!r}; export it with --stack {stack}")

    def missing(self, resources: Iterable[Resource]) -> Iterator[Resource]:
        """What Pulumi would create of a program: neither components nor providers, nor what is only read."""
        for each in resources:
            created = each.custom and not each.type.startswith(_PROVIDERS) and "id" not in each.options
            if created and each.urn not in self.urns:
                yield each


def read_state(text: str) -> State:
    """Reads what `pulumi stack export` wrote.

    Raises:
        InputError: It is something else.
    """
    try:
        content = json.loads(text)
    except ValueError as error:
        raise InputError(
            f"the state is no JSON ({error}); write it with: pulumi stack export --file state.json"
        ) from None
    if not isinstance(content, dict) or not isinstance(content.get("deployment"), dict):
        raise InputError("the state has no `deployment`; write it with: pulumi stack export --file state.json")
    resources = content["deployment"].get("resources") or []
    if not isinstance(resources, list) or not all(map(_is_resource, resources)):
        raise InputError(
            "the state's `resources` are not what Pulumi writes; write it with: pulumi stack export --file state.json"
        )
    return State(content)


def _is_resource(item: object) -> bool:
    """Whether an item has a type, and a URN with its four parts."""
    if not isinstance(item, dict):
        return False
    urn, token, held = item.get("urn"), item.get("type"), item.get("id", "")
    return isinstance(urn, str) and urn.count("::") >= 3 and isinstance(token, str) and isinstance(held, str)
