"""What the program left to Azure and takes back."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cilia.review.builder import CLUSTER, effects, judged, made

POD_CIDR, VERSION = "networkProfile.podCidr", "kubernetesVersion"


def cluster(*ignored: str, protect: bool = False) -> Any:
    """A cluster that leaves these paths to Azure."""
    options: dict[str, Any] = {"ignoreChanges": list(ignored)} if ignored else {}
    if protect:
        options["protect"] = True
    return made(CLUSTER, "main", {"resourceName": "aks"}, **options)


REPLACES = (
    "Pulumi compares networkProfile.podCidr again: apply this only after az has made the change and pulumi refresh has"
    " recorded it; else it replaces ManagedCluster main"
)
WRITES = (
    "Pulumi writes kubernetesVersion again: apply this only after pulumi refresh, with what Azure has now in the file;"
    " else it goes back to the file's value, or Azure refuses that"
)


@pytest.mark.parametrize(
    ("before", "after", "expected", "message"),
    [
        ([POD_CIDR], [], ("replace",), REPLACES),
        ([VERSION], [], ("disruptive",), WRITES),
        ([POD_CIDR, VERSION], [], ("disruptive", "replace"), f"{REPLACES}; {WRITES}"),
        ([POD_CIDR, VERSION], [VERSION], ("replace",), REPLACES),
        ([], [POD_CIDR], ("noEffect",), "kept in Pulumi's state only"),
        (["agentPoolProfiles[0].count"], [], ("noEffect",), "kept in Pulumi's state only"),
    ],
    ids=["replaces", "writes", "both", "one of two", "left to Azure", "number of nodes"],
)
def test_property_that_is_taken_back_says_what_an_old_state_would_do(
    before: list[str], after: list[str], expected: tuple[str, ...], message: str
) -> None:
    found = judged([cluster(*before)], [cluster(*after)])["main", "options.ignoreChanges"]
    assert (found.effects, found.message) == (expected, message)
    assert found.rule == ("PRV-07" if expected == ("noEffect",) else "PRV-15")


def test_protection_that_would_refuse_the_replacement_is_said() -> None:
    found = judged([cluster(POD_CIDR, protect=True)], [cluster(protect=True)])["main", "options.ignoreChanges"]
    assert (found.effects, found.message) == (("replace",), f"{REPLACES}, which protection refuses")


def test_list_that_stays_says_nothing() -> None:
    assert effects([cluster(POD_CIDR)], [cluster(POD_CIDR)]) == {}
