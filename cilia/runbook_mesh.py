"""What to do about the Istio add-on, as rows of the table of steps.

Commands: https://learn.microsoft.com/azure/aks/istio-about and the pages below it (2026-08); istioctl's own help.
"""

from __future__ import annotations

from cilia import runbook_names as names
from cilia.runbook_data import Capability, Step

_SYSTEM = "%(kubectl)s --namespace aks-istio-system"
_ISTIOCTL = "%(istioctl)s --istioNamespace aks-istio-system"

MESH = (
    Capability(
        "Istio",
        names.istio,
        (
            Step(
                "Control plane of %(revision)s",
                (f"{_SYSTEM} rollout status deployment/istiod-%(revision)s --timeout=60s",),
                "successfully rolled out",
                each=names.revisions,
            ),
            Step(
                "Certificates that %(revision)s signs with",
                (f"{_SYSTEM} logs deployment/istiod-%(revision)s --container discovery | grep x509",),
                "the issuer is your own authority",
                each=names.own_authority,
            ),
            Step(
                "Sidecars that are in step with their control plane",
                (f"{_ISTIOCTL} proxy-status --revision %(revision)s",),
                each=names.revisions,
            ),
            Step("Which namespaces get sidecars", ("%(kubectl)s get namespaces --label-columns istio.io/rev",)),
            Step(
                "Tag %(tag)s points at %(revision)s",
                (
                    f"{_ISTIOCTL} tag set %(tag)s --revision %(revision)s --overwrite",
                    f"{_ISTIOCTL} tag list",
                ),
                each=names.tags,
            ),
            Step(
                "Address of %(gateway)s",
                ("%(kubectl)s --namespace aks-istio-ingress get service %(gateway)s",),
                each=names.ingress_gateways,
            ),
            Step(
                "Addresses that egress gateway %(gateway)s has",
                (
                    (
                        "%(kubectl)s --namespace %(namespace)s get staticgatewayconfiguration %(configuration)s"
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
                (f"{_ISTIOCTL} proxy-status --revision %(old)s",),
                "none, before the upgrade to %(new)s is completed",
                each=names.canaries,
            ),
            Step(
                "Restart what is in %(namespace)s, so that it gets the new sidecar",
                ("%(kubectl)s --namespace %(namespace)s rollout restart deployments,statefulsets,daemonsets",),
                each=names.moved,
            ),
            Step(
                "%(namespace)s still gets sidecars of %(now)s: point it at %(new)s first, by %(by)s of the stack file",
                ("%(look)s",),
                "%(new)s, before anything in it is restarted",
                each=names.unmoved,
            ),
        ),
    ),
)
"""The mesh, and an upgrade of it that is under way."""
