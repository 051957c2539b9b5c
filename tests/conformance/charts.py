"""The real chart of Cilium, rendered by the real Helm."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from components.values import Ref
from tests.conformance.oracles import run, sources

Object = dict[str, Any]
# Helm has no cluster to ask here; a chart that needs a kind looks for it among these.
API_VERSIONS = ("monitoring.coreos.com/v1", "gateway.networking.k8s.io/v1/GatewayClass")
API_SERVER = "aks-main.hcp.westeurope.azmk8s.io"


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
