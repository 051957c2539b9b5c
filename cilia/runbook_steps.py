"""What to do about each thing that a cluster may have: one table, a row per capability.

Commands are those of https://learn.microsoft.com/azure/aks (2026-08) and of Cilium's and Istio's own tools.
"""

from __future__ import annotations

from cilia import credentials
from cilia import runbook_names as names
from cilia.runbook_cilium import CILIUM
from cilia.runbook_data import Capability, Step
from cilia.runbook_mesh import MESH

_AKS = "--resource-group %(group)s --name %(cluster)s"
_CURL = (
    "%(kubectl)s --namespace default run egress-check --rm --attach --restart=Never --image=curlimages/curl:8.10.1 --"
)


RUNBOOK = (
    Capability(
        "Credentials",
        names.always,
        (
            Step("Sign in", ("az login",)),
            Step(
                "Choose the subscription",
                ("az account set --subscription %(subscription)s",),
                each=names.subscription,
            ),
            Step("Get credentials", (credentials.GET_CREDENTIALS.format(group="%(group)s", cluster="%(cluster)s"),)),
            Step(
                "Sign in to the cluster with Entra",
                (credentials.SIGN_IN.format(cluster="%(cluster)s"),),
                each=names.where(names.entra),
            ),
            Step(
                "Name of the private API server, which %(dns)s",
                (f"az aks show {_AKS} --query %(query)s --output tsv",),
                each=names.private_servers,
            ),
            Step(
                "See the nodes",
                ("%(kubectl)s get nodes --output wide --label-columns agentpool",),
                "every node is Ready",
            ),
        ),
    ),
    Capability(
        "Brought in by somebody else (inCluster: gitops)",
        names.written_by_others,
        (
            Step(
                "Install or upgrade Cilium: nodes stay NotReady until this ran",
                ("%(lines)s", "%(kubectl)s wait --for=condition=Ready nodes --all --timeout=600s"),
                "condition met, for every node",
                each=names.installed_by_others,
            ),
            Step(
                "Apply what the mesh and network logs need",
                ("%(lines)s",),
                "serverside-applied, for every object",
                each=names.applied_by_others,
            ),
            Step(
                "Apply its policies",
                (
                    "%(write)s",
                    "%(kubectl)s apply --server-side --force-conflicts --kustomize %(directory)s",
                ),
                "serverside-applied, for every object",
                each=names.policies_by_others,
            ),
        ),
    ),
    *CILIUM,
    *MESH,
    Capability(
        "Static egress",
        names.static_egress,
        (
            Step(
                "Nodes of pool %(pool)s, whose addresses gateways have",
                ("%(kubectl)s get nodes --selector agentpool=%(pool)s",),
                "Ready",
                each=names.gateway_pools,
            ),
            Step(
                "Addresses of gateways, for pods with annotation kubernetes.azure.com/static-gateway-configuration",
                (
                    (
                        "%(kubectl)s get staticgatewayconfigurations.egressgateway.kubernetes.azure.com"
                        " --all-namespaces --output custom-columns='NAMESPACE:.metadata.namespace,NAME:.metadata.name,"
                        "POOL:.spec.gatewayNodepoolName,ADDRESSES:.status.egressIpPrefix'"
                    ),
                ),
                "every gateway has ADDRESSES",
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
        (Step("What pods have mounted", ("%(kubectl)s get secretproviderclasspodstatuses --all-namespaces",)),),
    ),
    Capability(
        "Registries",
        names.has_registries,
        (
            Step(
                "Nodes get images from %(registry)s",
                (f"az aks check-acr {_AKS} --acr %(registry)s.azurecr.io",),
                "your cluster can pull images",
                each=names.registries,
            ),
        ),
    ),
    Capability(
        "Observability",
        names.observed,
        (
            Step(
                "Agents of managed Prometheus",
                ("%(kubectl)s --namespace kube-system get pods --selector rsName=ama-metrics",),
                "Running",
                each=names.where(names.metrics),
            ),
            Step(
                "Agents of Container Insights",
                ("%(kubectl)s --namespace kube-system rollout status daemonset/ama-logs --timeout=60s",),
                "successfully rolled out",
                each=names.where(names.logs),
            ),
            Step(
                "Agents of Defender",
                (
                    (
                        "%(kubectl)s --namespace kube-system rollout status daemonset/microsoft-defender-collector-ds"
                        " --timeout=60s"
                    ),
                ),
                "successfully rolled out",
                each=names.where(names.defender),
            ),
            Step(
                "Filters of network logs",
                ("%(kubectl)s get containernetworklogs --output yaml",),
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
                        "helm upgrade --install alb-controller --kube-context %(cluster)s"
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
                (
                    "%(kubectl)s --namespace azure-alb-system get pods",
                    "%(kubectl)s get gatewayclass azure-alb-external",
                ),
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
                        "%(kubectl)s get pods --all-namespaces --output custom-columns=NODE:.spec.nodeName"
                        " --no-headers | sort | uniq -c | grep -- '-%(pool)s-'"
                    ),
                ),
                "at most %(max_pods)s",
                each=names.pools,
            ),
        ),
    ),
    Capability(
        "Node auto-provisioning",
        names.provisioned,
        (
            Step(
                "What it may make nodes of",
                ("%(kubectl)s get nodepools.karpenter.sh,aksnodeclasses.karpenter.azure.com",),
                "READY is True",
            ),
            Step(
                "Nodes that it made, or makes",
                ("%(kubectl)s get nodeclaims.karpenter.sh --output wide",),
                "READY is True",
            ),
            Step(
                "What it decided of late, and why",
                ("%(kubectl)s get events --all-namespaces --field-selector source=karpenter",),
            ),
        ),
    ),
    Capability(
        "Private DNS",
        names.has_zones,
        (
            Step(
                "Networks that resolve names of %(called)s",
                (
                    (
                        "az network private-dns link vnet list %(zone)s"
                        " --query '[].{link: name, network: virtualNetwork.id, state: virtualNetworkLinkState}'"
                        " --output table"
                    ),
                ),
                "Completed, for every network",
                each=names.zones,
            ),
        ),
    ),
    Capability(
        "Upgrades",
        names.always,
        (
            Step(
                "When Azure may upgrade by itself",
                (
                    (
                        "az aks maintenanceconfiguration list --resource-group %(group)s --cluster-name %(cluster)s"
                        " --output json"
                    ),
                ),
                each=names.where(names.maintained),
            ),
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
