"""Sidecar injection by revision: the rule, apart from what needs all of the policies, for whoever else checks it."""

from __future__ import annotations

from components.rules import Rule

REVISION_LABEL = Rule(
    "IST-11",
    "Sidecars are injected by `istio.io/rev`",
    why="The add-on ignores istio-injection=enabled without a word: pods would have no sidecar.",
    fix="In a bundle set `mesh: true` on the namespace, which writes the right label; in istio.injection give the"
    " namespace a revision that runs, or a tag.",
    source="https://learn.microsoft.com/azure/aks/istio-deploy-addon",
)
