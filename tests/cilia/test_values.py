"""`cilia values`: what is written where this program does not install Cilium itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from cilia.main import main
from components.facts.chart_keys import chart_keys, misfits

STACK = """
config:
  azure-native:location: westeurope
  cilia:environment: {resourceGroup: {name: rg-byo}}
  cilia:secrets: {ipsec: {secure: v1:aaaa}, pull: {secure: v1:bbbb}}
  cilia:networks:
    main: {addressSpace: [10.34.0.0/16], subnets: {nodes: {cidr: 10.34.0.0/24}}}
  cilia:clusters:
    main:
      kubernetesVersion: "KUBERNETES"
      network: main
      inCluster: gitops
      networking: {mode: byocni, podCidr: 100.64.0.0/16, cilium: {CILIUM}}
      systemPool: {subnet: nodes, count: 3, maxPods: 110}
encryptionsalt: v1:salt
"""
HELM = "helm upgrade --install cilium cilium --repo https://helm.cilium.io --version 1.19.6 --kube-context aks-main"
CREDENTIALS = "az aks get-credentials --resource-group rg-byo --name aks-main --overwrite-existing"


MESH = """
config:
  azure-native:location: westeurope
  cilia:environment: {resourceGroup: {name: rg-mesh}}
  cilia:networks:
    main: {addressSpace: [10.34.0.0/16], subnets: {nodes: {cidr: 10.34.0.0/24}}}
  cilia:clusters:
    main:
      kubernetesVersion: "1.35"
      network: main
      inCluster: WRITES
      networking: {mode: overlay, podCidr: 192.168.0.0/16}
      istio:
        revisions: [asm-1-30]
        meshConfig: {asm-1-30: {accessLogFile: /dev/stdout}}
        injection: {shop: asm-1-30}EXTRA
      systemPool: {subnet: nodes, count: 3, maxPods: 110}
"""
EXTRA = """
        ingressGateways: {external: true}
        ingressCertificates: {shop: {keyVaultId: VAULT, objectName: shop-tls}}
      keyVaultSecretsProvider: {}
      acns: {observability: true}
      monitoring: {logs: {workspace: LOGS, networkLogs: {filters: {dropped: {verdict: [dropped]}}}}}"""
_SHARED = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-shared/providers"


def mesh(tmp_path: Path, in_cluster: str = "gitops") -> Path:
    """A stack file with everything that is written into a cluster with a mesh."""
    extra = EXTRA.replace("VAULT", f"{_SHARED}/Microsoft.KeyVault/vaults/kv-shop")
    extra = extra.replace("LOGS", f"{_SHARED}/Microsoft.OperationalInsights/workspaces/platform")
    file = tmp_path / "Pulumi.mesh.yaml"
    file.write_text(MESH.replace("EXTRA", extra).replace("WRITES", in_cluster))
    return file


def stack(tmp_path: Path, cilium: str = "", kubernetes: str = "1.35") -> Path:
    """A stack file with a Cilium of its own that something else installs."""
    file = tmp_path / "Pulumi.byo.yaml"
    file.write_text(STACK.replace("CILIUM", cilium).replace("KUBERNETES", kubernetes))
    return file


def commands(file: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The lines for the one cluster of a stack."""
    assert main(["values", str(file), "-o", "json", "--today", "2026-09-01"]) == 0
    (release,) = json.loads(capsys.readouterr().out)["releases"]
    return list(release["commands"])


def test_values_are_a_file_for_helm_with_the_lines_that_use_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["values", str(stack(tmp_path)), "--today", "2026-09-01"]) == 0
    out = capsys.readouterr().out
    assert out.splitlines()[:3] == [
        "# Values of Cilium for aks-main, stack byo. Its nodes stay NotReady until this ran:",
        f"# {CREDENTIALS}",
        f"# {HELM} --namespace kube-system --values cilium-main.yaml --atomic --timeout 900s",
    ]
    values = yaml.safe_load(out)
    assert values["ipam"]["operator"]["clusterPoolIPv4PodCIDRList"] == ["100.64.0.0/16"]
    assert list(misfits(values, chart_keys("1.19.6"))) == []


def test_name_of_the_api_server_is_asked_of_azure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = commands(stack(tmp_path, "kubeProxyReplacement: true"), capsys)
    assert lines[-1] == (
        f"{HELM} --namespace kube-system --values cilium-main.yaml --set-string k8sServiceHost="
        '"$(az aks show --resource-group rg-byo --name aks-main --query fqdn --output tsv)" --atomic --timeout 900s'
    )


def test_secrets_are_asked_of_pulumi_and_in_no_value(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cilium = "encryption: {type: ipsec, key: {secret: ipsec}}, values: {extraConfig: {a.b: {secret: pull}}}"
    file = stack(tmp_path, cilium)
    lines = commands(file, capsys)
    assert lines[:2] == [
        CREDENTIALS,
        (
            "kubectl --context aks-main create secret generic cilium-ipsec-keys --namespace kube-system"
            ' --from-literal=keys="$(pulumi config get --stack byo --path cilia:secrets.ipsec)"'
            " --dry-run=client --output yaml"
            " | kubectl --context aks-main apply --server-side --force-conflicts --filename -"
        ),
    ]
    asked = '"$(pulumi config get --stack byo --path cilia:secrets.pull)"'
    assert f"--set-file 'extraConfig.a\\.b'=<(printf %s {asked})" in lines[2]
    main(["values", str(file), "--today", "2026-09-01"])
    assert yaml.safe_load(capsys.readouterr().out)["extraConfig"] == {}


def test_secret_in_a_list_keeps_its_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = stack(tmp_path, "values: {extraArgs: [{secret: pull}, --debug]}")
    asked = '"$(pulumi config get --stack byo --path cilia:secrets.pull)"'
    assert f" --set-file 'extraArgs[0]'=<(printf %s {asked})" in commands(file, capsys)[-1]
    main(["values", str(file), "--today", "2026-09-01"])
    assert yaml.safe_load(capsys.readouterr().out)["extraArgs"] == ["", "--debug"]


@pytest.mark.parametrize(
    ("version", "kubernetes", "line"),
    [
        pytest.param(
            "1.19.6",
            "1.35",
            (
                "kubectl --context aks-main apply --server-side --filename"
                " https://github.com/kubernetes-sigs/gateway-api/releases/download/v1.4.1/standard-install.yaml"
            ),
            id="known",
        ),
        pytest.param(
            "1.18.12",
            "1.33",
            "# before Cilium: the CRDs of the Gateway API, in the version that Cilium's documentation names",
            id="unknown",
        ),
    ],
)
def test_crds_of_the_gateway_api_come_before_cilium(
    version: str, kubernetes: str, line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cilium = f"version: {version}, kubeProxyReplacement: true, gatewayAPI: true"
    assert commands(stack(tmp_path, cilium, kubernetes), capsys)[1] == line


@pytest.mark.parametrize("wanted", ["releases", "objects"])
def test_people_sign_in_with_entra_before_anything_else(
    wanted: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = stack(tmp_path) if wanted == "releases" else mesh(tmp_path)
    entra = "aadProfile: {adminGroupObjectIDs: [11111111-2222-3333-4444-555555555555]}"
    file.write_text(file.read_text().replace("      network: main\n", f"      network: main\n      {entra}\n"))
    assert main(["values", str(file), "-o", "json", "--today", "2026-08-21"]) == 0
    (found,) = json.loads(capsys.readouterr().out)[wanted]
    assert found["commands"][1] == "kubelogin convert-kubeconfig --login azurecli --context aks-main"


def test_cilium_that_this_program_installs_has_no_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = stack(tmp_path)
    file.write_text(file.read_text().replace("inCluster: gitops", "inCluster: apply"))
    assert commands(file, capsys) == []
    assert main(["values", str(file), "--today", "2026-09-01"]) == 0
    first, second = capsys.readouterr().out.splitlines()[:2]
    assert first == (
        "# Values of Cilium for aks-main, stack byo, which `pulumi up` installs: nothing to run."
        " What only Azure and the stack's secrets know is left out."
    )
    assert not second.startswith("#")
    assert main(["values", str(file), "--out", str(tmp_path / "out"), "--today", "2026-09-01"]) == 0
    assert capsys.readouterr().out == ""
    assert (tmp_path / "out" / "cilium-main.yaml").is_file()


def test_helm_does_not_wait_where_waiting_would_never_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = commands(stack(tmp_path, "version: 1.18.12, hubble: {relay: true}", kubernetes="1.33"), capsys)
    assert lines[-1].endswith("--values cilium-main.yaml")


def test_chart_of_another_place_is_named_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = commands(stack(tmp_path, "chart: oci://registry.example/charts/cilium"), capsys)
    assert lines[-1].startswith("helm upgrade --install cilium oci://registry.example/charts/cilium --version 1.19.6 ")


def test_files_are_written_and_written_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, out = stack(tmp_path), tmp_path / "out"
    for _ in range(2):
        assert main(["values", str(file), "--out", str(out), "--today", "2026-09-01"]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert [each.name for each in out.iterdir()] == ["cilium-main.yaml"]
        assert f"--values {out}/cilium-main.yaml" in lines[1]
    assert yaml.safe_load((out / "cilium-main.yaml").read_text())["aksbyocni"] == {"enabled": True}


def test_objects_for_a_cluster_that_somebody_else_writes_to(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    assert main(["values", str(mesh(tmp_path)), "--out", str(out), "--today", "2026-08-21"]) == 0
    asked = "az aks show --resource-group rg-mesh --name aks-main --query"
    lines = [
        "az aks get-credentials --resource-group rg-mesh --name aks-main --overwrite-existing",
        (
            f'export SECRETS_PROVIDER_CLIENT_ID="$({asked} addonProfiles.azureKeyvaultSecretsProvider.identity.clientId'
            ' --output tsv)"'
        ),
        'export TENANT_ID="$(az account show --query tenantId --output tsv)"',
        (
            f"envsubst '${{SECRETS_PROVIDER_CLIENT_ID}}${{TENANT_ID}}' < {out}/objects-main.yaml |"
            " kubectl --context aks-main apply --server-side --force-conflicts --filename -"
        ),
    ]
    assert capsys.readouterr().out.splitlines() == lines
    text = (out / "objects-main.yaml").read_text()
    assert text.splitlines()[1:6] == [
        *(f"# {line}" for line in lines),
        "# Of a Namespace only the labels are meant: never let anything prune it.",
    ]
    found = list(yaml.safe_load_all(text))
    assert [(each["kind"], each["metadata"]["name"]) for each in found] == [
        ("ConfigMap", "istio-shared-configmap-asm-1-30"),
        ("Namespace", "shop"),
        ("SecretProviderClass", "shop"),
        ("Deployment", "keyvault-certificates"),
        ("ContainerNetworkLog", "cilia"),
    ]
    assert json.loads(found[0]["data"]["mesh"]) == {"accessLogFile": "/dev/stdout"}
    assert found[1]["metadata"] == {"name": "shop", "labels": {"istio.io/rev": "asm-1-30"}}
    parameters = found[2]["spec"]["parameters"]
    assert parameters["userAssignedIdentityID"] == "${SECRETS_PROVIDER_CLIENT_ID}"
    assert parameters["tenantId"] == "${TENANT_ID}"
    assert "annotations" not in found[3]["metadata"]


def test_objects_that_this_program_writes_itself_are_not_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = mesh(tmp_path, in_cluster="apply")
    assert main(["values", str(file), "-o", "json", "--today", "2026-08-21"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["releases"], document["objects"]) == ([], [])


def test_objects_that_need_no_answer_of_azure_are_applied_as_they_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "Pulumi.plain.yaml"
    file.write_text(MESH.replace("WRITES", "gitops").replace("EXTRA", ""))
    assert main(["values", str(file), "-o", "json", "--today", "2026-08-21"]) == 0
    (found,) = json.loads(capsys.readouterr().out)["objects"]
    assert (found["cluster"], found["commands"][1]) == (
        "main",
        "kubectl --context aks-main apply --server-side --force-conflicts --filename objects-main.yaml",
    )


def test_files_are_written_all_or_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    (out / "objects-main.yaml").mkdir(parents=True)
    file = tmp_path / "Pulumi.both.yaml"
    own = (
        STACK.replace("KUBERNETES", "1.35")
        .replace("CILIUM", "")
        .replace("    main:\n      kube", "    own:\n      kube")
    )
    mesh_only = MESH.replace("WRITES", "gitops").replace("EXTRA", "")
    file.write_text(
        own.replace("encryptionsalt", mesh_only[mesh_only.index("    main:\n      kube") :] + "encryptionsalt")
    )
    assert main(["values", str(file), "--out", str(out), "--today", "2026-08-21"]) == 2
    assert capsys.readouterr().err.endswith("objects-main.yaml cannot be written: is a directory\n")
    assert [each.name for each in out.iterdir()] == ["objects-main.yaml"]


def test_stack_with_errors_has_no_values(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["values", str(stack(tmp_path, "hubble: {ui: true}")), "--today", "2026-09-01"]) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "[BYO-10]" in shown.err


def test_stack_without_a_cilium_of_its_own_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["values", "dev", "--today", "2026-08-21"]) == 0
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == (
        "",
        (
            "stacks/Pulumi.dev.yaml: no cluster has a Cilium of its own, and none with inCluster: gitops needs objects,"
            " so there is nothing to print\n"
        ),
    )


def test_file_that_cannot_be_read_is_said_to_be(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "Pulumi.x.yaml").mkdir()
    assert main(["values", str(tmp_path / "Pulumi.x.yaml"), "-o", "json"]) == 2
    assert "error" in json.loads(capsys.readouterr().out)
