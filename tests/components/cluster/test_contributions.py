"""Parts of a cluster's inputs from several areas: all of them there, none over another."""

from __future__ import annotations

import pytest

from components.cluster.contributions import merged


def test_mappings_are_merged_to_any_depth() -> None:
    own = {"name": "c", "addonProfiles": {"azurepolicy": {"enabled": True}}}
    more: list[dict[str, object]] = [
        {"addonProfiles": {"omsagent": {"enabled": False}}},
        {"serviceMeshProfile": {"mode": "Istio"}},
    ]
    assert merged(own, more) == {
        "name": "c",
        "addonProfiles": {"azurepolicy": {"enabled": True}, "omsagent": {"enabled": False}},
        "serviceMeshProfile": {"mode": "Istio"},
    }
    assert own == {"name": "c", "addonProfiles": {"azurepolicy": {"enabled": True}}}


@pytest.mark.parametrize(
    ("more", "clash"),
    [
        ({"a": {"b": 2}}, "a.b is said twice, as 1 and as 2"),
        ({"a": 3}, "a is said twice, as {'b': 1} and as 3"),
        ({"a": {"b": {}}}, "a.b is said twice, as 1 and as {}"),
    ],
    ids=["leaf", "mapping", "leaf and mapping"],
)
def test_two_areas_do_not_say_the_same(more: dict[str, object], clash: str) -> None:
    with pytest.raises(ValueError, match=clash.replace(".", r"\.").replace("{", r"\{").replace("}", r"\}")):
        merged({"a": {"b": 1}}, [more])
