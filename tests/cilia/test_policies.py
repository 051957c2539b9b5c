"""`cilia policies`: what bundles become in each cluster, for people, for programs and for GitOps."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from cilia import policies_text
from cilia.main import main
from cilia.policies_text import written
from policies.intents import Layer
from policies.manifests import adopt
from tests.cilia.conftest import STACK, WriteStack

POLICIES = """\
  cilia:policies:
    main: {bundles: [{name: deny-all-with-dns}]}
    legacy: {bundles: [{name: fqdn-egress, parameters: {domain: example.org}}]}
  cilia:existingClusters:
    legacy: {context: legacy, inCluster: gitops, capabilities: {cilium: "1.18", acns: FQDN}}
"""
TEXT = """\
clusters.main
  enforced by Cilium 1.18 or newer, ACNS advancedNetworkPolicies None
  applied by pulumi up

  deny-all-with-dns (policies/bundles/deny-all-with-dns.yaml): 2 objects
    kind           object                               layer       for
    Namespace      sandbox                              namespaces  make sandbox
    NetworkPolicy  sandbox/deny-all-with-dns.isolation  baseline    isolate namespace sandbox (ingress and egress), and 1 more
"""  # noqa: E501
EXPLAINED = """\
clusters.main
  enforced by Cilium 1.18 or newer, ACNS advancedNetworkPolicies None
  applied by pulumi up
  The node that a pod runs on always reaches it: the kubelet's probes come from there.
  Never isolated, because the system needs them: kube-system, kube-public, kube-node-lease, gatekeeper-system,
    aks-command, aks-istio-system, aks-istio-ingress, aks-istio-egress, app-routing-system, istio-system.

  deny-all-with-dns (policies/bundles/deny-all-with-dns.yaml): 2 objects, in the order in which they land
   1. Namespace sandbox
      namespaces: make sandbox
      why Namespace: the bundle makes this namespace
   2. NetworkPolicy sandbox/deny-all-with-dns.isolation
      baseline: isolate namespace sandbox (ingress and egress)
      baseline: namespace sandbox -> DNS (any name)
      why NetworkPolicy: a NetworkPolicy isolates a namespace exactly
"""
MARK = "# Written by `cilia policies dev --out`; change the bundle and run it again.\n"


@pytest.fixture(autouse=True)
def stack(write_stack: WriteStack) -> Path:
    """A stack `dev` with a bundle on its own cluster and one on another, which gets it from somebody else."""
    return write_stack("dev", text=STACK + POLICIES)


def policies(*words: str, code: int = 0) -> None:
    assert main(["policies", "dev", *words]) == code


def in_directory(directory: str) -> dict[str, str]:
    """The files below a directory of the project."""
    return {str(file.relative_to(directory)): file.read_text() for file in Path(directory).rglob("*") if file.is_file()}


def test_text_lists_the_objects_of_each_bundle(capsys: pytest.CaptureFixture[str]) -> None:
    policies("--cluster", "main")
    assert capsys.readouterr() == (TEXT, "")


def test_explanation_gives_intents_and_the_reason_for_the_kind(capsys: pytest.CaptureFixture[str]) -> None:
    policies("--cluster", "main", "--explain")
    assert capsys.readouterr() == (EXPLAINED, "")


def test_cluster_for_gitops_says_who_applies(capsys: pytest.CaptureFixture[str]) -> None:
    policies("--cluster", "legacy")
    assert capsys.readouterr().out.startswith(
        """\
existingClusters.legacy
  enforced by Cilium 1.18 or newer, ACNS advancedNetworkPolicies FQDN
  applied by whoever reads what --out writes (inCluster: gitops)
"""
    )


def test_json_has_every_object_with_its_cluster_bundle_layer_and_intents(capsys: pytest.CaptureFixture[str]) -> None:
    policies("-o", "json")
    document = json.loads(capsys.readouterr().out)
    assert (document["cilia"], document["stack"], document["problems"]) == (1, "dev", [])
    assert {(each["cluster"], each["bundle"]) for each in document["manifests"]} == {
        ("main", "deny-all-with-dns"),
        ("legacy", "fqdn-egress"),
    }
    isolation = document["manifests"][1]
    assert isolation["layer"] == "baseline"
    assert isolation["intents"] == [
        "baseline: isolate namespace sandbox (ingress and egress)",
        "baseline: namespace sandbox -> DNS (any name)",
    ]
    assert isolation["why"] == "a NetworkPolicy isolates a namespace exactly"
    assert isolation["object"]["metadata"]["name"] == "deny-all-with-dns.isolation"


def test_yaml_is_one_stream_of_the_same_objects(capsys: pytest.CaptureFixture[str]) -> None:
    policies("-o", "json")
    objects = [each["object"] for each in json.loads(capsys.readouterr().out)["manifests"]]
    policies("-o", "yaml", "--explain")
    text = capsys.readouterr().out
    assert list(yaml.safe_load_all(text)) == objects
    assert "---\n# main: bundle deny-all-with-dns, layer namespaces\n#   namespaces: make sandbox\n" in text


def test_explanation_says_whom_a_manifest_written_by_hand_isolates() -> None:
    def why(spec: dict[str, object]) -> str:
        manifest = {"kind": "NetworkPolicy", "metadata": {"name": "mine", "namespace": "shop"}, "spec": spec}
        return policies_text.why(adopt("shop", Layer("raw", "raw", 0), manifest))

    assert why({"podSelector": {"matchLabels": {"app": "web"}}}) == (
        "why NetworkPolicy: written by hand; isolates pods with app=web in shop for ingress"
    )
    assert why({"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}) == (
        "why NetworkPolicy: written by hand; isolates all pods in shop for ingress and all pods in shop for egress"
    )


def test_what_an_object_says_twice_is_written_twice() -> None:
    ports = [{"port": 53}]
    assert written({"ingress": ports, "egress": ports}) == "ingress:\n- port: 53\negress:\n- port: 53\n"


def test_stack_without_policies_has_no_objects_and_no_problem(
    write_stack: WriteStack, capsys: pytest.CaptureFixture[str]
) -> None:
    write_stack("dev")
    policies()
    assert capsys.readouterr() == (
        "",
        "stacks/Pulumi.dev.yaml: no cluster has policies; attach bundles under cilia:policies\n",
    )
    policies("-o", "json")
    assert json.loads(capsys.readouterr().out) == {"cilia": 1, "stack": "dev", "manifests": [], "problems": []}


def test_stack_with_errors_has_problems_and_no_objects(
    write_stack: WriteStack, capsys: pytest.CaptureFixture[str]
) -> None:
    write_stack("dev", ("deny-all-with-dns", "deny-all"), text=STACK + POLICIES)
    policies("--out", "gitops", code=1)
    out, err = capsys.readouterr()
    assert (out, Path("gitops").exists()) == ("", False)
    assert "no bundle is called 'deny-all'; did you mean 'deny-all-with-dns'? [BND-21]" in err
    policies("-o", "json", code=1)
    document = json.loads(capsys.readouterr().out)
    assert (document["manifests"], [each["rule"] for each in document["problems"]]) == ([], ["BND-21"])


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (
            ("--out", "gitops", "-o", "yaml"),
            "cilia: --out writes YAML files, and nothing to the terminal; leave -o yaml out\n",
        ),
        (("--cluster", "mian"), "cilia: cluster 'mian' has no policies; did you mean 'main'?\n"),
        (
            ("--cluster", "main", "--out", "gitops"),
            "cilia: --out writes all clusters of a stack, so that what is gone can be removed; leave --cluster out\n",
        ),
    ],
    ids=["a format for a directory", "unknown cluster", "one cluster in a directory for all"],
)
def test_words_that_make_no_sense_are_refused(
    words: tuple[str, ...], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    policies(*words, code=2)
    assert capsys.readouterr() == ("", expected)


def test_directory_has_a_file_for_each_object_and_a_kustomization_for_each_cluster(
    capsys: pytest.CaptureFixture[str],
) -> None:
    policies("--out", "gitops")
    out, err = capsys.readouterr()
    assert out == "wrote 10 files to gitops\n"
    assert err == "main: pulumi up applies these too; set inCluster: gitops, or there are two writers\n"
    files = in_directory("gitops")
    assert {file.partition("/")[0] for file in files} == {"main", "legacy"}
    kustomization = yaml.safe_load(files["main/kustomization.yaml"])
    assert kustomization["resources"] == [
        "namespace-sandbox.yaml",
        "networkpolicy-sandbox-deny-all-with-dns.isolation.yaml",
    ]
    assert all(text.startswith(MARK) for text in files.values())


def test_files_hold_what_the_stream_holds_and_the_wave_in_which_it_lands(capsys: pytest.CaptureFixture[str]) -> None:
    policies("--cluster", "main", "-o", "yaml")
    objects = {each["metadata"]["name"]: each for each in yaml.safe_load_all(capsys.readouterr().out)}
    policies("--out", "gitops")
    waves: dict[str, Any] = {}
    for name, text in in_directory("gitops/main").items():
        if name != "kustomization.yaml":
            found = yaml.safe_load(text)
            waves[found["metadata"]["name"]] = found["metadata"]["annotations"].pop("argocd.argoproj.io/sync-wave")
            assert found == objects[found["metadata"]["name"]]
    assert waves == {"sandbox": "0", "deny-all-with-dns.isolation": "500"}


def test_second_run_changes_nothing() -> None:
    policies("--out", "gitops")
    before = in_directory("gitops")
    policies("--out", "gitops")
    assert in_directory("gitops") == before


def test_what_an_earlier_run_left_goes_and_what_is_somebody_elses_stays(
    write_stack: WriteStack, capsys: pytest.CaptureFixture[str]
) -> None:
    policies("--out", "gitops")
    Path("gitops/main/patch.yaml").write_text("# mine\n")
    capsys.readouterr()
    write_stack("dev")

    policies("--out", "gitops")

    assert in_directory("gitops") == {"main/patch.yaml": "# mine\n"}
    assert not Path("gitops/legacy").exists()
    out = capsys.readouterr().out.splitlines()
    assert "removed gitops/legacy/kustomization.yaml" in out
    assert out[-1] == "wrote 0 files to gitops"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("kind: Kustomization\n", "exists and was not written by cilia policies; remove it, or write elsewhere"),
        (MARK.replace("dev", "prod"), "belongs to stack prod; give every stack a directory of its own"),
    ],
    ids=["by hand", "of another stack"],
)
def test_file_of_somebody_else_stops_everything(
    content: str, expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("gitops/main").mkdir(parents=True)
    Path("gitops/main/kustomization.yaml").write_text(content)
    policies("--out", "gitops", code=2)
    assert capsys.readouterr().err == f"cilia: gitops/main/kustomization.yaml {expected}\n"
    assert in_directory("gitops") == {"main/kustomization.yaml": content}


def test_directory_that_cannot_be_written_leaves_everything_as_it_was(capsys: pytest.CaptureFixture[str]) -> None:
    Path("gitops").mkdir()
    Path("gitops/legacy").write_text("a file where a directory would be")
    policies("--out", "gitops", code=2)
    assert in_directory("gitops") == {"legacy": "a file where a directory would be"}
    assert "gitops/legacy" in capsys.readouterr().err
    assert list(Path("gitops").iterdir()) == [Path("gitops/legacy")]
