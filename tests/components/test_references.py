"""Names for references."""

from __future__ import annotations

from components.references import named
from components.values import StackOutput

_SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000000"


def test_references_get_names_of_their_own_and_each_once() -> None:
    first, second = f"{_SUBSCRIPTION}/resourceGroups/a/providers/X.Y/z/kv", f"{_SUBSCRIPTION}/resourceGroups/b/z/kv"
    output = StackOutput("org/hub", "vaults.apps")
    assert named([first, second, first.upper(), output, "key"]) == {
        "kv": first,
        "kv-2": second,
        "org-hub-vaults-apps": output,
        "key": "key",
    }
    assert named([second], {"kv": first, "own": second.upper()}) == {"kv": first, "own": second.upper()}
