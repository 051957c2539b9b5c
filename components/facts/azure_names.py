"""What Azure calls its regions and service tags, from azure_names.json, which says as of when and whose.

New ones appear a few times a year: a name that is missing here is no error. Read on first use and once.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("azure_names.json")


@dataclass(frozen=True, slots=True)
class AzureNames:
    """The names.

    Attributes:
        as_of: The date of the lists.
        regions: Regions of all clouds, as `az account list-locations` names them.
        service_tags: Service tags, as their page spells them.
        tag_regions: Regions as some service tags abbreviate them.
    """

    as_of: str
    regions: frozenset[str]
    service_tags: tuple[str, ...]
    tag_regions: frozenset[str]

    def is_region(self, name: str) -> bool:
        """Whether a name is a region, in the form `West Europe` too."""
        return name.lower().replace(" ", "") in self.regions

    def is_service_tag(self, name: str) -> bool:
        """Whether a name is a tag, in any capitals, with a region or without."""
        known, lower = {tag.lower() for tag in self.service_tags}, name.lower()
        tag, _, region = lower.rpartition(".")
        return lower in known or (tag in known and region in self.regions | self.tag_regions)


@cache
def azure_names() -> AzureNames:
    """The lists."""
    content = json.loads(_FILE.read_text(encoding="utf-8"))
    return AzureNames(
        as_of=content["asOf"],
        regions=frozenset(name for cloud in content["regions"].values() for name in cloud),
        service_tags=tuple(content["serviceTags"]),
        tag_regions=frozenset(content["regionsOfServiceTags"]),
    )
