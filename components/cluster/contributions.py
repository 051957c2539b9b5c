"""What other areas say about a cluster, put into its inputs without anybody losing a word."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from components.values import ArmProperties, ArmValue


def merged(properties: ArmProperties, contributions: Iterable[Mapping[str, ArmValue]]) -> ArmProperties:
    """The properties with every contribution in its place, mappings merged to any depth.

    Raises:
        ValueError: Two of them say something at the same path, so that one would be lost.
    """
    whole = properties
    for contribution in contributions:
        whole = _merge(whole, contribution, "")
    return whole


def _merge(own: Mapping[str, ArmValue], more: Mapping[str, ArmValue], path: str) -> ArmProperties:
    result = dict(own)
    for name, value in more.items():
        here = f"{path}.{name}" if path else name
        if name not in result:
            result[name] = value
        elif isinstance(value, Mapping) and isinstance(result[name], Mapping):
            result[name] = _merge(result[name], value, here)
        else:
            raise ValueError(f"{here} is said twice, as {result[name]!r} and as {value!r}")
    return result
