"""What the front page shows is what people get."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cilia.main import VERBS, main
from tools.demo_pr import repository

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
TODAY = "2026-08-21"
_PAGES = ["README", *(file.stem for file in sorted((ROOT / "docs").glob("*.md")))]

ALLOWS_EVERYTHING = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: partner, namespace: sandbox}
spec:
  podSelector: {}
  policyTypes: [Ingress]
  ingress:
    - {}
"""


@pytest.fixture(autouse=True)
def in_the_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("NO_COLOR", "1")


def test_preview_on_the_front_page_is_what_the_dev_stack_gives(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["preview", "dev", "--today", TODAY]) == 0
    assert f"```console\n{capsys.readouterr().out}```" in README


def test_stack_file_on_the_front_page_is_the_dev_stack() -> None:
    assert f"```yaml\n{(ROOT / 'stacks' / 'Pulumi.dev.yaml').read_text()}```" in README


def test_refusal_on_the_front_page_is_what_validate_says(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The production stack with a pod range half as large."""
    file = tmp_path / "Pulumi.prod.yaml"
    file.write_text((ROOT / "stacks" / "Pulumi.prod.yaml").read_text().replace("192.168.0.0/18", "192.168.0.0/19"))

    assert main(["validate", str(file), "--today", TODAY]) == 1
    said = capsys.readouterr().out.replace(str(file), "stacks/Pulumi.prod.yaml")
    assert f"```console\n$ cilia validate prod\n{said}```" in README


def test_review_on_the_front_page_is_what_preview_says(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The production stack with a pod range twice as large; the page has the verdict and what comes first."""
    stack = (ROOT / "stacks" / "Pulumi.prod.yaml").read_text()
    with repository("prod", stack) as place:
        file = place / "stacks" / "Pulumi.prod.yaml"
        file.write_text(stack.replace("podCidr: 192.168.0.0/18", "podCidr: 192.168.0.0/17"))
        monkeypatch.chdir(place)
        assert main(["preview", "prod", "--against", "main", "--today", TODAY]) == 1
    said = re.sub(r" \(\w{7}\)", "", capsys.readouterr().out)

    first = said[: said.index("\n\n", said.index("refused, replaced"))]
    assert f"```console\n$ cilia preview prod --against main\n{first}\n…\n```" in README


def test_finding_in_a_policy_on_the_front_page_is_what_validate_says(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bundle of the dev stack with a manifest by hand, in which `- {}` is all that a rule says."""
    with repository("dev", (ROOT / "stacks" / "Pulumi.dev.yaml").read_text()) as place:
        bundles = place / "policies" / "bundles"
        (bundles / "manifests" / "partner.yaml").write_text(ALLOWS_EVERYTHING)
        with (bundles / "deny-all-with-dns.yaml").open("a") as bundle:
            bundle.write("  - raw: [manifests/partner.yaml]\n")
        monkeypatch.chdir(place)
        assert main(["validate", "dev", "--today", TODAY]) == 1

    assert f"```console\n$ cilia validate dev\n{capsys.readouterr().out}```" in README


def test_every_command_is_on_the_front_page() -> None:
    assert set(re.findall(r"^\| `cilia ([a-z]+)", README, re.MULTILINE)) == set(VERBS)


@pytest.mark.parametrize(
    "page", [README, *(file.read_text() for file in sorted((ROOT / "docs").glob("*.md")))], ids=_PAGES
)
def test_pages_lead_to_files_that_are_there(page: str) -> None:
    links = {link.split("#")[0] for link in re.findall(r"\]\(([^)]+)\)", page) if not link.startswith(("http", "#"))}
    base = ROOT if page == README else ROOT / "docs"

    assert [link for link in sorted(links) if link and not (base / link).exists()] == []
