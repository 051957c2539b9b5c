"""From a stack file's plain values to models, with a problem for everything that does not fit.

Nothing stops at the first problem: each network, cluster and pool is parsed on its own, and what did not parse is
named, so that the rules that need it can be said to have been skipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticCustomError

from components.cluster.pools import PoolConfig, SystemPoolConfig
from components.monitoring.config import MonitoringConfig
from components.network.config import NetworkConfig
from components.problems import KeyPath, Problem
from components.values import MALFORMED, parse_key, shown
from stacks.config import AcceptConfig, ClusterEntry, EnvironmentConfig, StackConfig
from stacks.spelling import as_meant
from stacks.wording import MISSING_KEY, UNKNOWN_KEY, WRONG_TYPE, problems_from, unknown_key

if TYPE_CHECKING:
    from policies.attachment import ClusterPoliciesConfig, ExistingClusterConfig

__all__ = ["KNOWN_KEYS", "MISSING_KEY", "Parsed", "parse"]

KNOWN_KEYS = (
    "environment",
    "secrets",
    "networks",
    "clusters",
    "monitoring",
    "policies",
    "existingClusters",
    "accept",
)
POLICIES, EXISTING_CLUSTERS = "cilia:policies", "cilia:existingClusters"
_LOCATION = re.compile(r"[a-z]+[a-z0-9]*")
_SUBSCRIPTION = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")

ModelT = TypeVar("ModelT", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a stack file said.

    Attributes:
        config: Whatever parsed.
        problems: What did not.
        skipped: Paths of whole parts that did not parse, so that rules about them cannot run.
    """

    config: StackConfig
    problems: tuple[Problem, ...]
    skipped: tuple[KeyPath, ...]


class _Reader:
    """Parses part by part and collects problems; one per file."""

    def __init__(self, values: Mapping[str, object]) -> None:
        self.values = values
        self.problems: list[Problem] = []
        self.skipped: list[KeyPath] = []

    def model(self, model: type[ModelT], value: object, path: KeyPath) -> ModelT | None:
        """The value as a model; its misspelt keys are read as they were meant, so that the rest is checked."""
        try:
            return model.model_validate(value)
        except ValidationError as error:
            meant = as_meant(error, model, value)
            self.problems.extend(problems_from(meant.mistakes, model, path))
            try:
                return model.model_validate(meant.value)
            except ValidationError as rest:
                self.problems.extend(problems_from(meant.others(rest, model), model, path))
                self.skipped.append(path)
                return None

    def mapping(self, key: str) -> dict[str, object]:
        """The mapping at a top-level key; empty, with a problem, where it is something else."""
        return self.entries(self.values.get(key), (key,))

    def entries(self, value: object, path: KeyPath) -> dict[str, object]:
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.problems.append(
                WRONG_TYPE.error(path, f"{shown(value)} where a mapping of names is meant; write 'name: ...'")
            )
            self.skipped.append(path)
            return {}
        for key in value:
            try:
                parse_key(key)
            except PydanticCustomError as error:
                self.problems.append(MALFORMED.error((*path, key), str(error)))
        return value

    def models(self, model: type[ModelT], key: str) -> dict[str, ModelT]:
        """The entries of the mapping at a top-level key, as far as they parse."""
        found = {name: self.model(model, value, (key, name)) for name, value in self.mapping(key).items()}
        return {name: each for name, each in found.items() if each is not None}

    def cluster(self, key: str, value: object) -> ClusterEntry | None:
        """A cluster; a pool that does not parse is left out, so that the rest is still checked."""
        path: KeyPath = ("cilia:clusters", key)
        if not isinstance(value, dict):
            return self.model(ClusterEntry, value, path)
        rest = dict(value)
        if "pools" in rest:
            pools = {
                name: self.model(PoolConfig, pool, (*path, "pools", name))
                for name, pool in self.entries(rest["pools"], (*path, "pools")).items()
            }
            rest["pools"] = {name: pool for name, pool in pools.items() if pool is not None}
        if isinstance(rest.get("systemPool"), dict):
            system = self.model(SystemPoolConfig, rest["systemPool"], (*path, "systemPool"))
            rest["systemPool"] = system or SystemPoolConfig()
            if system is None and self._parses(rest):
                self.skipped.append(path)
                return None
        return self.model(ClusterEntry, rest, path)

    def _parses(self, value: dict[str, object]) -> bool:
        before = len(self.problems), len(self.skipped)
        model = self.model(ClusterEntry, value, ())
        del self.problems[before[0] :], self.skipped[before[1] :]
        return model is not None

    def accepted(self) -> tuple[AcceptConfig, ...]:
        value = self.values.get("cilia:accept")
        if value is None:
            return ()
        if not isinstance(value, list):
            self.problems.append(
                WRONG_TYPE.error(("cilia:accept",), f"{shown(value)} where a list is meant; write '- rule: ...'")
            )
            return ()
        entries = [self.model(AcceptConfig, entry, ("cilia:accept", index)) for index, entry in enumerate(value)]
        return tuple(entry for entry in entries if entry is not None)

    def text(self, key: str, pattern: re.Pattern[str], example: str) -> str | None:
        """A top-level text of a known form."""
        value = self.values.get(key)
        if value is None:
            return None
        if isinstance(value, str) and pattern.fullmatch(value):
            return value
        self.problems.append(
            MALFORMED.error((key,), f"{shown(value)} is not of the form {example}; write it like that")
        )
        return None


def parse(values: Mapping[str, object]) -> Parsed:
    """The stack configuration in the values of a stack file.

    Args:
        values: Pulumi configuration keys with their namespaces, such as `cilia:clusters`, and their values.
    """
    reader = _Reader(values)
    reader.problems.extend(_unknown_top_level(values))
    location = reader.text("azure-native:location", _LOCATION, "westeurope")
    if values.get("azure-native:location") is None:
        reader.problems.append(
            MISSING_KEY.error(
                ("azure-native:location",), "missing; add azure-native:location with a region such as westeurope"
            )
        )
    environment = None
    if values.get("cilia:environment") is None:
        reader.problems.append(
            MISSING_KEY.error(("cilia:environment",), "missing; add cilia:environment with a resourceGroup")
        )
    else:
        environment = reader.model(EnvironmentConfig, values["cilia:environment"], ("cilia:environment",))
    networks = reader.models(NetworkConfig, "cilia:networks")
    clusters = {key: reader.cluster(key, value) for key, value in reader.mapping("cilia:clusters").items()}
    policies, existing = _policies(reader)
    config = StackConfig(
        location=location,
        subscription_id=reader.text(
            "azure-native:subscriptionId", _SUBSCRIPTION, "00000000-0000-0000-0000-000000000000"
        ),
        environment=environment,
        networks=networks,
        clusters={key: cluster for key, cluster in clusters.items() if cluster is not None},
        monitoring=_monitoring(reader, values.get("cilia:monitoring")),
        policies=policies,
        existing_clusters=existing,
        secrets=frozenset(reader.mapping("cilia:secrets")),
        accept=reader.accepted(),
    )
    return Parsed(config, tuple(reader.problems), tuple(reader.skipped))


def _monitoring(reader: _Reader, value: object) -> MonitoringConfig:
    found = None if value is None else reader.model(MonitoringConfig, value, ("cilia:monitoring",))
    return found or MonitoringConfig()


def _policies(reader: _Reader) -> tuple[dict[str, ClusterPoliciesConfig], dict[str, ExistingClusterConfig]]:
    """Bundles by cluster, and clusters that exist already; what most stacks have not is not even imported."""
    if reader.values.get(POLICIES) is None and reader.values.get(EXISTING_CLUSTERS) is None:
        return {}, {}
    from policies.attachment import ClusterPoliciesConfig, ExistingClusterConfig  # noqa: PLC0415 - takes time

    return reader.models(ClusterPoliciesConfig, POLICIES), reader.models(ExistingClusterConfig, EXISTING_CLUSTERS)


def _unknown_top_level(values: Mapping[str, object]) -> Iterable[Problem]:
    for key in values:
        namespace, _, name = key.partition(":")
        if namespace == "cilia" and name not in KNOWN_KEYS:
            yield UNKNOWN_KEY.error((key,), unknown_key(name, KNOWN_KEYS))
