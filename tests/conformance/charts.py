"""The real chart of Cilium, rendered by the real Helm."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from components.cilium.plan import CiliumPlan
from components.values import Ref
from stacks.load import load_file
from tests.components.cilium.builder import plan
from tests.conformance.oracles import ROOT, run, sources

Object = dict[str, Any]
# Helm has no cluster to ask here; a chart that needs a kind looks for it among these.
API_VERSIONS = ("monitoring.coreos.com/v1", "gateway.networking.k8s.io/v1/GatewayClass")
API_SERVER = "aks-main.hcp.westeurope.azmk8s.io"
TODAY = date(2026, 11, 21)
VARIANTS: dict[str, Object] = {
    "nothing but defaults": {},
    "geneve": {"tunnelProtocol": "geneve"},
    "no kube-proxy replacement": {"kubeProxyReplacement": False},
    "no hubble": {"hubble": {"enabled": False, "relay": False, "ui": False}},
    "wireguard": {"encryption": {"type": "wireguard"}},
    "ipsec": {"encryption": {"type": "ipsec", "key": {"secret": "ipsec"}}},
    "gateway API": {"kubeProxyReplacement": True, "gatewayAPI": True},
    "metrics": {"prometheus": True, "serviceMonitors": True, "hubble": {"metrics": ["dns", "drop"]}},
    "registry": {"imageRegistry": "example.azurecr.io/cilium"},
    "before 1.19": {"version": "1.18.12"},
}


class ChartError(Exception):
    """Helm refuses to render."""


def cilium_chart() -> Path:
    """Cilium's chart, as it lies in the module that the policy engine is built from."""
    return sources("cilium") / "install" / "kubernetes" / "cilium"


def known(values: Any) -> Any:
    """Values with something in place of what only a deployed resource knows."""
    if isinstance(values, Ref):
        return API_SERVER
    if isinstance(values, Mapping):
        return {key: known(value) for key, value in values.items()}
    return [known(one) for one in values] if isinstance(values, list | tuple) else values


def render(values: Mapping[str, Any], folder: Path, *, kubernetes: str = "v1.35.0") -> list[Object]:
    """The objects that the chart makes of values.

    Raises:
        ChartError: Helm refuses, with what it says.
    """
    file = folder / "values.json"
    file.write_text(json.dumps(known(values)))
    versions = [part for one in API_VERSIONS for part in ("--api-versions", one)]
    options = ["--namespace", "kube-system", "--kube-version", kubernetes, "--values", str(file), *versions]
    rendered = run("helm", ["template", "cilium", cilium_chart(), *options])
    if rendered.returncode:
        raise ChartError(rendered.stderr)
    return [one for one in yaml.load_all(rendered.stdout, yaml.CSafeLoader) if one]


def find(objects: list[Object], kind: str, name: str) -> Object:
    """The one object of a kind and a name."""
    (found,) = (one for one in objects if one["kind"] == kind and one["metadata"]["name"] == name)
    return found


def shipped() -> dict[str, CiliumPlan]:
    """The releases of the stacks that come with the project, by stack and cluster."""
    found = {}
    for file in sorted((ROOT / "stacks").glob("Pulumi.*.yaml")):
        stack = load_file(file, today=TODAY).plan
        found.update({f"{file.stem} {key}": one for key, one in (stack.cilium if stack else {}).items()})
    return found


@functools.cache
def releases() -> dict[str, CiliumPlan]:
    """Every release that is rendered here: of the shipped stacks, and with one thing different each."""
    return {**shipped(), **{name: plan(values) for name, values in VARIANTS.items()}}
