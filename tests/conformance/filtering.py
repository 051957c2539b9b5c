"""Generated bundles that filter requests and identities: what Cilium and Istio say in entirely different ways."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from policies.attachment import istio_of
from policies.capabilities import Capabilities
from tests.policies.builder import BYO, ISTIO, L7, RANGES
from tests.policies.test_same_meaning import REQUESTS, WORKLOADS

Object = dict[str, Any]
BYO_WITH_ISTIO = Capabilities(
    "mesh",
    ("cilia:clusters", "mesh"),
    (1, 19),
    managed=False,
    istio=istio_of("default", addon=False),
    http="istio",
    **RANGES,
)
BY_CILIUM = {"L7": L7, "BYOCNI": BYO}
BY_ISTIO = {"add-on": ISTIO, "BYOCNI with Istio": BYO_WITH_ISTIO}
TARGETS = ("web", "api", "data")
MORE_REQUESTS: tuple[Object, ...] = (
    *REQUESTS,
    {"methods": ["GET"], "path": "/data/*", "host": "api.example.com"},
    {"methods": ["PUT"], "headers": {"x-team": "shop", "x-role": "admin"}},
    {"path": "/data/"},
)


@st.composite
def request_filters(draw: st.DrawFn) -> list[Object]:
    """`http` entries: each caller of a target once."""
    pairs = draw(
        st.lists(
            st.tuples(st.sampled_from(tuple(WORKLOADS)), st.sampled_from(TARGETS)).filter(lambda one: one[0] != one[1]),
            min_size=1,
            max_size=4,
            unique=True,
        )
    )
    allowed = st.lists(st.sampled_from(MORE_REQUESTS), min_size=1, max_size=3)
    return [{"from": source, "to": target, "port": "http", "allow": draw(allowed)} for source, target in pairs]


@st.composite
def other_flows(draw: st.DrawFn) -> list[Object]:
    """`flows` entries on ports that nothing filters, and denials of any."""
    ends = st.tuples(st.sampled_from(tuple(WORKLOADS)), st.sampled_from(TARGETS)).filter(lambda one: one[0] != one[1])
    found = []
    for source, target in draw(st.lists(ends, max_size=3, unique=True)):
        entry: Object = {"from": source, "to": target, "ports": [draw(st.sampled_from(["admin", 443]))]}
        if draw(st.integers(0, 3)) == 0:
            entry["action"] = "deny"
        found.append(entry)
    return found


def bundle(layers: list[Object]) -> Object:
    """A bundle in three namespaces with sidecars, where there are any."""
    return {
        "namespaces": {name: {"mesh": True} for name in ("a", "b", "c")},
        "workloads": WORKLOADS,
        "layers": [{"baseline": {"isolate": ["a", "b"], "apiServer": False}}, *layers],
    }


@st.composite
def filtering(draw: st.DrawFn) -> Object:
    """A bundle that filters requests, and has other flows beside."""
    flows = draw(other_flows())
    return bundle([{"http": draw(request_filters())}, *([{"flows": flows}] if flows else [])])


@st.composite
def identifying(draw: st.DrawFn) -> Object:
    """A bundle in which callers prove who they are, and some of whose requests are filtered."""
    pairs = draw(
        st.lists(
            st.tuples(st.sampled_from(tuple(WORKLOADS)), st.sampled_from(TARGETS)).filter(lambda one: one[0] != one[1]),
            min_size=1,
            max_size=3,
            unique=True,
        )
    )
    mesh: Object = {
        "namespaces": draw(st.sampled_from([["a"], ["a", "b"], ["a", "b", "c"]])),
        "mtls": draw(st.sampled_from(["STRICT", "PERMISSIVE"])),
        "allow": [{"from": source, "to": target, "ports": ["admin"]} for source, target in pairs],
    }
    http = draw(st.one_of(st.none(), request_filters()))
    return bundle([*([{"http": http}] if http else []), {"mesh": mesh}])
