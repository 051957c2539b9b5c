"""Versions of Kubernetes and of the Istio add-on with their dates, from versions.json, which says as of when and whose.

Read on first use and once. Nothing here knows today's date: what asks about a date brings one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import NamedTuple

_FILE = Path(__file__).with_name("versions.json")
_VERSION = re.compile(r"1\.(0|[1-9][0-9]{0,2})(?:\.(0|[1-9][0-9]{0,3}))?")


class Version(NamedTuple):
    """A Kubernetes version; versions compare by age, a minor version being older than its patches.

    Attributes:
        minor: The 35 of 1.35.2.
        patch: The 2 of 1.35.2; -1 where only a minor version is meant.
    """

    minor: int
    patch: int = -1

    @property
    def minor_version(self) -> str:
        """The minor version as people write it, such as `1.35`."""
        return f"1.{self.minor}"

    @property
    def names_patch(self) -> bool:
        """Whether a patch version is given."""
        return self.patch >= 0


def parse_version(text: str) -> Version | None:
    """The version that `1.35` or `1.35.2` names; None where the text has another form."""
    match = _VERSION.fullmatch(text)
    return Version(int(match[1]), -1 if match[2] is None else int(match[2])) if match else None


@dataclass(frozen=True, slots=True)
class KubernetesRelease:
    """A minor version of Kubernetes as AKS offers it.

    Attributes:
        version: Such as `1.35`.
        minimum_cilium: The oldest Cilium that AKS runs with it, if it runs Cilium itself; None where not stated.
        general_availability: From when on AKS supports it in production, at the latest.
        community_end: Last day of community support.
        lts_end: Last day of long-term support.
    """

    version: str
    minimum_cilium: str | None
    general_availability: date
    community_end: date
    lts_end: date

    def support_end(self, *, long_term: bool) -> date:
        """Last day of support under one of the two plans."""
        return self.lts_end if long_term else self.community_end


@dataclass(frozen=True, slots=True)
class IstioRevision:
    """A revision of the Istio add-on.

    Attributes:
        name: Such as `asm-1-29`.
        end: Last day of support; from then on it cannot be newly installed.
        kubernetes: Minor versions of Kubernetes that it runs on.
    """

    name: str
    end: date
    kubernetes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VersionData:
    """Everything versions.json says.

    Attributes:
        as_of: When it was read from the sources.
        sources: Where each part comes from.
        kubernetes: Releases by minor version, oldest first.
        istio: Revisions by name, oldest first.
    """

    as_of: date
    sources: Mapping[str, str]
    kubernetes: Mapping[str, KubernetesRelease]
    istio: Mapping[str, IstioRevision]

    @property
    def newest_revision(self) -> str:
        """The newest revision of the Istio add-on, for examples."""
        return next(reversed(tuple(self.istio)))

    def compatible_revisions(self, minor_version: str) -> tuple[str, ...]:
        """Revisions of the Istio add-on that run on a minor version of Kubernetes, oldest first."""
        return tuple(name for name, revision in self.istio.items() if minor_version in revision.kubernetes)

    def supported(self, today: date, *, long_term: bool) -> tuple[KubernetesRelease, ...]:
        """Releases that AKS supports in production on a day, oldest first."""
        return tuple(
            release
            for release in self.kubernetes.values()
            if release.general_availability <= today <= release.support_end(long_term=long_term)
        )


@cache
def version_data() -> VersionData:
    """The version data, read once."""
    data = json.loads(_FILE.read_text(encoding="utf-8"))
    return VersionData(
        as_of=date.fromisoformat(data["asOf"]),
        sources=data["sources"],
        kubernetes={
            version: KubernetesRelease(
                version=version,
                minimum_cilium=row.get("minimumCilium"),
                general_availability=date.fromisoformat(row["generalAvailability"]),
                community_end=date.fromisoformat(row["communityEnd"]),
                lts_end=date.fromisoformat(row["ltsEnd"]),
            )
            for version, row in data["kubernetes"].items()
        },
        istio={
            name: IstioRevision(name, date.fromisoformat(row["end"]), tuple(row["kubernetes"]))
            for name, row in data["istioRevisions"].items()
        },
    )
