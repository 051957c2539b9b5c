"""The address plan as a picture and as Markdown."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from cilia.plan_data import PlanData, plan_data
from cilia.plan_markdown import plan_markdown
from cilia.plan_svg import plan_svg
from stacks.load import load_file

SVG = "{http://www.w3.org/2000/svg}"
STACK = """
config:
  azure-native:location: westeurope
  cilia:environment: {resourceGroup: {name: rg-a}, protect: false}
  cilia:networks:
    main:
      addressSpace: [10.0.0.0/16]
      connectedRanges: {office: [10.8.0.0/14]}
      subnets:
        nodes: {cidr: 10.0.0.0/18}
        old: {cidr: 10.0.64.0/19, retired: true}
  cilia:clusters:
    main:
      kubernetesVersion: "1.35"
      network: main
      networking: {mode: overlay, podCidr: 192.168.0.0/16, serviceCidr: 172.20.0.0/16}
      systemPool: {subnet: nodes, count: 3, maxPods: 110}
"""


@pytest.fixture
def plan(tmp_path: Path) -> PlanData:
    file = tmp_path / "Pulumi.a.yaml"
    file.write_text(STACK)
    return plan_data(load_file(file, today=date(2026, 9, 1)))


@pytest.fixture
def picture(plan: PlanData) -> ET.Element:
    return ET.fromstring(plan_svg(plan))  # noqa: S314 - our own output


def _area(picture: ET.Element, hint: str) -> float:
    (box,) = [box for box in picture.iter(f"{SVG}rect") if box.findtext(f"{SVG}title") == hint]
    return float(box.attrib["width"]) * float(box.attrib["height"])


def test_boxes_of_the_map_have_areas_as_their_ranges_have_addresses(picture: ET.Element) -> None:
    whole = _area(picture, "10.0.0.0/16")

    assert _area(picture, "nodes 10.0.0.0/18") == pytest.approx(whole / 4)
    assert _area(picture, "old 10.0.64.0/19") == pytest.approx(whole / 8)
    assert _area(picture, "10.0.128.0/17: in no subnet") == pytest.approx(whole / 2)


def test_ranges_side_by_side_have_one_scale(picture: ET.Element) -> None:
    office = _area(picture, "office 10.8.0.0/14")

    assert _area(picture, "main pods 192.168.0.0/16") == pytest.approx(office / 4, rel=0.01)
    assert _area(picture, "main services 172.20.0.0/16") == pytest.approx(office / 4, rel=0.01)


def test_bar_of_a_subnet_shows_what_is_used_to_scale(picture: ET.Element) -> None:
    used = _area(picture, "4 used at most: main/system nodes")
    free = _area(picture, "16,375 free")

    assert used / free == pytest.approx(4 / 2**14, abs=0.0005)


def test_every_subnet_has_its_number_in_the_map_or_beside_it(tmp_path: Path) -> None:
    small = ("nodes: {cidr: 10.0.0.0/18}", "nodes: {cidr: 10.0.0.0/18}\n        tiny: {cidr: 10.0.96.0/29}")
    file = tmp_path / "Pulumi.b.yaml"
    file.write_text(STACK.replace(*small).replace("old:", "other: {cidr: 10.0.97.0/29}\n        old:"))
    picture = ET.fromstring(plan_svg(plan_data(load_file(file, today=date(2026, 9, 1)))))  # noqa: S314 - our own output
    badges = [text for text in picture.iter(f"{SVG}text") if text.attrib.get("class") == "badge"]
    in_map = [badge for badge in badges if float(badge.attrib["x"]) < 460]
    assert sorted(str(badge.text) for badge in in_map) == ["1", "2", "3", "4"]
    beside = [float(badge.attrib["y"]) for badge in in_map if float(badge.attrib["x"]) > 428]
    assert len(beside) == 2
    assert abs(beside[0] - beside[1]) >= 12
    assert len([path for path in picture.iter(f"{SVG}path") if path.attrib["class"] == "lead"]) == 2


def test_picture_is_one_file_without_scripts_or_outside_references(plan: PlanData) -> None:
    picture = plan_svg(plan)

    assert "<script" not in picture
    assert "href" not in picture
    assert "@import" not in picture
    assert picture.count("http") == 1  # the name of SVG itself


def test_picture_says_every_range_in_selectable_text(picture: ET.Element) -> None:
    said = {"".join(words.itertext()) for words in picture.iter(f"{SVG}text")}

    assert {"nodes10.0.0.0/18", "old10.0.64.0/19", "172.20.0.0/16", "10.8.0.0/14", "192.168.0.0/16"} <= said
    assert "nodes: 3 now, 3 at autoscaler maximum, 4 during an upgrade, limit 256" in said


def test_picture_of_strange_names_is_still_a_picture(tmp_path: Path) -> None:
    file = tmp_path / "Pulumi.<&>.yaml"
    file.write_text(STACK)

    picture = plan_svg(plan_data(load_file(file, today=date(2026, 9, 1))))

    assert ET.fromstring(picture).findtext(f"{SVG}title") == "Address plan of <&>"  # noqa: S314


def test_markdown_has_a_row_for_every_subnet(plan: PlanData) -> None:
    lines = list(plan_markdown(plan))

    assert "| nodes | `10.0.0.0/18` | 16,379 | 4 | 16,375 | main/system nodes |" in lines
    assert "| old | `10.0.64.0/19` | 8,187 | 0 | 8,187 | retired |" in lines
    assert "| nodes | 3 | 3 | 4 | 256 |" in lines
    assert "In no subnet: 40,960 addresses (`10.0.96.0/19`, `10.0.128.0/17`)" in lines
