"""Stacks of the working tree against another revision: both programs recorded, compared and judged."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from cilia.errors import InputError
from cilia.preview_data import Preview, preview_stack
from cilia.project import Target, require_root
from cilia.review.addresses import AddressChange, address_changes
from cilia.review.base import Base, base_of, is_unchanged
from cilia.review.changes import Change, worst_of
from cilia.review.classify import classify
from cilia.review.other import Job, OtherError, Recordings, recorded
from cilia.review.policies import NO_POLICY_CHANGES, PolicyChanges, policy_changes
from cilia.review.worktree import Repository, Revision
from components.mutability.change import Effect
from stacks.load import STACKS_DIRECTORY, stack_name


@dataclass(frozen=True, slots=True)
class Review:
    """One stack against another revision.

    Attributes:
        preview: The stack as it is now.
        revision: What it is compared with.
        changes: What differs, with its effects; None where there is no answer.
        addresses: Which ranges come, go or move.
        policies: What that means for policies.
        notes: What a reader has to know about the comparison.
        failure: Why there is none, naming the revision; None if there is one, or the stack itself has none.
        details: The traceback of that.
    """

    preview: Preview
    revision: Revision
    changes: tuple[Change, ...] | None = None
    addresses: tuple[AddressChange, ...] = ()
    policies: PolicyChanges = NO_POLICY_CHANGES
    notes: tuple[str, ...] = ()
    failure: str | None = None
    details: str = ""

    @property
    def stack(self) -> str:
        """The stack's name."""
        return self.preview.loaded.stack

    @property
    def error(self) -> str | None:
        """Why there is no answer at all; problems of the stack are an answer."""
        return self.preview.error or self.failure

    @property
    def worst(self) -> Effect | None:
        """The worst effect; None without changes."""
        return worst_of(self.changes or ())

    def as_json(self) -> dict[str, object]:
        """The review in the contract's names."""
        content = self.preview.as_json()
        for whole in ("resources", "bundles"):
            content.pop(whole, None)
        problems = content.pop("problems")
        content["against"] = {"revision": self.revision.name, "commit": self.revision.commit}
        if self.failure:
            content["error"] = self.failure
        content["notes"] = list(self.notes)
        if self.changes is not None:
            content["changes"] = [change.as_json() for change in self.changes]
            content["addresses"] = [change.as_json() for change in self.addresses]
            content["policies"] = self.policies.as_json()
            content["worst"] = self.worst
        return {**content, "problems": problems}


@dataclass(frozen=True, slots=True)
class _Unchanged:
    """A stack at a revision that differs in nothing that its program reads."""


@dataclass(frozen=True, slots=True)
class _Failed:
    """A stack at a revision that cannot be read."""

    message: str


_Then = Base | _Unchanged | _Failed


def review(targets: Sequence[Target], name: str, *, today: date) -> Generator[Review, None, None]:
    """Each target in turn, against a revision; both programs run at the same time.

    Raises:
        InputError: There is no such revision, or no repository.
    """
    for root, own in _by_root(targets):
        repository = Repository.of(root)
        yield from _reviewed(own, repository, repository.revision(name), today)


def gone(name: str) -> list[str]:
    """Stacks of the project whose files a revision has and the working tree has not.

    Raises:
        InputError: There is no such revision, or no repository.
    """
    root = require_root()
    repository = Repository.of(root)
    changed = map(Path, repository.changed(repository.revision(name)))
    files = [path for path in changed if path.parent == Path(STACKS_DIRECTORY) and path.match("Pulumi.*.yaml")]
    return [stack_name(path) for path in files if not (root / path).exists()]


def _by_root(targets: Sequence[Target]) -> list[tuple[Path, list[Target]]]:
    found: dict[Path, list[Target]] = {}
    for target in targets:
        found.setdefault(require_root(target.file.parent).resolve(), []).append(target)
    return list(found.items())


def _reviewed(targets: list[Target], repository: Repository, revision: Revision, today: date) -> Iterator[Review]:
    changed = repository.changed(revision)
    then: dict[Path, _Then] = {
        target.file: _Unchanged() for target in targets if _is_unchanged(target, changed, repository, revision)
    }
    rest = [target for target in targets if target.file not in then]
    with contextlib.ExitStack() as left:
        recordings = None
        if rest:
            place = left.enter_context(repository.checkout(revision))
            then.update((target.file, _then(target, repository, revision, place / "tree")) for target in rest)
            # rules that depend on the date are those of the day: what has run out since was fine when it was deployed
            day = min(today.isoformat(), revision.day or today.isoformat())
            jobs = [job for target in rest if (job := _job(target, then[target.file], day))]
            recordings = left.enter_context(recorded(jobs, place)) if jobs else None
        for target in targets:
            preview = preview_stack(target.file, repository.root, today=today)
            begun = Review(preview, revision, notes=tuple(_printed_only(preview, changed)))
            yield _compared(begun, target, then[target.file], recordings)


def _printed_only(preview: Preview, changed: Sequence[str]) -> Iterator[str]:
    """That the program has no part in policies which something else writes to a cluster."""
    plan = preview.loaded.plan
    if plan is None or not any(path.startswith("policies/") or path.endswith(".yaml") for path in changed):
        return
    clusters = [key for key, policies in plan.policies.items() if policies.bundles and not policies.applied]
    if clusters:
        yield (
            f"policies of {', '.join(clusters)} are not part of this program, and not of this review either: compare"
            f" what cilia policies {preview.loaded.stack} prints"
        )


def _is_unchanged(target: Target, changed: list[str], repository: Repository, revision: Revision) -> bool:
    inside = target.file.resolve().is_relative_to(repository.root)
    return inside and is_unchanged(changed, target.stack) and repository.has(revision, target.file)


def _then(target: Target, repository: Repository, revision: Revision, tree: Path) -> _Then:
    try:
        return base_of(target.file, repository, revision, tree)
    except InputError as error:
        return _Failed(str(error))


def _job(target: Target, then: _Then, day: str) -> Job | None:
    if not isinstance(then, Base) or then.program is None:
        return None
    return Job(target.file, target.stack, then.program, then.config or {}, then.secret_keys, day)


def _compared(begun: Review, target: Target, then: _Then, recordings: Recordings | None) -> Review:
    recording = begun.preview.recording
    if isinstance(then, _Failed):
        return replace(begun, failure=then.message)
    if recording is None:
        return begun
    if isinstance(then, _Unchanged):
        return replace(begun, changes=())
    old = []
    if then.program is not None and recordings is not None:
        try:
            old = recordings.resources(target.file)
        except OtherError as error:
            failure = f"stack {begun.stack} at {begun.revision.name}: {error}"
            return replace(begun, failure=failure, details=error.details)
    new = recording.resources
    return replace(
        begun,
        changes=tuple(classify(old, new)),
        addresses=tuple(address_changes(old, new)),
        policies=policy_changes(old, new),
        notes=(*then.notes, *begun.notes),
    )
