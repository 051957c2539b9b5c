"""Policies in previews: below their cluster, each object with its layer and what it is for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cilia.main import main

BYOCNI = """\
└─ PolicyBundle main-layers-demo
   ├─ Namespace demo
   │     namespaces: make demo
   ├─ Namespace monitoring
   │     namespaces: make monitoring
   ├─ CiliumNetworkPolicy demo/layers-demo.client-to-server-6379.deny
   │     layer-4: client -x server:6379
   ├─ CiliumNetworkPolicy demo/layers-demo.client-to-server-8080.http.ingress
   │     layer-7: client -> server:8080 [GET /products | GET /products/*]
"""

pytestmark = pytest.mark.usefixtures("shipped")


def test_tree_names_objects_as_the_cluster_does_and_their_intents_below(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["preview", "byocni"]) == 0
    assert BYOCNI in capsys.readouterr().out


def test_full_tree_has_the_intents_among_the_inputs_only(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["preview", "dev", "--full"]) == 0
    out = capsys.readouterr().out
    assert "NetworkPolicy sandbox/deny-all-with-dns.isolation\n" in out
    assert out.count("baseline: isolate namespace sandbox (ingress and egress)") == 1


def test_json_lists_the_objects_of_each_bundle_by_cluster(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["preview", "dev", "-o", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    (bundle,) = document["bundles"]
    assert (bundle["cluster"], bundle["bundle"]) == ("main", "deny-all-with-dns")
    urns = {resource["urn"] for resource in document["resources"]}
    assert {each.pop("urn") in urns for each in bundle["objects"]} == {True}
    assert bundle["objects"] == [
        {"kind": "Namespace", "name": "sandbox", "layer": "namespaces", "intents": ["namespaces: make sandbox"]},
        {
            "kind": "NetworkPolicy",
            "name": "sandbox/deny-all-with-dns.isolation",
            "layer": "baseline",
            "intents": [
                "baseline: isolate namespace sandbox (ingress and egress)",
                "baseline: namespace sandbox -> DNS (any name)",
            ],
        },
    ]


def test_stack_without_policies_has_no_bundles(capsys: pytest.CaptureFixture[str], shipped: Path) -> None:
    assert main(["preview", str(shipped / "stacks" / "Pulumi.nodesubnet.yaml"), "-o", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["bundles"] == []
