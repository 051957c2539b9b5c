"""`cilia adopt`: brings what exists in Azure, and not in Pulumi's state, under management, by two files for Pulumi.

The first is for `pulumi import --file`, from the ids that the program's resources have. The second is the state after
that import, without what the program never says and Pulumi would otherwise plan to undo.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from cilia.adoption.file import adoptable, import_file, only
from cilia.adoption.state import State, read_state
from cilia.adoption.trim import trim
from cilia.arguments import add_debug, add_today, today
from cilia.errors import InputError
from cilia.findings import report, unreadable
from cilia.output import document, listed, remark, result
from cilia.preview_data import preview_loaded
from cilia.project import require_root, target
from stacks.load import Loaded, load_file

if TYPE_CHECKING:
    from cilia.record import Resource

SUBSCRIPTION = "azure-native:subscriptionId"


def arguments(parser: ArgumentParser) -> None:
    """Adds the verb's arguments."""
    parser.add_argument("stack", metavar="STACK|FILE", help="a stack, or a stack file")
    parser.add_argument(
        "--state", required=True, metavar="FILE|-", help="the state, as `pulumi stack export` writes it; - reads stdin"
    )
    parser.add_argument(
        "--only", nargs="+", metavar="WHAT", help="ids, URNs or Pulumi names; everything that is missing if absent"
    )
    parser.add_argument(
        "--imported", metavar="FILE", help="after `pulumi import` of this file: the state for `pulumi stack import`"
    )
    parser.add_argument("--subscription", metavar="ID", help="where neither the stack file nor the state names one")
    add_today(parser)
    add_debug(parser)


def run(options: Namespace) -> int:
    """Prints the import file, or the state after the import; 1 if the stack has errors, 2 for unreadable input."""
    state = read_state(_text(options.state))
    imported = _imported(options.imported) if options.imported else None
    file, day = target(options.stack).file, today(options.today)
    loaded = load_file(file, today=day)
    report(loaded)
    if unreadable(loaded) or loaded.plan is None:
        return 2 if unreadable(loaded) else 1
    state.require_stack(loaded.stack)
    subscription = _subscription(loaded, state.subscription or options.subscription)
    preview = preview_loaded(_within(loaded, subscription), require_root(file.parent), today=day)
    if preview.recording is None:
        raise InputError(f"{loaded.file}: {preview.failure}")
    if imported is None:
        _print_import_file(preview.recording.resources, state, subscription, options.only)
    else:
        _print_state(preview.recording.resources, state, imported)
    return 0


def _print_import_file(
    program: Sequence[Resource], state: State, subscription: str, wanted: Sequence[str] | None
) -> None:
    found, left_out = adoptable(state.missing(program), state, subscription)
    for each in left_out:
        remark(f"left out: {each}")
    if not found:
        remark("the state lacks nothing that could be imported")
    document(import_file(only(wanted, found) if wanted else found, program, state))


def _print_state(program: Sequence[Resource], state: State, imported: object) -> None:
    trimmed = trim(state, program, imported)
    for name, paths in trimmed.left_to_azure.items():
        if paths:
            remark(f"{name}: the program says nothing of {listed(paths)}, which stays as it is in Azure")
    result(json.dumps(trimmed.content, indent=4, ensure_ascii=False))


def _subscription(loaded: Loaded, otherwise: str | None) -> str:
    """The subscription that ids are predicted in.

    Raises:
        InputError: Nobody names one, or what was said is none.
    """
    if otherwise and not _is_guid(otherwise):
        raise InputError(
            f"--subscription is {otherwise!r}, which is no subscription's id; "
            "'az account show --query id --output tsv' prints one"
        )
    configured = loaded.document.config.get(SUBSCRIPTION) or otherwise
    if not configured:
        raise InputError(
            f"{loaded.file} names no subscription and the state is empty; add {SUBSCRIPTION} to the file, or say "
            "--subscription $(az account show --query id --output tsv)"
        )
    return str(configured)


def _is_guid(text: str) -> bool:
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False


def _within(loaded: Loaded, subscription: str) -> Loaded:
    """The stack as it is in a subscription; names of role assignments depend on it, too."""
    config = {**loaded.document.config, SUBSCRIPTION: subscription}
    return replace(loaded, document=replace(loaded.document, config=config))


def _imported(name: str) -> object:
    try:
        return json.loads(_text(name))
    except ValueError as error:
        raise InputError(f"{name} is no JSON: {error}") from None


def _text(name: str) -> str:
    try:
        return sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{name} cannot be read: {(error.strerror or str(error)).lower()}") from None
    except UnicodeDecodeError:
        raise InputError(f"{name} is not UTF-8 text") from None
