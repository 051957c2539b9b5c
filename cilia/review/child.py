"""Records programs of another revision, in a process of its own: jobs come on stdin, results go to files.

The recorder is this revision's, so that both sides are measured alike; the program and everything that it imports from
its project are the other's. Nothing of this project may be imported here that the other could mean instead.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def main() -> int:
    """Does the jobs, one after the other; each result is a file of its own, complete or not there."""
    own = Path(__file__).resolve().parents[2]
    from cilia.record import ProgramError, record  # noqa: PLC0415 - while this project is first on the path

    # last, not gone: it is where everything is installed if this project is too
    sys.path.sort(key=lambda path: Path(path).resolve() == own)
    for job in json.load(sys.stdin):
        os.environ.update(job["environment"])
        try:
            recording = record(
                Path(job["program"]),
                project=job["project"],
                stack=job["stack"],
                config=job["config"],
                secret_keys=job["secretKeys"],
            )
        except ProgramError as error:
            _write(job["result"], {"failure": str(error), "details": error.details})
        except SystemExit as end:
            _write(job["result"], {"failure": f"the program ended itself by sys.exit({end.code})", "details": ""})
        else:
            resources = [
                {**resource.as_json(), "sources": {name: list(urns) for name, urns in resource.sources.items()}}
                for resource in recording.resources
            ]
            _write(job["result"], {"resources": resources})
    return 0


def _write(file: str, content: Mapping[str, Any]) -> None:
    unfinished = Path(f"{file}.unfinished")
    unfinished.write_text(json.dumps(content), encoding="utf-8")
    unfinished.replace(file)


if __name__ == "__main__":
    sys.exit(main())
