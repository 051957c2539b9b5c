"""Whatever somebody changes in a bundle or in a manifest beside it is understood, or one line; never a traceback."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from components.problems import errors
from policies.attachment import ClusterPoliciesConfig
from policies.capabilities import Capabilities
from policies.cluster import plan_policies
from policies.library import SHIPPED
from policies.parse import parse_bundle
from stacks.wording import problems_of
from tests.policies.builder import BYO, FQDN, ISTIO, L7, PLAIN, compile_parsed
from tests.policies.reading import reading

EXAMPLES = int(os.environ.get("CILIA_EXAMPLES", "30"))
ODD: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1.5, 10**30, "", "x", "*", "${a}", "a" * 300, "2026-01-01", "\u2028", "kube-system"),
    *([], {}, [None], {"a": None}, [[]], {"secure": "v1"}, ["*"], {"name": "x"}, "0.0.0.0/0", "::/0"),
)
KEYS = ("x", "from", "to", "fqdn", "ports", "spec", "specs", "enableDefaultDeny", "metadata")
RAW = "manifests/no-instance-metadata.yaml"


def shipped(name: str) -> Any:
    """The content of a shipped bundle, or of a manifest beside them."""
    return yaml.safe_load((SHIPPED / name).read_text())


BUNDLES = [shipped(file.name) for file in sorted(SHIPPED.glob("*.yaml"))]
MANIFESTS = [
    shipped(RAW),
    *(
        manifest.object
        for bundle, cluster in (("defence-in-depth", ISTIO), ("layers-demo", L7), ("fqdn-egress", FQDN))
        for manifest in compile_parsed(bundle, parse_bundle(shipped(f"{bundle}.yaml"), {}, problems_of), cluster)[1]
        if manifest.kind != "Namespace"
    ),
]


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where something stands in a value."""
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield (*path, key)
        yield from paths(value[key], (*path, key))


def changed(value: Any, chance: random.Random) -> Any:
    """The value with up to three odd things in it, or away from it."""
    value = deepcopy(value)
    for _ in range(chance.choice((1, 1, 2, 3))):
        places = list(paths(value))
        if not places:
            break
        *way, last = chance.choice(places)
        holder = value
        for key in way:
            holder = holder[key]
        what = chance.random()
        if what < 0.2:
            del holder[last]
        elif what < 0.4 and isinstance(holder, dict):
            holder[chance.choice(KEYS)] = deepcopy(chance.choice(ODD))
        else:
            holder[last] = deepcopy(chance.choice(ODD))
    return value


@settings(max_examples=EXAMPLES * 5, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    chance=st.integers(0, 10**9).map(random.Random),
    cluster=st.sampled_from([PLAIN, FQDN, L7, ISTIO, BYO]),
    bundle=st.sampled_from(BUNDLES),
    manifest=st.sampled_from(MANIFESTS),
    by_hand=st.booleans(),
)
def test_odd_things_are_lines(
    chance: random.Random, cluster: Capabilities, bundle: Any, manifest: Any, *, by_hand: bool
) -> None:
    raw = {RAW: yaml.safe_dump(shipped(RAW))}
    if by_hand:
        layers = [layer for layer in bundle["layers"] if "raw" not in layer]
        bundle, raw = {**bundle, "layers": [*layers, {"raw": [RAW]}]}, {RAW: yaml.safe_dump(changed(manifest, chance))}
    else:
        bundle = changed(bundle, chance)
    config = ClusterPoliciesConfig.model_validate({"bundles": [{"name": "any"}]})

    found = plan_policies("main", config, cluster, reading({"any": yaml.safe_dump(bundle)}, raw))

    for problem in found.problems:
        assert "\n" not in str(problem)
        assert problem.line or str(problem.path[0]).startswith("cilia:")
    assert not by_hand or errors(found.problems) or any(one.layer == "raw" for one in found.manifests)
    yaml.safe_dump_all([one.object for one in found.manifests])  # everything can be written
