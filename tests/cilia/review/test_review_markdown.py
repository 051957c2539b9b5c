"""Reviews as a comment: verdict first, dangers open, the rest folded, never longer than GitHub takes."""

from __future__ import annotations

import re

import pytest

from cilia.review.addresses import AddressChange
from cilia.review.policies import PolicyChanges
from cilia.review.review_markdown import LIMIT_CHARACTERS, review_markdown
from tests.cilia.review.builder import CLUSTER, POOL, urn
from tests.cilia.review.reviews import change, review

CLUSTER_URN = urn(CLUSTER, "main")


def test_comment_as_a_whole() -> None:
    found = review_markdown(
        [
            review(stack="quiet"),
            review(
                change("inPlace", name="other"),
                change("replace", "refused", path="podCidr", before="10.0.0.0/18", after="10.0.0.0/17"),
                change("replace", name="user", type=POOL, path="resourceName", cause=CLUSTER_URN),
                stack="prod",
                notes=("the project lay in infra",),
                addresses=(AddressChange("main", "pods", "10.0.0.0/18", "10.0.0.0/17"),),
            ),
        ]
    )
    assert (
        found
        == """\
<!-- cilia review -->
## Cilia: **refused** (1 refused, 2 replaced, 1 updated in place)

### prod: 1 refused, 2 replaced, 1 updated in place

> the project lay in infra

- **refused, replaced** ManagedCluster main `podCidr`: `10.0.0.0/18` → `10.0.0.0/17`<br>this happens [MUT-06].

| Range | of | before | after |
|---|---|---|---|
| main | pods | `10.0.0.0/18` | `10.0.0.0/17` |

<details>
<summary>1 change because of these</summary>

- **replaced** AgentPool user `resourceName`: `a` → `b`<br>this happens [MUT-06]. Because of ManagedCluster main.

</details>

<details>
<summary>1 other change</summary>

- **updated in place** ManagedCluster other `tags.env`: `a` → `b`<br>this happens [MUT-06].

</details>


No changes: quiet.

Compared with `origin/main` (0123456), without credentials. More about a rule: `cilia explain MUT-06`."""
    )


def test_stacks_are_ordered_by_danger_whatever_order_they_come_in() -> None:
    reviews = [
        review(change("inPlace"), stack="mild"),
        review(change("refused"), stack="bad"),
        review(found=None, failure="stack lost at origin/main: boom", stack="lost"),
    ]
    titles = re.findall("^### (\\w+)", review_markdown(reviews), re.MULTILINE)
    assert titles == ["lost", "bad", "mild"]
    assert review_markdown(list(reversed(reviews))) == review_markdown(reviews)


def test_stack_without_an_answer_says_why() -> None:
    found = review_markdown([review(found=None, failure="stack dev at origin/main: boom")])
    assert "## Cilia: 1 stack without an answer\n\n### dev\n\n**No answer:** stack dev at origin/main: boom\n" in found


def test_stack_with_errors_lists_them() -> None:
    found = review_markdown([review(found=None, text="config: {}\n")])
    assert "**No answer:** the stack has errors, so that nothing can be deployed" in found
    assert "- error: `stacks/Pulumi.dev.yaml:1` `environment` missing; " in found


@pytest.mark.parametrize(("stacks", "changes"), [(1, 1), (1, 500), (40, 20), (2000, 1)])
def test_comment_fits_whatever_there_is_to_say(stacks: int, changes: int) -> None:
    long = {"before": "<" * 500, "after": "|`" * 500, "message": "&" * 3000}
    dangers = [change("replace", name=f"c{number}", **long) for number in range(changes)]
    mild = [change("inPlace", name=f"d{number}") for number in range(changes)]
    many = [review(*dangers, *mild, stack=f"stack-{number}") for number in range(stacks)]
    assert len(review_markdown(many)) <= LIMIT_CHARACTERS


def test_what_was_cut_is_counted_and_the_least_important_goes_first() -> None:
    dangers = [change("replace", name=f"danger{number}", message="x" * 300) for number in range(100)]
    harmless = [change("inPlace", name=f"mild{number}", message="x" * 300) for number in range(100)]
    found = review_markdown([review(*harmless, *dangers, stack="prod")])
    assert all(f"danger{number} " in found for number in range(100))
    kept = len(re.findall(r"ManagedCluster mild\d", found))
    assert 0 < kept < 100
    line = f"{100 - kept} more changes not shown, no room in a comment: `cilia preview prod --against origin/main`"
    assert line in found


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", "@everyone", "[link](https://example.com)", "a\n## title", "**bold**", "a | b"],
)
def test_values_are_no_markup(text: str) -> None:
    found = review_markdown([review(change("rolling", name="main", message=text, before=text, after="`"))])
    message = found[found.index("<br>") + 4 : found.index(" [MUT-06]")]
    assert not set("<>@[]*|\n") & set(message)
    assert f"`{text.replace(chr(10), ' ').replace('|', chr(92) + '|')}`" in found
    assert "→ `` ` ``" in found


def test_who_is_isolated_stands_before_the_changes_and_intents_after_them() -> None:
    line = {"cluster": "main", "namespace": "shop", "workloads": "app=a", "direction": "ingress", "by": "network"}
    policies = PolicyChanges(
        added=({"cluster": "main", "bundle": "shop", "layer": "flows", "intent": "a to b"},),
        isolation=({**line, "change": "lost"},),
    )
    found = review_markdown([review(change("disruptive"), policies=policies)])
    assert "\n\n**Changes**\n\n- **disruptive**" in found
    isolation, intents = (
        "**Isolation**\n\n- main: pods with app=a in shop are no longer isolated",
        "**Policies**\n\n- main: new in",
    )
    assert found.index(isolation) < found.index("- **disruptive**") < found.index(intents)
