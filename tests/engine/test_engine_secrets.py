"""Planted secrets are looked for in everything that is written or printed: state, history, logs, previews, reviews.

Left out are what has to hold them: the simulated Azure and its API servers, and Pulumi's own debug log of all calls.
"""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.engine.harness import STACK, Engine, Outcome
from tests.engine.invokes import PLANTED_TOKEN

pytestmark = pytest.mark.engine

STACK_FILE = """\
config:
  azure-native:location: westeurope
  cilia:environment: {resourceGroup: {name: rg-secrets}, protect: false}
  cilia:networks:
    main: {addressSpace: [10.34.0.0/16], subnets: {nodes: {cidr: 10.34.0.0/24}}}
  cilia:clusters:
    main:
      kubernetesVersion: "1.35"
      network: main
      inCluster: apply
      networking:
        mode: byocni
        podCidr: 100.64.0.0/16
        cilium:
          version: 1.19.6
          maskSize: 24
          hubble: {relay: true}
          encryption: {type: ipsec, key: {secret: ipsec}}
          values:
            operator: {extraArgs: [--one, {secret: argument}]}
            tls: {ca: {cert: {secret: certificate}, key: {secret: key}}}
      systemPool: {subnet: nodes, count: 3, maxPods: 110}
"""
PLANTED = {
    "ipsec": "3+ rfc4106(gcm(aes)) 0011223344556677889900112233445566778899 128",
    "certificate": "planted-certificate-9d21\nsecond line",
    "key": 'planted "key" 77aa\nof two lines',
    "argument": "planted-argument-c0ffee",
    "unused": "planted-unused-5511",
}


@pytest.fixture
def engine(engine: Engine) -> Engine:
    """A stack with a secret in every place that takes one; in a git repository, so that reviews can compare."""
    engine.environment["CILIA_TODAY"] = "2026-08-21"
    engine.repository(STACK_FILE)
    assert engine.run("stack", "init", STACK).code == 0
    for name, value in PLANTED.items():
        path = f"cilia:secrets.{name}"
        assert engine.run("config", "set", "--stack", STACK, "--secret", "--path", path, value).code == 0
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "as it was"]):
        identity = ["-c", "user.name=test", "-c", "user.email=test@example.com"]
        subprocess.run(["git", *identity, *command], cwd=engine.project, check=True)
    return engine


def rewrite(engine: Engine, old: str, new: str) -> None:
    """An edit of the stack file; the secrets in it stay as Pulumi wrote them."""
    path = engine.project / "stacks" / f"Pulumi.{STACK}.yaml"
    before = path.read_text()
    assert old in before
    path.write_text(before.replace(old, new))


def spellings(secret: str) -> Iterator[str]:
    """How a secret may look: as it is, in JSON, in base64 at each of its three offsets."""
    for text in (secret, *secret.splitlines()):
        yield text
        yield json.dumps(text)[1:-1]
        for offset in range(3):
            # without the first and last characters, which depend on what stands beside it
            yield base64.b64encode(b" " * offset + text.encode()).decode()[4:-4]


def leaks(found: Iterable[tuple[str, str]]) -> list[str]:
    """Where a planted secret can be read."""
    secrets = {**PLANTED, "credential": PLANTED_TOKEN}
    wanted = {
        spelling: name for name, secret in secrets.items() for spelling in spellings(secret) if len(spelling) > 11
    }
    return sorted(
        {f"{name} in {place}" for place, text in found for spelling, name in wanted.items() if spelling in text}
    )


def written(folder: Path) -> Iterator[tuple[str, str]]:
    """Every file below a folder."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            yield str(path), path.read_bytes().decode("utf-8", "replace")


def said(outcome: Outcome) -> tuple[str, str]:
    """What a command printed, and its log of events."""
    return " ".join(outcome.command), outcome.text + json.dumps(outcome.events)


def answered(engine: Engine, *arguments: str, code: int = 0, text: str = "") -> tuple[str, str]:
    """What our own command line printed."""
    done = engine.cilia(*arguments, text=text)
    assert done.returncode == code, done.stderr
    return f"cilia {' '.join(arguments)}", done.stdout + done.stderr


def test_search_finds_what_is_there() -> None:
    encoded = base64.b64encode(f"[{PLANTED['key']}]".encode()).decode()

    found = leaks([("a", json.dumps(PLANTED["certificate"])), ("b", encoded), ("c", PLANTED_TOKEN), ("d", "nothing")])

    assert found == ["certificate in a", "credential in c", "key in b"]


def test_no_secret_is_in_the_state_or_in_what_pulumi_says(engine: Engine) -> None:
    heard = [said(engine.preview("--diff")), said(engine.preview("--json"))]
    fault = {"kind": "fail-before", "method": "Create", "type": "Release", "message": "admission webhook denied it"}
    engine.cloud.order(faults=[fault])
    failed = engine.up("--diff")
    assert failed.code != 0
    assert any("admission webhook denied it" in error for error in failed.errors)
    up = engine.up("--skip-preview", "--diff")
    assert up.failures == []
    rewrite(engine, "relay: true", "relay: true, ui: true")
    edited = [engine.preview("--diff"), engine.up("--skip-preview", "--diff"), engine.refresh("--diff")]
    assert [outcome.failures for outcome in edited] == [[], [], []]
    heard += [said(failed), said(up), *(said(outcome) for outcome in edited)]
    heard += [("stack output", json.dumps(engine.outputs())), ("stack export", engine.export())]
    state = {label: json.dumps(item) for label, item in engine.resources().items()}
    with engine.cloud.transaction() as world:
        arrived = json.dumps(world.kubernetes)
    heard.append(said(engine.destroy("--skip-preview")))

    # they came to their places, and are encrypted in the state
    assert [name for name, secret in PLANTED.items() if json.dumps(secret)[1:-1] not in arrived] == ["unused"]
    assert '"ciphertext"' in state["Secret main-ipsec"]
    assert '"ciphertext"' in state["Release main-cilium"]
    assert leaks(heard) == []
    assert leaks([*written(engine.folder / "backend"), *written(engine.project)]) == []


def test_no_secret_is_in_what_our_own_commands_say_or_write(engine: Engine, tmp_path: Path) -> None:
    assert engine.up("--skip-preview").failures == []
    rewrite(engine, "relay: true", "relay: true, ui: true")
    state = engine.export()
    out = tmp_path / "out"

    heard = [answered(engine, "preview", STACK, "-o", form) for form in ("text", "json")]
    heard += [answered(engine, "preview", STACK, "--against", "HEAD", "-o", form) for form in ("text", "json", "md")]
    heard += [answered(engine, verb, STACK, "-o", "json") for verb in ("validate", "plan", "policies", "runbook")]
    heard += [answered(engine, "adopt", STACK, "--state", "-", text=state)]
    heard += [answered(engine, "values", STACK, "--out", str(out / "apply"))]
    rewrite(engine, "inCluster: apply", "inCluster: gitops")
    heard += [answered(engine, "values", STACK), answered(engine, "values", STACK, "--out", str(out / "gitops"))]
    heard += [answered(engine, "policies", STACK, "--out", str(out / "policies"))]
    rewrite(engine, "{secret: argument}", "{secret: nowhere}")
    heard += [answered(engine, "validate", STACK, code=1)]

    assert "nowhere" in heard[-1][1]
    assert leaks(heard) == []
    assert leaks([*written(out), *written(engine.project)]) == []
