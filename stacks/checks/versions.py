"""Kubernetes versions: what a cluster and its pools may run together, and how long Azure supports it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from components.cluster.pool_plan import upgrades_minor_versions
from components.facts import limits
from components.facts.versions import KubernetesRelease, Version, VersionData, parse_version, version_data
from components.problems import Problem
from components.rules import Rule
from stacks.view import ClusterView, PoolView, StackView

STALE_AFTER_DAYS = 180
END_WARNING_DAYS = 30
_AKS = "https://learn.microsoft.com/azure/aks"
_SKEW = limits.POOL_VERSION_SKEW_MINORS
_SKEW_WARNING = limits.POOL_VERSION_SKEW_WARNING_MINORS

VERSIONS = Rule(
    "VER-15",
    "Versions of cluster and pools go together, and with who upgrades them",
    why="With upgradeChannel patch, stable or rapid Azure installs later patches by itself, and a patch version written"
    " here would ask for a downgrade, which Azure refuses. A pool cannot be newer than the control plane, nor more than"
    f" {_SKEW} minor versions older; the description of Azure's API says {_SKEW_WARNING}. Long-term support comes with"
    " tier Premium only.",
    fix='Write a minor version, such as "1.35"; keep pools at the cluster\'s version; set tier: Premium for long-term'
    " support.",
    source=f"{_AKS}/auto-upgrade-cluster; {_AKS}/upgrade-aks-control-plane; {_AKS}/long-term-support;"
    " azure-mgmt-containerservice 41.8.0",
)
KNOWN_VERSION = Rule(
    "CFG-40",
    "The Kubernetes version is one that this toolkit knows",
    why="Nothing can be said about the end of support, or the versions of Cilium and Istio, of another one.",
    fix="Use a known version, or update the toolkit.",
    source=f"{_AKS}/supported-kubernetes-versions",
)
SUPPORTED_VERSION = Rule(
    "CFG-41",
    "The Kubernetes version is supported",
    why="Azure refuses a new cluster of a version whose support has ended. An existing one keeps running, unfixed, and"
    " Azure still accepts deployments to it; so this is a warning. A preview has no support in production.",
    fix="Upgrade, a minor version at a time; or have a year more by tier Premium, supportPlan AKSLongTermSupport.",
    source=f"{_AKS}/supported-kubernetes-versions; {_AKS}/long-term-support",
)
FRESH_DATA = Rule(
    "CFG-42",
    f"The version data is at most {STALE_AFTER_DAYS} days old",
    why="Ends of support move and versions appear; with old data a warning is missing, or wrong.",
    fix="Update the toolkit, or components/facts/versions.json from the sources it names.",
    source="components/facts/versions.json",
)
CHANNELS = Rule(
    "CFG-49",
    "The two upgrade channels go together",
    why="upgradeChannel node-image is the older way to say nodeOSUpgradeChannel NodeImage; Azure refuses it beside"
    " another value.",
    fix="Use upgradeChannel patch or none, and say by nodeOSUpgradeChannel how nodes get their system.",
    source=f"{_AKS}/auto-upgrade-cluster; the azurerm provider's kubernetes_cluster",
)


def _patches(view: StackView) -> Iterator[Problem]:
    """VER-15: no patch version where Azure installs patches."""
    for cluster in view.clusters:
        channel = cluster.config.auto_upgrade_profile.upgrade_channel
        if channel not in ("patch", "stable", "rapid"):
            continue
        written = [
            ((*cluster.path, "kubernetesVersion"), cluster.config.kubernetes_version),
            *(((*pool.path, "orchestratorVersion"), pool.config.orchestrator_version) for pool in cluster.pools),
        ]
        for path, text in written:
            version = _parsed(text)
            if version and version.names_patch:
                yield VERSIONS.error(
                    path,
                    f"{text} names a patch, but upgradeChannel {channel} installs later ones, and the next deployment"
                    f' would ask for a downgrade; write "{version.minor_version}"',
                )


def _moving_minors(view: StackView) -> Iterator[Problem]:
    """VER-15: where Azure moves minor versions, the version here is not what runs."""
    for cluster in view.clusters:
        if upgrades_minor_versions(cluster.config):
            channel = cluster.config.auto_upgrade_profile.upgrade_channel
            yield VERSIONS.warning(
                (*cluster.path, "kubernetesVersion"),
                f"{cluster.config.kubernetes_version} is only what a new cluster starts with: upgradeChannel {channel}"
                " moves it on, and edits here change nothing; use upgradeChannel patch to decide minor versions here",
            )


def _skew(view: StackView) -> Iterator[Problem]:
    """VER-15: each pool against its control plane."""
    for cluster in view.clusters:
        for pool in cluster.pools:
            yield from _pool_skew(cluster, pool)


def _pool_skew(cluster: ClusterView, pool: PoolView) -> Iterator[Problem]:
    control_plane, nodes = _parsed(cluster.config.kubernetes_version), _parsed(pool.config.orchestrator_version)
    if control_plane is None or nodes is None:
        return
    path, theirs = (*pool.path, "orchestratorVersion"), cluster.config.kubernetes_version
    behind = control_plane.minor - nodes.minor
    older = f"{pool.config.orchestrator_version} is {behind} minor versions older than the cluster's {theirs}"
    newer_patch = behind == 0 and control_plane.names_patch and nodes.patch > control_plane.patch
    if behind < 0 or newer_patch:
        newer = f"{pool.config.orchestrator_version} is newer than the cluster's {theirs}"
        yield VERSIONS.error(path, f"{newer}, which Azure refuses; use {theirs} or older")
    elif behind > _SKEW:
        oldest = Version(control_plane.minor - _SKEW).minor_version
        yield VERSIONS.error(path, f"{older}, Kubernetes allows {_SKEW}; use {oldest} or newer")
    elif behind > _SKEW_WARNING:
        oldest = Version(control_plane.minor - _SKEW_WARNING).minor_version
        allowed = f"the description of Azure's API allows {_SKEW_WARNING}"
        yield VERSIONS.warning(path, f"{older}, {allowed}; use {oldest} or newer")


def _long_term_tier(view: StackView) -> Iterator[Problem]:
    """VER-15: long-term support comes with tier Premium."""
    for cluster in view.clusters:
        if _has_long_term_support(cluster) and cluster.config.tier != "Premium":
            yield VERSIONS.error(
                (*cluster.path, "supportPlan"),
                f"AKSLongTermSupport with tier {cluster.config.tier}, Azure offers it with tier Premium only;"
                " set tier: Premium, or supportPlan: KubernetesOfficial",
            )


def _support(view: StackView) -> Iterator[Problem]:
    """CFG-40, CFG-41: each control plane's version on the day."""
    data = version_data()
    for cluster in view.clusters:
        version = _parsed(cluster.config.kubernetes_version)
        if version is None:
            continue
        path = (*cluster.path, "kubernetesVersion")
        release = data.kubernetes.get(version.minor_version)
        oldest, *_, newest = data.kubernetes
        if release is None and _older(version, oldest) and (fault := _support_fault_of_older(data, view.today)):
            yield SUPPORTED_VERSION.warning(path, f"{version.minor_version} is older than {oldest}, and {fault}")
            continue
        if release is None:
            known = f"the versions known on {data.as_of} are {oldest} to {newest}"
            yield KNOWN_VERSION.warning(
                path, f"{version.minor_version} is unknown here, {known}; use one of these, or update the toolkit"
            )
            continue
        fault = _support_fault(release, data, view.today, long_term=_has_long_term_support(cluster))
        if fault:
            yield SUPPORTED_VERSION.warning(path, fault)


def _older(version: Version, oldest: str) -> bool:
    known = parse_version(oldest)
    return known is not None and version.minor < known.minor


def _support_fault_of_older(data: VersionData, today: date) -> str | None:
    """What is wrong with versions from before the data begins: at least what is wrong with its oldest."""
    first = next(iter(data.kubernetes.values()))
    return _support_fault(first, data, today, long_term=False) if first.lts_end < today else None


def _support_fault(release: KubernetesRelease, data: VersionData, today: date, *, long_term: bool) -> str | None:
    """What is wrong with the support of a release on a day, and what to do; None if nothing is."""
    supported = [other.version for other in data.supported(today, long_term=long_term)]
    name, plan, end = (
        release.version,
        "long-term" if long_term else "community",
        release.support_end(long_term=long_term),
    )
    if today < release.general_availability:
        newest = f"use {supported[-1]}" if supported else "update the toolkit"
        return f"{name} is a preview until {release.general_availability} at the latest; {newest} in production"
    if end < today:
        fix = f"upgrade to {supported[0]} or newer, a minor version at a time" if supported else "update the toolkit"
        if not long_term and today <= release.lts_end:
            fix += f", or use tier Premium with supportPlan AKSLongTermSupport until {release.lts_end}"
        return f"{name} has had no {plan} support since {end}; {fix}"
    if end - today <= timedelta(days=END_WARNING_DAYS):
        return f"{name} has {plan} support until {end}, {(end - today).days} days from {today}; plan the upgrade"
    return None


def _data_age(view: StackView) -> Iterator[Problem]:
    """CFG-42: once per stack, and only where versions are looked up."""
    as_of = version_data().as_of
    age = (view.today - as_of).days
    if age > STALE_AFTER_DAYS and view.config.clusters:
        yield FRESH_DATA.warning(
            ("cilia:clusters",),
            f"the version data is of {as_of}, {age} days before {view.today}, and is trusted for {STALE_AFTER_DAYS};"
            " update the toolkit",
        )


def _channels(view: StackView) -> Iterator[Problem]:
    """CFG-49."""
    for cluster in view.clusters:
        profile = cluster.config.auto_upgrade_profile
        if profile.upgrade_channel == "node-image" and profile.node_os_upgrade_channel != "NodeImage":
            yield CHANNELS.error(
                (*cluster.path, "autoUpgradeProfile", "nodeOSUpgradeChannel"),
                f"{profile.node_os_upgrade_channel} beside upgradeChannel node-image, which Azure takes with NodeImage"
                " only; use upgradeChannel none",
            )


def _has_long_term_support(cluster: ClusterView) -> bool:
    return cluster.config.support_plan == "AKSLongTermSupport"


def _parsed(text: str | None) -> Version | None:
    return None if text is None else parse_version(text)


CHECKS = (_patches, _moving_minors, _skew, _long_term_tier, _support, _data_age, _channels)
