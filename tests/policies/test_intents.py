"""What intents and rights are called, in explanations and in annotations of objects."""

from __future__ import annotations

import pytest

from components.facts.policy_features import AZURE_SEARCH_DOMAIN
from policies.dns import ANY_NAME, CLUSTER_NAMES
from policies.intents import DnsRight, Layer
from policies.peers import Pods

APPENDED = f"api.example.com.{AZURE_SEARCH_DOMAIN}"


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (None, "any name"),
        (ANY_NAME, "any name"),
        (CLUSTER_NAMES, "names of the cluster"),
        (("api.example.com", APPENDED, *CLUSTER_NAMES), "api.example.com, names of the cluster"),
        (("api.example.com", APPENDED), "api.example.com"),
        (
            tuple(f"{letter}.example.com" for letter in "abcdef"),
            "a.example.com, b.example.com, c.example.com, d.example.com, 2 more",
        ),
    ],
    ids=["any", "any by name", "cluster", "with what resolvers append", "not the cluster", "many"],
)
def test_right_to_ask_dns_says_the_names_that_people_wrote(names: tuple[str, ...] | None, expected: str) -> None:
    right = DnsRight(Layer("egress", "egress", 1), ("layers", 1), Pods("shop", (), workload="backend"), names=names)
    assert str(right) == f"egress: backend -> DNS ({expected})"
