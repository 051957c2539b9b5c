"""What to do about Cilium and Hubble, AKS' and one's own, as rows of the table of steps.

Commands: https://learn.microsoft.com/azure/aks/container-network-observability-how-to (2026-08), and the help of
Cilium's own tools: cilium 1.19.6 Documentation/cmdref, hubble/cmd/common/config/flags.go.
"""

from __future__ import annotations

from cilia import runbook_names as names
from cilia.runbook_data import Capability, Step

_AKS = "--resource-group %(group)s --name %(cluster)s"
_AGENT = "%(kubectl)s --namespace kube-system exec daemonset/cilium --container cilium-agent --"
_CERTIFICATE = "$HOME/.hubble-%(cluster)s-"
_TLS = (
    " --tls --tls-server-name instance.hubble-relay.cilium.io"
    f' --tls-ca-cert-files "{_CERTIFICATE}ca.crt"'
    f' --tls-client-cert-file "{_CERTIFICATE}tls.crt" --tls-client-key-file "{_CERTIFICATE}tls.key"'
)
"""How AKS' relay is spoken to. Given each time: kept settings would be those of one cluster."""


def _observed(tls: str) -> tuple[str, ...]:
    """What follows a port that is being forwarded: wait for it, look, and let go of it."""
    relay = f"--server localhost:%(port)s{tls}"
    return (
        f"for try in 1 2 3 4 5 6 7 8 9 10; do hubble status {relay} && break; sleep 1; done",
        f"hubble observe {relay} --verdict DROPPED --last 50",
        "kill %%%%",
    )


CILIUM = (
    Capability(
        "Cilium",
        names.cilium,
        (
            Step(
                "Agents run on every node",
                ("%(kubectl)s --namespace kube-system rollout status daemonset/cilium --timeout=60s",),
                "successfully rolled out",
            ),
            Step("Health of one agent", (f"{_AGENT} cilium-dbg status --brief",), "OK"),
            Step("Version, encryption and what replaces kube-proxy", (f"{_AGENT} cilium-dbg status --verbose",)),
            Step("Endpoints and whether policies are enforced on them", (f"{_AGENT} cilium-dbg endpoint list",)),
            Step(
                "Policies that Cilium did not take, which are enforced nowhere",
                (
                    (
                        "%(kubectl)s get ciliumnetworkpolicies,ciliumclusterwidenetworkpolicies --all-namespaces"
                        " --output custom-columns='NAMESPACE:.metadata.namespace,NAME:.metadata.name,"
                        'VALID:.status.conditions[?(@.type=="Valid")].status\''
                    ),
                ),
                "VALID is True everywhere",
            ),
            Step("Packets that are dropped now, and why", (f"{_AGENT} cilium-dbg monitor --type drop",)),
        ),
    ),
    Capability(
        "Connectivity test",
        names.managed_cilium,
        (
            Step(
                "Test the cluster's own network, in namespace cilium-test-1",
                (
                    (
                        "%(cilium)s connectivity test"
                        " --test no-policies,allow-all-except-world,client-ingress,client-egress"
                    ),
                    "%(kubectl)s delete namespace cilium-test-1",
                ),
                "no test fails",
            ),
        ),
    ),
    Capability(
        "Connectivity test",
        names.own_cilium,
        (
            Step("Health of Cilium's parts", ("%(cilium)s status --wait",), "every part is OK"),
            Step(
                "Test everything, in namespace cilium-test-1",
                ("%(cilium)s connectivity test", "%(kubectl)s delete namespace cilium-test-1"),
                "no test fails",
            ),
        ),
    ),
    Capability(
        "ACNS",
        names.acns,
        (
            Step(
                "Switches that Azure has",
                (f"az aks show {_AKS} --query networkProfile.advancedNetworking --output json",),
            ),
            Step(
                "Agents of its metrics",
                ("%(kubectl)s --namespace kube-system get pods --selector k8s-app=retina --output wide",),
                "Running on every node",
                each=names.where(names.retina),
            ),
        ),
    ),
    Capability(
        "Hubble",
        names.hubble,
        (
            Step(
                "Relay runs",
                ("%(kubectl)s --namespace kube-system get pods --selector k8s-app=hubble-relay --output wide",),
                "Running",
            ),
            Step(
                "Certificates for the command line",
                (
                    (
                        "for key in tls.crt tls.key ca.crt; do %(kubectl)s --namespace kube-system get secret"
                        " hubble-relay-client-certs --output jsonpath=\"{.data['${key//./\\\\.}']}\" | base64 --decode"
                        f' > "{_CERTIFICATE}$key"; done'
                    ),
                ),
            ),
            Step(
                "Flows that are dropped",
                (
                    "%(kubectl)s --namespace kube-system port-forward service/hubble-relay %(port)s:443 &",
                    *_observed(_TLS),
                ),
                each=names.ports,
            ),
            Step("Metrics of drops", (f"{_AGENT} cilium-dbg metrics list --match-pattern drop",)),
            Step(
                "Metrics of flows, as one node gives them to Prometheus",
                (
                    (
                        '%(kubectl)s get --raw "/api/v1/nodes/$(%(kubectl)s get nodes --output'
                        " jsonpath='{.items[0].metadata.name}'):9965/proxy/metrics\" | grep ^hubble_ | head -40"
                    ),
                ),
                "hubble_drop_total, hubble_flows_processed_total and others",
            ),
        ),
    ),
    Capability(
        "Hubble",
        names.own_relay,
        (
            Step(
                "Flows that are dropped",
                ("%(cilium)s hubble port-forward --port-forward %(port)s &", *_observed("")),
                each=names.ports,
            ),
            Step(
                "Its pictures, in a browser, until it is interrupted",
                ("%(cilium)s hubble ui --port-forward %(ui_port)s",),
                each=names.pictures,
            ),
        ),
    ),
    Capability(
        "kube-proxy",
        names.managed_cilium,
        (
            Step(
                "Cilium does its work",
                ("%(kubectl)s --namespace kube-system get daemonset kube-proxy",),
                "Error from server (NotFound)",
            ),
        ),
    ),
    Capability(
        "kube-proxy",
        names.kube_proxy,
        (
            Step(
                "It runs on every node",
                ("%(kubectl)s --namespace kube-system get daemonset kube-proxy",),
                "DESIRED is READY",
            ),
        ),
    ),
)
"""Cilium, whoever runs it, and what takes the place of kube-proxy or does not."""
