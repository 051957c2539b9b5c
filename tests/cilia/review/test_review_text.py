"""A review on a terminal: verdict first, dangers before the rest, causes named."""

from __future__ import annotations

from cilia.output import Style
from cilia.review.addresses import AddressChange
from cilia.review.changes import Change
from cilia.review.policies import PolicyChanges
from cilia.review.review_text import review_text
from tests.cilia.review.builder import CLUSTER, POOL, urn
from tests.cilia.review.reviews import change, review


def lines(*args: object, **more: object) -> list[str]:
    """The text of a review without colours."""
    return list(review_text(review(*args, **more), Style(columns=100)))  # type: ignore[arg-type]


def test_verdict_counts_resources_by_effect_worst_first() -> None:
    found = lines(
        change("inPlace"),
        change("inPlace", path="sku.tier"),
        change("replace", "refused", name="other"),
        change("rolling", name="third"),
    )
    assert found[0] == "dev  stacks/Pulumi.dev.yaml  against origin/main (0123456)"
    assert found[1] == "1 refused, 1 replaced, 1 rolling, 1 updated in place"


def test_no_changes_are_one_verdict() -> None:
    assert lines()[1:] == ["no changes"]


def test_dangers_come_first_then_what_comes_along_then_the_rest() -> None:
    cluster = urn(CLUSTER, "main")
    found = lines(
        change("inPlace", name="other"),
        change("replace", path="tags.a", cause=cluster, message="comes with the replacement", rule="PRV-04"),
        change("replace", path="networkProfile.podCidr", message="Pulumi deletes it"),
        change("replace", name="user", type=POOL, path="resourceName", cause=cluster),
        change("create", name="new", kind="add", path=None, before=None, after=None, message="is created"),
    )
    assert found[2:] == [
        "",
        "replaced  ManagedCluster main  networkProfile.podCidr",
        "    a -> b",
        "    Pulumi deletes it [MUT-06]",
        "",
        "replaced  AgentPool user  resourceName",
        "    a -> b",
        "    this happens [MUT-06]",
        "    because of ManagedCluster main",
        "",
        "1 change with what is replaced",
        "  replaced  ManagedCluster main  tags.a: a -> b",
        "      comes with the replacement [PRV-04]",
        "",
        "2 other changes",
        "  updated in place  ManagedCluster other  tags.env: a -> b",
        "      this happens [MUT-06]",
        "  created  ManagedCluster new",
        "      is created [MUT-06]",
    ]


def test_values_are_words_of_limited_length_that_move_no_cursor() -> None:
    found = lines(change("rolling", before="x\x1b[2J" + "y" * 300, after=None))
    assert found[4:6] == ["    x", f"    [2J{'y' * 194}…"]
    assert found[6] == "    -> nothing"


def test_secret_and_unknown_values_are_named_as_such() -> None:
    found = lines(change("rolling", before={"$secret": True}, after={"$unknown": "id of X"}))
    assert found[4] == "    [secret] -> <id of X>"


def test_short_lists_are_shown_whole_and_of_long_ones_only_what_differs() -> None:
    assert lines(change("rolling", before=["1", "2", "3"], after=["1", "2"]))[4] == "    1, 2, 3 -> 1, 2"
    long = [f"a{number}" for number in range(8)]
    found = lines(change("rolling", before=[*long, "b"], after=[*long, "d"]))
    assert found[4] == "    b, and 8 as before -> d, and 8 as before"
    assert lines(change("rolling", before=["c", "a"], after=["a", "c"]))[4] == "    c, a -> a, c"


def test_of_rules_only_what_differs_inside_is_shown() -> None:
    def rule(*ports: str) -> dict[str, object]:
        return {"from": [{"app": "a"}], "toPorts": [{"ports": [{"port": port} for port in ports]}]}

    found = lines(change("rolling", before=[rule("80"), rule("5432")], after=[rule("80"), rule("5432", "9187")]))
    assert found[4] == "    toPorts=ports=1 as before -> toPorts=ports=port=9187, and 1 as before"


def test_ids_that_are_called_the_same_say_what_tells_them_apart() -> None:
    old = "/subscriptions/1/resourceGroups/rg-a/providers/Microsoft.Network/virtualNetworks/vnet-main/subnets/nodes"
    group = lines(change("rolling", before=old, after=old.replace("rg-a", "rg-b")))
    assert group[4] == "    vnet-main/nodes in resource group rg-a -> vnet-main/nodes in resource group rg-b"
    moved = lines(change("rolling", before=old, after=old.replace("/1/", "/2/")))
    assert moved[4] == "    vnet-main/nodes in subscription 1 -> vnet-main/nodes in subscription 2"


def test_what_follows_from_one_change_in_the_same_words_is_said_once() -> None:
    cluster = urn(CLUSTER, "main")
    same = [change("replace", name=f"p{number}", type=POOL, path="provider", cause=cluster) for number in range(10)]
    found = lines(change("replace", path="networkProfile.podCidr"), *same)
    assert found[6:10] == [
        "",
        "replaced  10 resources",
        "    AgentPool p0, AgentPool p1, AgentPool p2, AgentPool p3, AgentPool p4, AgentPool p5, AgentPool",
        "    p6, AgentPool p7 and 2 more",
    ]
    assert found[10:] == ["    this happens [MUT-06]", "    because of ManagedCluster main"]


def test_long_values_of_harmless_changes_are_wrapped() -> None:
    found = lines(change("inPlace", before="x " * 60, after="y"))
    assert found[4] == "  updated in place  ManagedCluster main  tags.env"
    assert max(map(len, found)) <= 100


def test_what_loses_its_protection_has_a_line_of_its_own() -> None:
    def freed(name: str, **more: object) -> Change:
        return change("noEffect", name=name, path="options.protect", before=True, after=None, **more)  # type: ignore[arg-type]

    assert lines(freed("main"))[2:5] == [
        "",
        "Protection",
        "  ManagedCluster main is no longer protected: the next apply may remove or replace it",
    ]
    many = " ".join(lines(*(freed(f"c{number}") for number in range(10)))[4:7])
    assert "ManagedCluster c7 and 2 more are no longer protected" in " ".join(many.split())
    assert "Protection" not in lines(change("noEffect", path="options.protect", before=None, after=True))


def isolation(*values: str) -> dict[str, str]:
    """A line about isolation in cluster `main`."""
    names = ("cluster", "namespace", "workloads", "direction", "by", "change")
    return dict(zip(names, ("main", *values), strict=True))


def test_notes_addresses_and_policies_have_their_place() -> None:
    policies = PolicyChanges(
        added=({"cluster": "main", "bundle": "shop", "layer": "flows", "intent": "a to b"},),
        removed=({"cluster": "main", "bundle": "shop", "layer": "flows", "intent": "b to c"},),
        isolation=(
            isolation("shop", "all", "ingress", "network", "gained"),
            isolation("", "app=a", "egress", "network", "lost"),
            isolation("shop", "app=a", "ingress", "mesh", "gained"),
        ),
    )
    moved = (
        AddressChange("main-pods", "subnet", "10.0.0.0/24", "10.0.1.0/24"),
        AddressChange("b", "subnet", "", "10.0.2.0/24"),
    )
    found = lines(notes=("everything is new",), addresses=moved, policies=policies)
    assert found[1:] == [
        "no changes",
        "Note: everything is new",
        "",
        "Isolation",
        "  main: all pods in shop are isolated for ingress",
        "  main: pods with app=a in every namespace are no longer isolated for egress",
        "  main: pods with app=a in shop are isolated for ingress by the mesh",
        "",
        "Addresses",
        "  name       range of  before       after",
        "  main-pods  subnet    10.0.0.0/24  10.0.1.0/24",
        "  b          subnet    -            10.0.2.0/24",
        "",
        "Policies",
        "  main: gone from shop: b to c",
        "  main: new in shop: a to b",
    ]
