"""What policies stand on: namespaces that bundles make, and how their pods are called in the mesh."""

from __future__ import annotations

from collections.abc import Iterator

from policies.capabilities import Capabilities
from policies.compile.drafts import NAMESPACE, PEER_AUTHENTICATION, Draft, Phase, texts
from policies.intents import Meaning, MutualTls, bundle_path
from policies.names import slug

REVISION_LABEL = "istio.io/rev"
POD_SECURITY_LABEL = "pod-security.kubernetes.io/enforce"
TENANT_LABEL = "cilia/tenant"


def namespaces(meaning: Meaning, capabilities: Capabilities) -> Iterator[Draft]:
    """The namespaces that bundles make, with what admission and injection read from their labels."""
    for made in meaning.managed:
        name, config = made.name, made.config
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
            made.layer,
            (str(made),),
            "the bundle makes this namespace",
            Phase.NAMESPACES,
            path=bundle_path(made.layer.bundle, "namespaces", name),
        )


def peer_authentications(meaning: Meaning) -> Iterator[Draft]:
    """How pods of each namespace of the mesh are called; one for each, as of two only the older counts."""
    spaces: dict[str, list[MutualTls]] = {}
    for one in meaning.mtls:
        spaces.setdefault(one.namespace, []).append(one)
    for namespace, said in spaces.items():
        layer = said[0].layer
        yield Draft(
            PEER_AUTHENTICATION,
            namespace,
            (slug(layer.label), "mtls"),
            {"mtls": {"mode": said[0].mode}},
            layer,
            texts(said, layer),
            "sidecars decide which callers they accept",
            Phase.MUTUAL_TLS,
            path=said[0].path,
        )
