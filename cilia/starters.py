"""Stack files to begin with, as `cilia init` writes them: whole, valid, and saying why each value is there."""

from __future__ import annotations

from datetime import date
from string import Template

from components.facts.versions import version_data

STARTERS = {
    "dev": Template("""\
# yaml-language-server: $$schema=../docs/stack.schema.json
# Small and cheap: one pool, no SLA, nothing protected.
# `cilia plan $stack` shows what fits, `cilia preview $stack` what is made.
config:
  azure-native:location: $location
  cilia:environment:
    resourceGroup: {name: rg-cilia-$stack}
    tags: {env: "$stack"}
    protect: false # everything may be thrown away
  cilia:networks:
    main:
      addressSpace: [10.10.0.0/16] # overlaps nothing that it will ever be connected to
      subnets: # in packing order: new ones go last
        nodes: {size: /24} # 251 nodes, upgrades included
  cilia:clusters:
    main:
      kubernetesVersion: "$version" # a minor version; Azure keeps its patches up to date
      network: main
      tier: Free # no SLA
      networking:
        mode: overlay
        dataplane: cilium
        podCidr: 192.168.0.0/16 # a /24 per node
        serviceCidr: 172.20.0.0/16
      systemPool: {vmSize: Standard_D4ds_v5, subnet: nodes, count: 3, maxPods: 110}
"""),
    "prod": Template("""\
# yaml-language-server: $$schema=../docs/stack.schema.json
# Zones, a pool for Kubernetes itself and one for workloads, a fixed way out, everything protected.
# `cilia plan $stack` shows what fits, `cilia preview $stack` what is made.
config:
  azure-native:location: $location
  cilia:environment:
    resourceGroup: {name: rg-cilia-$stack}
    tags: {env: "$stack"}
    protect: true # removing something takes `protect: false` on it first
  cilia:networks:
    main:
      addressSpace: [10.20.0.0/16] # overlaps nothing that it will ever be connected to
      natGateways:
        egress: {publicIPs: 1} # the address that the outside sees
      subnets: # fixed ranges: nothing ever moves
        nodes: {cidr: 10.20.0.0/24, natGateway: egress}
  cilia:clusters:
    main:
      kubernetesVersion: "$version" # a minor version; Azure keeps its patches up to date
      network: main
      tier: Standard # an SLA
      networking:
        mode: overlay
        dataplane: cilium
        podCidr: 192.168.0.0/16 # a /24 per node
        serviceCidr: 172.20.0.0/16
        outbound: {type: userAssignedNATGateway}
      # apiServer: {authorizedIPRanges: [...]} # the ranges of your offices and build agents; everybody if absent
      systemPool: # what Kubernetes itself needs, and nothing else
        vmSize: Standard_D4ds_v5
        subnet: nodes
        count: 3
        maxPods: 110
        zones: ["1", "2", "3"] # fixed once the pool exists
        nodeTaints: ["CriticalAddonsOnly=true:NoSchedule"]
      pools:
        general:
          vmSize: Standard_D8ds_v5
          subnet: nodes
          minCount: 3
          maxCount: 20
          maxPods: 110
          zones: ["1", "2", "3"]
"""),
}


def starter(template: str, *, stack: str, location: str, today: date) -> str:
    """The text of a new stack file.

    Args:
        template: A key of `STARTERS`.
        stack: The stack's name.
        location: An Azure region in its short form.
        today: The day whose Kubernetes versions count.
    """
    return STARTERS[template].substitute(stack=stack, location=location, version=_version(today))


def _version(today: date) -> str:
    """The second newest minor version that is supported: what everything else has caught up with."""
    data = version_data()
    releases = data.supported(today, long_term=False) or tuple(data.kubernetes.values())
    return releases[-2:][0].version
