"""The lines of `cilia values`, run by a real shell, and what the real Helm makes of them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
import yaml

from cilia.helm import Release
from tests.components.cilium.builder import plan
from tests.conformance.charts import API_SERVER, Object, cilium_chart, find
from tests.conformance.conftest import needs
from tests.conformance.oracles import program

pytestmark = pytest.mark.conformance

SECRET = 'a,b\\c={d} "$HOME" [0]'


def rendered(values: Object, folder: Path) -> list[Object]:
    """The objects that Helm makes, with stand-ins for what asks Azure, Pulumi and the cluster."""
    needs("helm")
    release = plan({"chart": str(cilium_chart()), "kubeProxyReplacement": True, "values": values})
    lines = Release("dev", "rg (dev)", "aks-main", release, entra=True, by_others=True)
    file = folder / lines.file
    file.write_text(lines.text(str(file)))
    stand_ins = {
        "az": f'[ "$2" != show ] || echo {API_SERVER}',
        "kubelogin": "exit 0",
        "pulumi": "cat secret",
        "helm": f'shift 2; exec "{program("helm")}" template "$@" --kube-version v1.35.0',
    }
    (folder / "secret").write_text(f"{SECRET}\n")
    for name, script in stand_ins.items():
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)
    shell = subprocess.run(
        ["bash", "-e", "-c", "\n".join(lines.commands(str(file)))],
        cwd=folder,
        env={**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"},
        check=True,
        capture_output=True,
        text=True,
    )
    return [one for one in yaml.load_all(shell.stdout, yaml.CSafeLoader) if one]


def test_secrets_reach_the_chart_whatever_is_in_them(tmp_path: Path) -> None:
    asked = {"secret": "token"}
    values = {"extraEnv": [{"name": "A", "value": asked}, {"name": "B", "value": "b"}], "extraConfig": {"c.d": asked}}
    objects = rendered(values, tmp_path)
    (agent,) = find(objects, "DaemonSet", "cilium")["spec"]["template"]["spec"]["containers"]
    assert [(one["name"], one["value"]) for one in agent["env"] if one["name"] in ("A", "B")] == [
        ("A", SECRET),
        ("B", "b"),
    ]
    assert find(objects, "ConfigMap", "cilium-config")["data"]["c.d"] == SECRET
    assert {one["value"] for one in agent["env"] if one["name"] == "KUBERNETES_SERVICE_HOST"} == {API_SERVER}
