"""A recording has one order, the program's, and recordings know nothing of each other."""

from __future__ import annotations

from pathlib import Path

from cilia.record import record
from tests.cilia.program import run

MANY = """
import asyncio
from random import random, seed

def wobble(value):
    async def later():
        for _ in range(int(random() * 5)):
            await asyncio.sleep(0)
        return value
    return pulumi.Output.from_input(later())

seed()
group = azure.resources.ResourceGroup("group", resource_group_name=wobble("rg"))
class Part(pulumi.ComponentResource):
    def __init__(self, name):
        super().__init__("cilia:test:Part", name, {}, None)
        for key in ("b", "a"):
            child = f"{name}-{key}"
            k8s.core.v1.ConfigMap(child, metadata={"name": wobble(child)}, opts=Options(parent=self))
parts = [Part(f"part-{number}") for number in reversed(range(20))]
for name in ("late-b", "late-a"):
    wobble(name).apply(lambda name: k8s.core.v1.ConfigMap(name, metadata={"name": name}))
first = k8s.core.v1.ConfigMap("first", metadata={"name": "first"}, opts=Options(depends_on=[parts[0]]))
k8s.core.v1.ConfigMap("added", metadata={"name": "added"}, opts=Options(parent=parts[0]))
"""


def test_the_order_is_that_of_the_program_in_every_run(tmp_path: Path) -> None:
    orders = {tuple(resource.name for resource in run(tmp_path, MANY).resources) for _ in range(8)}

    (order,) = orders
    parts = [f"part-{number}" for number in reversed(range(20))]
    # `first` depends on a child of part-19 that the program makes after it; callbacks come last, by name.
    written = ["group", *(name for part in parts for name in (part, f"{part}-b", f"{part}-a"))]
    assert order == (*written, "added", "first", "late-a", "late-b")


def test_a_urn_holds_the_types_of_all_parents_but_the_stack_s(tmp_path: Path) -> None:
    recording = run(
        tmp_path,
        """
        outer = pulumi.ComponentResource("cilia:a:Outer", "outer")
        inner = pulumi.ComponentResource("cilia:b:Inner", "inner", opts=Options(parent=outer))
        k8s.core.v1.Namespace("deep", opts=Options(parent=inner))
        """,
    )

    assert [(resource.urn, resource.parent) for resource in recording.resources] == [
        ("urn:pulumi:dev::cilia::cilia:a:Outer::outer", None),
        ("urn:pulumi:dev::cilia::cilia:a:Outer$cilia:b:Inner::inner", "urn:pulumi:dev::cilia::cilia:a:Outer::outer"),
        (
            "urn:pulumi:dev::cilia::cilia:a:Outer$cilia:b:Inner$kubernetes:core/v1:Namespace::deep",
            "urn:pulumi:dev::cilia::cilia:a:Outer$cilia:b:Inner::inner",
        ),
    ]


def test_programs_can_be_recorded_one_after_another(tmp_path: Path) -> None:
    source = "k8s.core.v1.Namespace(pulumi.get_stack())"

    found = [run(tmp_path, source, stack=stack).resources[0].urn for stack in ("dev", "prod", "dev")]

    assert found == [
        "urn:pulumi:dev::cilia::kubernetes:core/v1:Namespace::dev",
        "urn:pulumi:prod::cilia::kubernetes:core/v1:Namespace::prod",
        "urn:pulumi:dev::cilia::kubernetes:core/v1:Namespace::dev",
    ]


def test_a_file_can_be_given_instead_of_a_directory(tmp_path: Path) -> None:
    (tmp_path / "other.py").write_text("import pulumi\npulumi.export('file', __file__)")

    recording = record(tmp_path / "other.py", project="cilia", stack="dev", config={})

    assert recording.outputs == {"file": str(tmp_path / "other.py")}
