"""From plans to Pulumi: references become outputs, ARM names become arguments, the SDK's type aliases go.

The one place outside `resources.py` files that imports Pulumi below `stacks`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import copy
from typing import Any

import pulumi

from components.values import ArmProperties, Joined, Ref

_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")

_SDK = "azure-native:"

References = Mapping[Ref, pulumi.Input[Any]]


def substitute(value: Any, references: References) -> Any:
    """The same value with every reference replaced by the output it stands for.

    Raises:
        KeyError: A reference that nothing deployed so far provides; the program builds in the wrong order.
    """
    if isinstance(value, Ref):
        return references[value]
    if isinstance(value, Joined):
        return pulumi.Output.concat(*(substitute(part, references) for part in value.parts))
    if isinstance(value, dict):
        return {name: substitute(item, references) for name, item in value.items()}
    if isinstance(value, list):
        return [substitute(item, references) for item in value]
    return value


def arguments(properties: ArmProperties, references: References) -> dict[str, Any]:
    """Keyword arguments of an azure-native resource for inputs under ARM's names (`dnsPrefix` -> `dns_prefix`).

    What is below the first level stays as it is: a plain dict is sent verbatim, without the typed classes' defaults.
    """
    return {argument(name): substitute(value, references) for name, value in properties.items()}


def argument(name: str) -> str:
    """The Python spelling of one ARM input; the SDK renames what would collide with the resource's Pulumi name."""
    spelled = _WORD.sub("_", name).lower()
    return "resource_name_" if spelled == "resource_name" else spelled


def strip_type_aliases(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
    """A transformation that removes the aliases to other API versions which azure-native adds to every resource.

    They cost 0.1 s and 2 MiB per cluster, and are only needed for state written under explicit-version or v1 types.
    Register it with `pulumi.runtime.register_stack_transformation`.
    """
    kept = [alias for alias in args.opts.aliases or [] if not _of_the_sdk(alias, args.type_)]
    if len(kept) == len(args.opts.aliases or []):
        return None
    options = copy(args.opts)
    options.aliases = kept
    return pulumi.ResourceTransformationResult(args.props, options)


def _of_the_sdk(alias: Any, type_token: str) -> bool:
    """Whether the SDK added an alias: those leave name and parent at their defaults, which it marks with `...`.

    The plain type as the alias of a resource of another package is ours.
    """
    if not isinstance(alias, pulumi.Alias) or not isinstance(alias.type_, str):
        return False
    if not type_token.startswith(_SDK) and "/" not in alias.type_:
        return False
    unset: Any = ...
    return alias.type_.startswith(_SDK) and (alias.name, alias.parent) == (unset, unset)
