"""The version data: complete, in order, and what AKS's pages say."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from components.facts.versions import Version, parse_version, version_data

_MONTH_ENDS = {"Mar 2026": date(2026, 3, 31), "Jul 2026": date(2026, 7, 31), "Nov 2026": date(2026, 11, 30)}


@pytest.mark.parametrize(
    ("version", "cilium", "community_end", "lts_end", "revisions"),
    [
        ("1.31", "1.16.16", date(2025, 11, 1), date(2026, 11, 30), (26, 27, 28, 29)),
        ("1.32", "1.17.9", date(2026, 3, 31), date(2027, 3, 31), (26, 27, 28, 29, 30)),
        ("1.33", "1.17.9", date(2026, 7, 31), date(2027, 7, 31), (26, 27, 28, 29, 30)),
        ("1.34", "1.18.6", date(2026, 11, 30), date(2027, 11, 30), (26, 27, 28, 29, 30)),
        ("1.35", "1.18.6", date(2027, 3, 31), date(2028, 3, 31), (27, 28, 29, 30)),
        ("1.36", "1.18.9", date(2027, 6, 30), date(2028, 6, 30), (29, 30)),
        ("1.37", None, date(2027, 10, 31), date(2028, 10, 31), ()),
    ],
)
def test_what_is_known_of_a_version(
    version: str, cilium: str | None, community_end: date, lts_end: date, revisions: tuple[int, ...]
) -> None:
    data = version_data()
    release = data.kubernetes[version]
    assert (release.version, release.minimum_cilium) == (version, cilium)
    assert (release.support_end(long_term=False), release.support_end(long_term=True)) == (community_end, lts_end)
    assert data.compatible_revisions(version) == tuple(f"asm-1-{number}" for number in revisions)


def test_revisions_end_on_the_last_day_of_their_month() -> None:
    ends = {name: revision.end for name, revision in version_data().istio.items()}
    assert ends == {
        "asm-1-26": date(2026, 4, 30),
        "asm-1-27": date(2026, 5, 31),
        "asm-1-28": date(2026, 8, 31),
        "asm-1-29": date(2026, 9, 30),
        "asm-1-30": date(2026, 12, 31),
    }


def test_versions_are_in_order_without_gaps() -> None:
    versions = [parse_version(version) for version in version_data().kubernetes]
    assert versions == [Version(minor) for minor in range(29, 38)]


def test_every_version_ages_in_order() -> None:
    for release in version_data().kubernetes.values():
        assert release.general_availability < release.community_end < release.lts_end


def test_revisions_run_on_known_versions() -> None:
    data = version_data()
    assert {version for revision in data.istio.values() for version in revision.kubernetes} <= set(data.kubernetes)


def test_data_says_as_of_when_and_from_where() -> None:
    data = version_data()
    assert data.as_of == date(2026, 8, 21)
    assert set(data.sources) == {"kubernetes", "minimumCilium", "istioRevisions"}
    assert all("https://learn.microsoft.com/azure/aks/" in source for source in data.sources.values())


@pytest.mark.parametrize(
    ("today", "community", "long_term"),
    [
        (date(2026, 9, 1), ["1.34", "1.35", "1.36"], ["1.31", "1.32", "1.33", "1.34", "1.35", "1.36"]),
        (
            date(2026, 11, 30),
            ["1.34", "1.35", "1.36", "1.37"],
            ["1.31", "1.32", "1.33", "1.34", "1.35", "1.36", "1.37"],
        ),
        (date(2026, 12, 1), ["1.35", "1.36", "1.37"], ["1.32", "1.33", "1.34", "1.35", "1.36", "1.37"]),
        (date(2030, 1, 1), [], []),
    ],
)
def test_supported_versions_on_a_day(today: date, community: list[str], long_term: list[str]) -> None:
    data = version_data()
    assert [release.version for release in data.supported(today, long_term=False)] == community
    assert [release.version for release in data.supported(today, long_term=True)] == long_term


def test_two_versions_are_supported_for_a_year_from_the_data_on() -> None:
    data = version_data()
    assert len(data.supported(data.as_of + timedelta(days=180), long_term=False)) >= 2


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("1.35", Version(35)),
        ("1.35.0", Version(35, 0)),
        ("1.35.12", Version(35, 12)),
        ("1", None),
        ("1.", None),
        ("v1.35", None),
        ("1.35.", None),
        ("01.35", None),
        ("1.35.2-rc.1", None),
        (" 1.35", None),
        ("1.35\n", None),
        ("2.0", None),
        ("1.٣", None),
    ],
)
def test_version_is_read_from_text(text: str, version: Version | None) -> None:
    assert parse_version(text) == version


def test_versions_compare_by_age() -> None:
    assert Version(34, 9) < Version(35) < Version(35, 0) < Version(35, 10) < Version(36)
    assert (Version(35, 2).minor_version, Version(35, 2).names_patch, Version(35).names_patch) == ("1.35", True, False)
