"""What policies stand on: namespaces that the bundle makes, and how their pods are called in the mesh."""

from __future__ import annotations

from collections.abc import Iterator

from policies.capabilities import Capabilities
from policies.compile.drafts import NAMESPACE, PEER_AUTHENTICATION, Draft, Phase
from policies.intents import Layer, Meaning
from policies.names import slug

REVISION_LABEL = "istio.io/rev"
POD_SECURITY_LABEL = "pod-security.kubernetes.io/enforce"
TENANT_LABEL = "cilia/tenant"
NAMESPACES_LAYER = Layer("namespaces", "namespaces", -1)


def namespaces(meaning: Meaning, capabilities: Capabilities) -> Iterator[Draft]:
    """The namespaces that the bundle makes, with what admission and injection read from their labels."""
    for name, config in meaning.namespaces.items():
        if not config.manage:
            continue
        labels = dict(config.labels)
        if config.pod_security:
            labels[POD_SECURITY_LABEL] = config.pod_security
        if config.tenant:
            labels[TENANT_LABEL] = config.tenant
        if capabilities.istio and name in meaning.meshed:
            labels[REVISION_LABEL] = capabilities.istio.injecting(name)
        yield Draft(
            NAMESPACE,
            None,
            (name,),
            {"labels": labels},
            NAMESPACES_LAYER,
            (f"namespaces: make {name}",),
            "the bundle makes this namespace",
            Phase.NAMESPACES,
        )


def peer_authentications(meaning: Meaning) -> Iterator[Draft]:
    """How pods of each namespace of the mesh are called."""
    for one in meaning.mtls:
        yield Draft(
            PEER_AUTHENTICATION,
            one.namespace,
            (slug(one.layer.label), "mtls"),
            {"mtls": {"mode": one.mode}},
            one.layer,
            (str(one),),
            "sidecars decide which callers they accept",
            Phase.MUTUAL_TLS,
        )
