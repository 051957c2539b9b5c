"""What an exported state says."""

from __future__ import annotations

import pytest

from cilia.adoption.state import read_state
from cilia.errors import InputError
from tests.cilia.adoption.samples import NETWORK, SUBNET_ID, SUBSCRIPTION, component, item, made, state, subnet

FIX = "write it with: pulumi stack export --file state.json"


RESOURCES = "the state's `resources` are not what Pulumi writes"
NO_RESOURCES = ['{"a": 1}', '["x"]', "[{}]", '[{"urn": 5, "type": "x"}]', '[{"urn": "x", "type": "x"}]']


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("no", f"the state is no JSON (Expecting value: line 1 column 1 (char 0)); {FIX}"),
        ("[]", f"the state has no `deployment`; {FIX}"),
        ('{"deployment": null}', f"the state has no `deployment`; {FIX}"),
        *((f'{{"deployment": {{"resources": {text}}}}}', f"{RESOURCES}; {FIX}") for text in NO_RESOURCES),
    ],
    ids=["text", "a list", "nothing in it", *NO_RESOURCES],
)
def test_what_is_no_state_is_refused_with_the_command_that_writes_one(text: str, message: str) -> None:
    with pytest.raises(InputError) as error:
        read_state(text)
    assert str(error.value) == message


def test_stack_that_was_never_deployed_has_no_resources() -> None:
    empty = read_state('{"version": 3, "deployment": {"manifest": {}}}')

    assert (empty.resources, empty.subscription) == ([], None)
    empty.require_stack("dev")


def test_subscription_is_that_of_the_first_azure_resource() -> None:
    release = made("kubernetes:helm.sh/v3:Release", "cilium", {})

    assert state(item(release, "kube-system/cilium"), item(subnet(), SUBNET_ID)).subscription == SUBSCRIPTION


def test_state_of_another_stack_is_refused() -> None:
    with pytest.raises(InputError, match=r"^the state is of stack 'dev', not 'prod'; export it with --stack prod$"):
        state().require_stack("prod")


def test_missing_is_what_pulumi_would_create() -> None:
    provider = made("pulumi:providers:kubernetes", "main", {})
    read = made("azure-native:managedidentity:UserAssignedIdentity", "read", {}, id="/subscriptions/x")
    present, missing = subnet("present"), subnet("missing")
    program = [component(NETWORK, "main"), provider, read, present, missing]

    assert list(state(item(present, "x")).missing(program)) == [missing]
