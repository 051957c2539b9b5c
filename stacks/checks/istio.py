"""Revisions of the Istio add-on: which there are, which run together, and with which Kubernetes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from components.cluster.pool_plan import upgrades_minor_versions
from components.facts.istio import REVISIONS
from components.facts.istio_upgrade import step_fault
from components.facts.versions import IstioRevision, VersionData, parse_version, version_data
from components.istio.config import REVISION, IstioConfig
from components.problems import KeyPath, Problem
from components.rules import Rule
from stacks.checks.versions import END_WARNING_DAYS
from stacks.view import ClusterView, StackView

_AKS = "https://learn.microsoft.com/azure/aks"

CANARY = Rule(
    "IST-02",
    "One revision runs, or two while workloads move to the next",
    why="Azure upgrades the mesh by putting the next revision, or the one after it, beside the one that runs. Each step"
    " is a deployment of its own: start, move the workloads, then complete or roll back.",
    fix="Write [old] or [old, new], and take the steps in docs/istio.md one by one.",
    source=f"{_AKS}/istio-upgrade; azure-mgmt-containerservice 41.8.0, IstioServiceMesh",
)
KUBERNETES = Rule(
    "IST-17",
    "Every revision runs on the cluster's Kubernetes",
    why="Azure does not hold back an upgrade of Kubernetes for the mesh: sidecars and control plane would run where"
    " nobody tested them. A new mesh of such a revision is refused.",
    fix="Upgrade the mesh before Kubernetes; decide minor versions of Kubernetes here.",
    source=f"{_AKS}/istio-support-policy; {_AKS}/istio-upgrade",
)


def meshes(view: StackView) -> Iterator[tuple[ClusterView, KeyPath, IstioConfig]]:
    """Every cluster with the add-on, with where that is written."""
    for cluster in view.clusters:
        if cluster.config.istio is not None:
            yield cluster, (*cluster.path, "istio"), cluster.config.istio


def _known(view: StackView) -> Iterator[Problem]:
    """IST-01."""
    data = version_data()
    for cluster, path, istio in meshes(view):
        if not istio.revisions:
            yield REVISION.error(
                (*path, "revisions"),
                f"no revision, so that Azure would choose one; write one such as {data.newest_revision}",
            )
        for index, name in enumerate(istio.revisions):
            fault = _support_fault(name, cluster, data, view.today)
            if fault:
                yield REVISION.warning((*path, "revisions", index), fault)


def _support_fault(name: str, cluster: ClusterView, data: VersionData, today: date) -> str | None:
    """What is wrong with the support of a revision on a day, and what to do; None if nothing is."""
    revision = data.istio.get(name)
    if revision is None:
        oldest, *_, newest = data.istio
        known = f"the revisions known on {data.as_of} are {oldest} to {newest}"
        return f"{name} is unknown here, {known}; use one of these, or update the toolkit"
    if revision.end < today:
        fix = _replacement(cluster, data, today)
        return f"{name} has had no support since {revision.end} and cannot be newly installed; {fix}"
    if revision.end - today <= timedelta(days=END_WARNING_DAYS):
        left = (revision.end - today).days
        return f"{name} has support until {revision.end}, {left} days from {today}; plan the upgrade"
    return None


def _replacement(cluster: ClusterView, data: VersionData, today: date) -> str:
    supported = [each.name for each in _fitting(cluster, data) if each.end >= today]
    return f"upgrade to {supported[0]} or newer" if supported else "upgrade Kubernetes, then the mesh"


def _fitting(cluster: ClusterView, data: VersionData) -> list[IstioRevision]:
    """The revisions that run on a cluster's Kubernetes, oldest first."""
    version = parse_version(cluster.config.kubernetes_version)
    names = data.compatible_revisions(version.minor_version) if version else ()
    return [data.istio[name] for name in names]


def _no_revision(data: VersionData) -> str:
    """What to do where no revision runs on a cluster's Kubernetes."""
    newest = data.istio[data.newest_revision].kubernetes[-1]
    return f"none known on {data.as_of} runs on it, so use {newest} or older, or update the toolkit"


def _steps(view: StackView) -> Iterator[Problem]:
    """IST-02."""
    for _, path, istio in meshes(view):
        count = len(istio.revisions)
        if count > REVISIONS:
            yield CANARY.error(
                (*path, "revisions"),
                f"{count} revisions, Azure runs one, or two during an upgrade; finish the upgrade that is under way"
                " first",
            )
        elif count == REVISIONS:
            fault = step_fault(istio.revisions[:1], istio.revisions)
            if fault:
                yield CANARY.error((*path, "revisions"), fault)


def _kubernetes(view: StackView) -> Iterator[Problem]:
    """IST-17."""
    data = version_data()
    for cluster, path, istio in meshes(view):
        version = parse_version(cluster.config.kubernetes_version)
        if version is None or version.minor_version not in data.kubernetes:
            continue
        for index, name in enumerate(istio.revisions):
            revision = data.istio.get(name)
            if revision is None or version.minor_version in revision.kubernetes:
                continue
            fitting = ", ".join(each.name for each in _fitting(cluster, data))
            yield KUBERNETES.error(
                (*path, "revisions", index),
                f"{name} runs on Kubernetes {revision.kubernetes[0]} to {revision.kubernetes[-1]}, the cluster has"
                f" {cluster.config.kubernetes_version};"
                f" {f'use one that runs on it: {fitting}' if fitting else _no_revision(data)}",
            )
        if upgrades_minor_versions(cluster.config):
            channel = cluster.config.auto_upgrade_profile.upgrade_channel
            yield KUBERNETES.warning(
                (*cluster.path, "autoUpgradeProfile", "upgradeChannel"),
                f"{channel} moves Kubernetes to new minor versions, whether the mesh runs on them or not; use patch",
            )


CHECKS = (_known, _steps, _kubernetes)
