"""The Pulumi program: load the stack file, build what it says, export what people need afterwards."""

from __future__ import annotations

import pulumi

from stacks.build import build, exports, load_stack

plan = load_stack()
deployed = build(plan)
for name, value in exports(plan, deployed).items():
    pulumi.export(name, value)
