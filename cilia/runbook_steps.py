"""What to do about each thing that a cluster may have: one table, a row per capability.

Commands are those of https://learn.microsoft.com/azure/aks (2026-08) and of Cilium's and Istio's own tools.
"""

from __future__ import annotations

from cilia import runbook_names as names
from cilia.runbook_data import Capability, Step

_AGENT = "kubectl --namespace kube-system exec daemonset/cilium --container cilium-agent --"
_AKS = "--resource-group %(group)s --name %(cluster)s"
_CURL = "kubectl run egress-check --rm --stdin --restart=Never --image=curlimages/curl:8.10.1 --"


RUNBOOK = (
    Capability(
        "Credentials",
        names.always,
        (
            Step("Sign in, and get credentials", ("az login", f"az aks get-credentials {_AKS} --overwrite-existing")),
            Step(
                "Sign in to the cluster with Entra",
                ("kubelogin convert-kubeconfig --login azurecli",),
                each=names.where(names.entra),
            ),
            Step(
                "Name of the private API server, which resolves in its networks only",
                (f"az aks show {_AKS} --query privateFqdn --output tsv",),
                each=names.where(names.private),
            ),
            Step(
                "See the nodes", ("kubectl get nodes --output wide --label-columns agentpool",), "every node is Ready"
            ),
        ),
    ),
    Capability(
        "Cilium",
        names.cilium,
        (
            Step(
                "Agents run on every node",
                ("kubectl --namespace kube-system rollout status daemonset/cilium --timeout=60s",),
                "successfully rolled out",
            ),
            Step("Health of one agent", (f"{_AGENT} cilium-dbg status --brief",), "OK"),
            Step("Version, encryption and what replaces kube-proxy", (f"{_AGENT} cilium-dbg status --verbose",)),
            Step("Endpoints and whether policies are enforced on them", (f"{_AGENT} cilium-dbg endpoint list",)),
            Step(
                "Policies that Cilium did not take, which are enforced nowhere",
                (
                    (
                        "kubectl get ciliumnetworkpolicies,ciliumclusterwidenetworkpolicies --all-namespaces --output"
                        " custom-columns='NAMESPACE:.metadata.namespace,NAME:.metadata.name,"
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
                    "cilium connectivity test --test no-policies,allow-all-except-world,client-ingress,client-egress",
                    "kubectl delete namespace cilium-test-1",
                ),
                "no test fails",
            ),
        ),
    ),
    Capability(
        "Connectivity test",
        names.own_cilium,
        (
            Step("Health of Cilium's parts", ("cilium status --wait",), "every part is OK"),
            Step(
                "Test everything, in namespace cilium-test-1",
                ("cilium connectivity test", "kubectl delete namespace cilium-test-1"),
                "no test fails",
            ),
            Step(
                "Flows, with Hubble's relay",
                ("cilium hubble port-forward &", "hubble status", "hubble observe --verdict DROPPED --last 50"),
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
        ),
    ),
    Capability(
        "Hubble",
        names.hubble,
        (
            Step(
                "Relay runs",
                ("kubectl --namespace kube-system get pods --selector k8s-app=hubble-relay --output wide",),
                "Running",
            ),
            Step(
                "Certificates for the command line",
                (
                    (
                        "for key in tls.crt tls.key ca.crt; do kubectl --namespace kube-system get secret"
                        " hubble-relay-client-certs --output jsonpath=\"{.data['${key//./\\\\.}']}\" | base64 --decode"
                        ' > "$HOME/.hubble-$key"; done'
                    ),
                    'hubble config set tls-client-cert-file "$HOME/.hubble-tls.crt"',
                    'hubble config set tls-client-key-file "$HOME/.hubble-tls.key"',
                    'hubble config set tls-ca-cert-files "$HOME/.hubble-ca.crt"',
                    "hubble config set tls true",
                    "hubble config set tls-server-name instance.hubble-relay.cilium.io",
                ),
            ),
            Step(
                "Flows that are dropped",
                (
                    "kubectl --namespace kube-system port-forward service/hubble-relay 4245:443 &",
                    "hubble observe --verdict DROPPED --last 50",
                ),
            ),
            Step("Metrics of drops", (f"{_AGENT} cilium-dbg metrics list --match-pattern drop",)),
        ),
    ),
    Capability(
        "kube-proxy",
        names.managed_cilium,
        (
            Step(
                "Cilium does its work",
                ("kubectl --namespace kube-system get daemonset kube-proxy",),
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
                ("kubectl --namespace kube-system get daemonset kube-proxy",),
                "DESIRED is READY",
            ),
        ),
    ),
    Capability(
        "Istio",
        names.istio,
        (
            Step(
                "Control plane of %(revision)s",
                ("kubectl --namespace aks-istio-system rollout status deployment/istiod-%(revision)s --timeout=60s",),
                "successfully rolled out",
                each=names.revisions,
            ),
            Step(
                "Sidecars that are in step with their control plane",
                ("istioctl --istioNamespace aks-istio-system proxy-status --revision %(revision)s",),
                each=names.revisions,
            ),
            Step("Which namespaces get sidecars", ("kubectl get namespaces --label-columns istio.io/rev",)),
            Step(
                "Tag %(tag)s points at %(revision)s",
                (
                    "istioctl tag set %(tag)s --revision %(revision)s --istioNamespace aks-istio-system --overwrite",
                    "istioctl tag list --istioNamespace aks-istio-system",
                ),
                each=names.tags,
            ),
            Step(
                "Address of %(gateway)s",
                ("kubectl --namespace aks-istio-ingress get service %(gateway)s",),
                each=names.ingress_gateways,
            ),
            Step(
                "Addresses that egress gateway %(gateway)s has",
                (
                    (
                        "kubectl --namespace %(namespace)s get staticgatewayconfiguration %(configuration)s"
                        " --output jsonpath='{.status.egressIpPrefix}'"
                    ),
                ),
                each=names.egress_gateways,
            ),
        ),
    ),
    Capability(
        "Mesh upgrade under way",
        names.istio,
        (
            Step(
                "Pods that still have sidecars of %(old)s",
                ("istioctl --istioNamespace aks-istio-system proxy-status --revision %(old)s",),
                "none, before the upgrade to %(new)s is completed",
                each=names.canaries,
            ),
            Step(
                "Restart what is in %(namespace)s, so that it gets the new sidecar",
                ("kubectl --namespace %(namespace)s rollout restart deployment",),
                each=names.injected_during_upgrade,
            ),
        ),
    ),
    Capability(
        "Workload identity",
        names.workload_identities,
        (
            Step(
                "Who may use %(identity)s",
                (
                    (
                        "az identity federated-credential list --resource-group %(group)s --identity-name %(identity)s"
                        " --query '[].subject' --output tsv"
                    ),
                ),
                each=names.workloads,
            ),
            Step(
                "Client id for the annotation azure.workload.identity/client-id",
                ("az identity show --resource-group %(group)s --name %(identity)s --query clientId --output tsv",),
                each=names.workloads,
            ),
        ),
    ),
    Capability(
        "Key vaults",
        names.key_vaults,
        (Step("What pods have mounted", ("kubectl get secretproviderclasspodstatuses --all-namespaces",)),),
    ),
    Capability(
        "Observability",
        names.observed,
        (
            Step(
                "Agents of managed Prometheus",
                ("kubectl --namespace kube-system get pods --selector rsName=ama-metrics",),
                "Running",
                each=names.where(names.metrics),
            ),
            Step(
                "Agents of Container Insights",
                ("kubectl --namespace kube-system rollout status daemonset/ama-logs --timeout=60s",),
                "successfully rolled out",
                each=names.where(names.logs),
            ),
            Step(
                "Filters of network logs",
                ("kubectl get containernetworklogs --output yaml",),
                "status.state is CONFIGURED",
                each=names.where(names.network_logs),
            ),
        ),
    ),
    Capability(
        "Application Gateway for Containers",
        names.application_gateway,
        (
            Step(
                "Install its controller, which is a chart of its own",
                (
                    (
                        "helm upgrade --install alb-controller"
                        " oci://mcr.microsoft.com/application-lb/charts/alb-controller"
                        " --namespace azure-alb-system --create-namespace --set"
                        " albController.namespace=azure-alb-system"
                        " --set albController.podIdentity.clientID=$(az identity show --resource-group %(group)s"
                        " --name %(identity)s --query clientId --output tsv)"
                    ),
                ),
                each=names.controllers,
            ),
            Step(
                "The controller runs",
                ("kubectl --namespace azure-alb-system get pods", "kubectl get gatewayclass azure-alb-external"),
                "Running, and ACCEPTED is True",
            ),
            Step(
                "Id for the annotation alb.networking.azure.io/alb-id of a Gateway",
                ("az network alb show --resource-group %(group)s --name %(gateway)s --query id --output tsv",),
                each=names.controllers,
            ),
        ),
    ),
    Capability(
        "Way out",
        names.always,
        (
            Step("The address that pods have outside", (f"{_CURL} --silent https://ifconfig.me",)),
            Step(
                "The load balancer's addresses",
                (
                    (
                        f"az network public-ip show --ids $(az aks show {_AKS} --query"
                        " 'networkProfile.loadBalancerProfile.effectiveOutboundIPs[].id' --output tsv)"
                        " --query ipAddress --output tsv"
                    ),
                ),
                "the address of the pods is among them",
                each=names.where(names.goes_out_by("loadBalancer")),
            ),
            Step(
                "The NAT gateway's addresses",
                (
                    (
                        f"az network public-ip show --ids $(az aks show {_AKS} --query"
                        " 'networkProfile.natGatewayProfile.effectiveOutboundIPs[].id' --output tsv)"
                        " --query ipAddress --output tsv"
                    ),
                ),
                "the address of the pods is among them",
                each=names.where(names.goes_out_by("managedNATGateway")),
            ),
            Step(
                "Address %(address)s",
                (
                    (
                        "az network public-ip show --resource-group %(group)s --name %(address)s --query ipAddress"
                        " --output tsv"
                    ),
                ),
                "the address of the pods is among these",
                each=names.nat_addresses,
            ),
        ),
    ),
    Capability(
        "Addresses",
        names.always,
        (
            Step(
                "Addresses in use, by subnet",
                (
                    (
                        'az rest --method get --url "%(vnet)s/usages?api-version=2024-05-01"'
                        " --query 'value[].{subnet: id, used: currentValue, limit: limit}' --output table"
                    ),
                ),
                each=names.network,
            ),
            Step(
                "Pods on each node of pool %(pool)s",
                (
                    (
                        "kubectl get pods --all-namespaces --output custom-columns=NODE:.spec.nodeName --no-headers |"
                        " sort | uniq --count | grep -- '-%(pool)s-'"
                    ),
                ),
                "at most %(max_pods)s",
                each=names.pools,
            ),
        ),
    ),
    Capability(
        "Upgrades",
        names.always,
        (
            Step("Kubernetes versions that the cluster can go to", (f"az aks get-upgrades {_AKS} --output table",)),
            Step(
                "Node images that pool %(pool)s can go to",
                (
                    (
                        "az aks nodepool get-upgrades --resource-group %(group)s --cluster-name %(cluster)s"
                        " --nodepool-name %(pool)s --output table"
                    ),
                ),
                each=names.pools,
            ),
            Step(
                "Revisions that the mesh can go to",
                (f"az aks mesh get-upgrades {_AKS} --output table",),
                each=names.where(names.istio),
            ),
        ),
    ),
)
"""Every capability, in the order in which people look at a cluster."""
