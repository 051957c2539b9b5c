"""Peers: who is certainly among whom, and who could be."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from policies.peers import Address, ApiServer, Name, Node, Outside, Peer, Pods, covers

ANY = Pods()
BUT_SYSTEM = Pods(not_in=("kube-system",))
SHOP = Pods("shop")
BACKEND = Pods("shop", (("app", "backend"),))
CANARY = Pods("shop", (("app", "backend"), ("track", "canary")))
FRONTEND = Pods("shop", (("app", "frontend"),))
BATCH = Pods("shop", (("tier", "batch"),))
TEN = Address(ip_network("10.0.0.0/8"))


@pytest.mark.parametrize(
    ("whole", "part", "expected"),
    [
        pytest.param(ANY, SHOP, True, id="any-pod-and-a-namespace"),
        pytest.param(SHOP, ANY, False, id="a-namespace-and-any-pod"),
        pytest.param(SHOP, BACKEND, True, id="a-namespace-and-its-workload"),
        pytest.param(BACKEND, CANARY, True, id="fewer-labels"),
        pytest.param(CANARY, BACKEND, False, id="more-labels"),
        pytest.param(BUT_SYSTEM, SHOP, True, id="every-namespace-but-one"),
        pytest.param(BUT_SYSTEM, Pods("kube-system"), False, id="that-one"),
        pytest.param(ANY, BUT_SYSTEM, True, id="any-and-every-but-one"),
        pytest.param(BUT_SYSTEM, ANY, False, id="every-but-one-and-any"),
        pytest.param(Outside(), TEN, True, id="outside-and-a-range"),
        pytest.param(Outside(), Name("a.example.com"), True, id="outside-and-a-name"),
        pytest.param(Outside(), ApiServer(), True, id="outside-and-the-api-server"),
        pytest.param(Outside(), Node(), False, id="outside-and-a-node"),
        pytest.param(TEN, Address(ip_network("10.1.0.0/16")), True, id="a-range-within"),
        pytest.param(
            Address(ip_network("10.0.0.0/8"), (ip_network("10.1.0.0/16"),)),
            Address(ip_network("10.1.2.0/24")),
            False,
            id="a-range-that-is-left-out",
        ),
        pytest.param(
            Address(ip_network("10.0.0.0/8"), (ip_network("10.1.0.0/16"),)),
            Address(ip_network("10.0.0.0/12"), (ip_network("10.1.0.0/16"),)),
            True,
            id="both-leave-the-same-out",
        ),
        pytest.param(TEN, Outside(), False, id="a-range-and-outside"),
        pytest.param(Node(), Node(), True, id="nodes"),
        pytest.param(Node(), BACKEND, False, id="nodes-and-pods"),
    ],
)
def test_what_is_certainly_among_what(*, whole: Peer, part: Peer, expected: bool) -> None:
    assert covers(whole, part) == expected


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        pytest.param(BACKEND, FRONTEND, False, id="one-label-with-two-values"),
        pytest.param(BACKEND, BATCH, True, id="two-labels"),
        pytest.param(BACKEND, Pods("office", BACKEND.labels), False, id="two-namespaces"),
        pytest.param(BUT_SYSTEM, Pods("kube-system"), False, id="a-namespace-that-is-left-out"),
        pytest.param(ANY, BACKEND, True, id="any-pod"),
    ],
)
def test_who_could_be_both(*, first: Pods, second: Pods, expected: bool) -> None:
    assert first.may_overlap(second) == second.may_overlap(first) == expected
