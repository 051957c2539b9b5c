"""The mesh of a cluster: what it loses, and the steps of an upgrade that Azure takes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.components.mutability.judging import effects, judged

MESHED = {"serviceMeshProfile": {"mode": "Istio"}}
REVISIONS = "serviceMeshProfile.istio.revisions"
CERTIFICATES = "serviceMeshProfile.istio.certificateAuthority.plugin"
OLD, NEW, NEWER, FAR = "asm-1-28", "asm-1-29", "asm-1-30", "asm-1-31"


@pytest.mark.parametrize(
    ("path", "before", "after", "old", "expected"),
    [
        ("serviceMeshProfile.mode", None, "Istio", {}, ("MUT-21", ("inPlace",))),
        ("serviceMeshProfile.mode", "Istio", "Disabled", MESHED, ("MUT-21", ("disruptive",))),
        (CERTIFICATES, None, "x", MESHED, ("IST-09", ("refused",))),
    ],
)
def test_change_of_the_mesh_has_this_rule_and_effects(
    path: str, before: Any, after: Any, old: dict[str, Any], expected: Any
) -> None:
    assert effects(path, before, after, old=old, new=old) == expected


def test_certificates_are_free_while_the_mesh_is_off() -> None:
    assert effects(CERTIFICATES, None, "x", old={}, new=MESHED) == ("MUT-21", ("inPlace",))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param(None, [OLD], ("inPlace",), id="install"),
        pytest.param([OLD], [OLD, NEW], ("inPlace",), id="start"),
        pytest.param([OLD], [OLD, NEWER], ("inPlace",), id="start-and-skip-one"),
        pytest.param([OLD, NEW], [NEW], ("disruptive",), id="complete"),
        pytest.param([OLD, NEW], [OLD], ("disruptive",), id="roll-back"),
        pytest.param([OLD], None, ("disruptive",), id="uninstall"),
        pytest.param([OLD], [NEW], ("refused",), id="complete-without-start"),
        pytest.param([OLD], [OLD, FAR], ("refused",), id="too-far"),
        pytest.param([OLD, NEW], [NEWER], ("refused",), id="end-with-another"),
    ],
)
def test_step_of_an_upgrade_has_these_effects(
    before: list[str] | None, after: list[str] | None, expected: tuple[str, ...]
) -> None:
    assert effects(REVISIONS, before, after, old=MESHED) == ("MUT-21", expected)


def test_refused_step_says_which_one_comes_first() -> None:
    _, verdict = judged(REVISIONS, [OLD], [NEW], old=MESHED)
    assert verdict.message == (
        "Azure takes upgrades of the mesh step by step: asm-1-28 cannot become asm-1-29 in one step, workloads would be"
        " left without a control plane; write [asm-1-28, asm-1-29], move the workloads, then remove asm-1-28"
    )


def test_end_of_an_upgrade_says_which_pods_have_to_be_elsewhere() -> None:
    _, verdict = judged(REVISIONS, [OLD, NEW], [NEW], old=MESHED)
    assert verdict.message == (
        "pods with a sidecar of revision asm-1-28 lose their control plane; move them to asm-1-29 first"
    )


GATEWAYS = "serviceMeshProfile.istio.components.ingressGateways"


def gateways(*on: str) -> list[dict[str, Any]]:
    """Both gateways, of which these are on."""
    return [{"mode": mode, "enabled": mode in on} for mode in ("External", "Internal")]


@pytest.mark.parametrize(
    ("before", "after", "effect", "message"),
    [
        (
            gateways("External", "Internal"),
            gateways("Internal"),
            "disruptive",
            (
                "the external ingress gateway goes with its address: what comes in through it stops, and another"
                " one gets another address"
            ),
        ),
        (
            gateways("External", "Internal"),
            None,
            "disruptive",
            (
                "the external and internal ingress gateway goes with its address: what comes in through it stops, and"
                " another one gets another address"
            ),
        ),
        (
            gateways(),
            gateways("Internal"),
            "inPlace",
            "the mesh gets an internal ingress gateway with an address of its own",
        ),
        (gateways("External"), gateways("External")[:1], "inPlace", "no ingress gateway comes or goes"),
    ],
    ids=["one goes", "both go", "one comes", "said otherwise"],
)
def test_gateway_goes_with_its_address(before: Any, after: Any, effect: str, message: str) -> None:
    rule, verdict = judged(GATEWAYS, before, after, old=MESHED)
    assert (rule, verdict.effects, verdict.message) == ("MUT-21", (effect,), message)
