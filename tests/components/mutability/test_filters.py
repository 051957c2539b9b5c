"""Security groups and routes: what is let through from then on, and which traffic it is."""

from __future__ import annotations

from typing import Any

import pytest

from components.mutability.change import Verdict
from tests.components.mutability.judging import judged

GROUP, SUBNET = "network:NetworkSecurityGroup", "network:Subnet"
HTTPS: dict[str, Any] = {
    "name": "https-in",
    "priority": 200,
    "direction": "Inbound",
    "access": "Allow",
    "protocol": "Tcp",
    "sourceAddressPrefix": "Internet",
    "destinationAddressPrefix": "*",
    "destinationPortRange": "443",
}
WHAT = "inbound Tcp from Internet to anywhere on port 443"
AT_ONCE = "new connections of every subnet that uses it go by that at once"


def rule(before: dict[str, Any] | None, after: dict[str, Any] | None, path: str = "securityRules[https-in]") -> Verdict:
    """The verdict on a group whose only rule changes so."""
    leaf = path.rpartition(".")[2] if "." in path else ""
    sides = [(side or {}).get(leaf) if leaf else side for side in (before, after)]
    old, new = ({"securityRules": [side] if side else []} for side in (before, after))
    found, verdict = judged(path, sides[0], sides[1], kind=GROUP, old=old, new=new)
    assert found == "CHG-07"
    return verdict


@pytest.mark.parametrize(
    ("before", "after", "leaf", "message"),
    [
        (
            HTTPS,
            None,
            "",
            (
                f"rule https-in, which allows {WHAT}, goes from every subnet that uses it: new connections that only it"
                " allowed are refused"
            ),
        ),
        (
            {**HTTPS, "access": "Deny"},
            None,
            "",
            (
                f"rule https-in, which refuses {WHAT}, goes from every subnet that uses it: what it refused is let"
                " through where a later rule allows it"
            ),
        ),
        (None, HTTPS, "", f"rule https-in allows {WHAT} from then on, in every subnet that uses it"),
        (
            None,
            {**HTTPS, "access": "Deny"},
            "",
            f"rule https-in refuses {WHAT} from then on, in every subnet that uses it",
        ),
        (
            HTTPS,
            {**HTTPS, "access": "Deny"},
            ".access",
            f"rule https-in: Allow {WHAT} before, Deny {WHAT} from then on; {AT_ONCE}",
        ),
        (
            HTTPS,
            {**HTTPS, "destinationPortRange": "*"},
            ".destinationPortRange",
            (
                f"rule https-in: Allow {WHAT} before, Allow inbound Tcp from Internet to anywhere on every port from"
                f" then on; {AT_ONCE}"
            ),
        ),
        (
            HTTPS,
            {**HTTPS, "priority": 100},
            ".priority",
            f"rule https-in, which allows {WHAT}, comes earlier than before among the rules; {AT_ONCE}",
        ),
        (
            HTTPS,
            {**HTTPS, "priority": 300},
            ".priority",
            f"rule https-in, which allows {WHAT}, comes later than before among the rules; {AT_ONCE}",
        ),
    ],
    ids=["allow goes", "deny goes", "allow comes", "deny comes", "turned round", "wider", "earlier", "later"],
)
def test_rule_says_which_traffic_it_opens_or_closes(before: Any, after: Any, leaf: str, message: str) -> None:
    verdict = rule(before, after, f"securityRules[https-in]{leaf}")
    assert (verdict.effects, verdict.message) == (("disruptive",), message)


def test_description_of_a_rule_closes_nothing() -> None:
    verdict = rule(HTTPS, {**HTTPS, "description": "shop"}, "securityRules[https-in].description")
    assert (verdict.effects, verdict.message) == (("inPlace",), f"rule https-in still allows {WHAT}")


@pytest.mark.parametrize(
    ("path", "before", "after", "message"),
    [
        (
            "networkSecurityGroup.id",
            "/a/nsg-a",
            None,
            (
                "the subnet loses security group nsg-a: nothing filters its traffic any more, and what the group"
                " refused is let through at once"
            ),
        ),
        (
            "networkSecurityGroup.id",
            None,
            "/a/nsg-a",
            "the subnet gets security group nsg-a: nothing passes from then on but what it lets through",
        ),
        (
            "networkSecurityGroup.id",
            "/a/nsg-a",
            "/a/nsg-b",
            "the subnet goes by security group nsg-b at once, and no longer by nsg-a",
        ),
        (
            "routeTable.id",
            "/a/rt-a",
            None,
            "the subnet loses route table rt-a: its traffic takes Azure's own routes at once",
        ),
        ("routeTable.id", None, "/a/rt-a", "the subnet gets route table rt-a: its traffic takes these routes at once"),
        (
            "routeTable.id",
            "/a/rt-a",
            "/a/rt-b",
            "the subnet goes by route table rt-b at once, and no longer by rt-a",
        ),
    ],
    ids=["group goes", "group comes", "other group", "routes go", "routes come", "other routes"],
)
def test_subnet_says_what_it_goes_by(path: str, before: Any, after: Any, message: str) -> None:
    found, verdict = judged(path, before, after, kind=SUBNET)
    assert (found, verdict.effects, verdict.message) == ("CHG-07", ("disruptive",), message)
