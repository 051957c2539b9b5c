"""Whatever stands in a stack file, the only outcomes are configuration and problems."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from stacks.check import check
from stacks.parse import parse
from tests.stacks.checks.builder import TODAY, stack

_TEXT = st.text("ab1-_./: é\n\x00", max_size=6)
_PLAIN: st.SearchStrategy[Any] = (
    st.sampled_from([None, True, False, 0, -1, 3, 2**63, 1.5, 1e300, [], {}])
    | _TEXT
    | st.sampled_from(["10.0.0.0/8", "1.35", "/subscriptions/x", "33%", "overlay", "a\nb", "9" * 5000])
)
_JSON = _PLAIN | st.lists(_PLAIN, max_size=3) | st.dictionaries(_TEXT, _PLAIN, max_size=3)
_BASE = stack(
    {
        "azure-native:subscriptionId": "00000000-0000-0000-0000-000000000000",
        "cilia:environment": {"tags": {"a": "b"}, "protect": True},
        "cilia:secrets": {"a": {"secure": "v1:a"}},
        "cilia:accept": [{"rule": "CAP-02", "path": "clusters.main", "reason": "r"}],
        "cilia:policies": {
            "main": {"bundles": [{"name": "deny-all-with-dns"}]},
            "legacy": {"bundles": [{"name": "fqdn-egress", "parameters": {"domain": "example.org"}}], "http": "cilium"},
        },
        "cilia:existingClusters": {
            "legacy": {
                "context": "legacy",
                "capabilities": {
                    "cilium": "1.18",
                    "acns": "FQDN",
                    "istio": {"revision": "asm-1-29", "ingressGateways": ["External"]},
                    "podCidrs": ["192.168.0.0/16"],
                },
            }
        },
        "cilia:networks": {
            "main": {
                "natGateways": {"out": {"publicIPs": 2, "zones": ["1"]}},
                "routeTables": {"out": {"routes": {"all": {"addressPrefix": "0.0.0.0/0", "nextHopType": "Internet"}}}},
                "securityGroups": {
                    "nodes": {"rules": {"in": {"priority": 100, "direction": "Inbound", "access": "Allow"}}}
                },
                "connectedRanges": {"office": ["10.128.0.0/16"]},
                "subnets": {
                    "more": {"size": "/24", "natGateway": "out", "routeTable": "out", "securityGroup": "nodes"}
                },
            }
        },
        "cilia:clusters": {
            "main": {
                "identity": {"type": "userAssigned"},
                "networking": {"dnsServiceIP": "172.20.0.10", "outbound": {"type": "loadBalancer"}},
                "apiServer": {"authorizedIPRanges": ["192.88.99.0/24"]},
                "systemPool": {
                    "zones": ["1"],
                    "nodeTaints": ["CriticalAddonsOnly=true:NoSchedule"],
                    "kubeletConfig": {"podMaxPids": 100},
                    "linuxOSConfig": {"sysctls": {"vmSwappiness": 10}},
                },
            }
        },
    }
)


def places(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a stack where something else could stand."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, item in items for place in places(item, (*path, key)))]


def replaced(value: Any, path: tuple[Any, ...], other: object) -> Any:
    """A stack with something else at one place."""
    if not path:
        return other
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replaced(value[path[0]], path[1:], other)
    return copy


@example(place=("cilia:clusters", "main", "systemPool", "count"), other="9" * 5000)
@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.sampled_from(places(_BASE)[1:]), _JSON)
@example(("cilia:clusters", "main", "networking", "mode"), {"a": 1})
@example(("cilia:clusters", "main", "systemPool"), [])
@example(("cilia:networks", "main", "subnets"), {"a\nb": {"size": "/24"}})
def test_whatever_stands_there_there_are_only_problems(place: tuple[Any, ...], other: object) -> None:
    """Nothing is raised, and no message is more than a line or speaks of Python."""
    checked = check(parse(replaced(_BASE, place, other)), today=TODAY)
    for line in map(str, checked.problems):
        assert "\n" not in line
        assert not any(
            word in line for word in ("<class", "Traceback", "NoneType", "dict[", "pydantic", "(?:", "[A-Za-z")
        )


def test_example_of_the_fuzzed_stack_is_json() -> None:
    """It is what Pulumi would hand over."""
    assert json.loads(json.dumps(_BASE)) == _BASE
