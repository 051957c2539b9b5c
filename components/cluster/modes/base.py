"""What every networking mode has in common, and what a mode has to say for itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import Any, Literal

from pydantic import Field, model_validator

from components.cluster.outbound import LoadBalancerOutbound, Outbound, outbound_profile
from components.cluster.pools import PoolSettings
from components.facts import limits
from components.facts.features import ModeName
from components.rules import Rule
from components.values import ArmProperties, Ipv4, Ipv4Cidr, Model

ONE_CILIUM = Rule(
    "BYO-16",
    "A cluster has one Cilium: Azure's or your own",
    why="Installing Cilium over the one that AKS runs breaks the cluster's network, and AKS puts its own back.",
    fix="Remove networking.cilium, or use mode byocni for a new cluster; there is no way from one to the other.",
    source="https://learn.microsoft.com/azure/aks/azure-cni-powered-by-cilium; cilium"
    " Documentation/installation/k8s-install-helm.rst",
)


class ServicesBase(Model):
    """Services and the way out, which every mode has."""

    service_cidr: Ipv4Cidr = Field(
        IPv4Network("172.20.0.0/16"), description="range of Service addresses; nothing else may overlap it"
    )
    dns_service_ip: Ipv4 | None = Field(
        None, alias="dnsServiceIP", description="address of the DNS service; the tenth of serviceCidr if absent"
    )
    outbound: Outbound = Field(default_factory=LoadBalancerOutbound, description="how pods and nodes reach out")

    @property
    def dns_address(self) -> IPv4Address:
        """The DNS service's address, given or by Azure's convention."""
        return self.dns_service_ip or self.service_cidr[0] + limits.DNS_SERVICE_IP_OFFSET


class NetworkingBase(ServicesBase):
    """The dataplane, which every mode on Azure CNI has."""

    dataplane: Literal["cilium", "azure"] = Field(
        "cilium", description="azure only for clusters not migrated yet; there is no way back from cilium"
    )
    network_policy: Literal["cilium", "calico", "azure", "none"] | None = Field(
        None, description="the engine; cilium with the Cilium dataplane, none with the azure dataplane if absent"
    )

    @model_validator(mode="before")
    @classmethod
    def _has_no_cilium_of_its_own(cls, values: Any) -> Any:
        if isinstance(values, Mapping) and "cilium" in values:
            raise ONE_CILIUM.invalid(
                f"cilium beside mode {values.get('mode')}, where Azure runs the dataplane;"
                " remove it, or use mode byocni"
            )
        return values


def services_profile(networking: ServicesBase) -> ArmProperties:
    """The part of `networkProfile` that every mode has."""
    return {
        "serviceCidr": str(networking.service_cidr),
        "dnsServiceIP": str(networking.dns_address),
        **outbound_profile(networking.outbound),
        "loadBalancerSku": "standard",
    }


def common_profile(networking: NetworkingBase) -> ArmProperties:
    """The part of `networkProfile` that every mode on Azure CNI has."""
    return {
        "networkPlugin": "azure",
        "networkDataplane": networking.dataplane,
        "networkPolicy": networking.network_policy or ("cilium" if networking.dataplane == "cilium" else "none"),
        **services_profile(networking),
    }


@dataclass(frozen=True, slots=True)
class PodAddresses:
    """Addresses that the pods of one node take in their subnet.

    Attributes:
        least: With few pods: what a node takes as soon as it starts.
        most: With `maxPods` pods.
    """

    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Mode:
    """How one networking mode is planned; what it is able to do stands in `components.facts.features`.

    Attributes:
        name: Which mode.
        network_profile: The cluster's whole `networkProfile`.
        pod_range: The range that pods have addresses of, if it is the cluster's own.
        pod_range_nodes: How many nodes that range holds; None if it does not limit them.
        node_addresses: Addresses that one node takes in its subnet, given its `maxPods`.
        pod_addresses: Addresses that the pods of one node take in the pod subnet; None where there is none.
        allocation: How a pool's pods get their addresses, as ARM spells it; None where that is no question.
    """

    name: ModeName
    network_profile: Callable[[Any], ArmProperties]
    pod_range: Callable[[Any], IPv4Network | None]
    pod_range_nodes: Callable[[Any], int | None]
    node_addresses: Callable[[int], int]
    pod_addresses: Callable[[Any, PoolSettings, int], PodAddresses | None] = lambda *_: None
    allocation: Callable[[Any, PoolSettings], str | None] = lambda *_: None
