"""HTTP requests and DNS names as intents mean them, whichever engine compares them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class Request:
    """A request as a client sends it.

    Attributes:
        method: In capitals.
        target: Path and query.
        host: The Host header, with its port if it has one.
        headers: Other headers, names in lowercase.
    """

    method: str
    target: str
    host: str
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def path(self) -> str:
        """The path without the query."""
        return self.target.partition("?")[0]


@dataclass(frozen=True, slots=True)
class Requests:
    """Requests that an intent allows; what is empty does not restrict.

    Attributes:
        methods: Exact methods.
        path: `/data` exactly, `/data/*` for every path that begins with `/data/`.
        host: The host, compared without regard to case and port.
        headers: Exact values.
    """

    methods: tuple[str, ...] = ()
    path: str | None = None
    host: str | None = None
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def below(self) -> str | None:
        """For a path that ends with `/*`, what the paths begin with; else None."""
        return self.path.removesuffix("*") if self.path and self.path.endswith("/*") else None

    def allow(self, request: Request) -> bool:
        """Whether a request is among them."""
        if self.methods and request.method not in self.methods:
            return False
        if self.path is not None and not self._has_path(request.path):
            return False
        if (
            self.host is not None
            and request.host.rpartition(":")[0].lower() != self.host
            and request.host.lower() != self.host
        ):
            return False
        sent = dict(request.headers)
        return all(sent.get(name) == value for name, value in self.headers)

    def _has_path(self, path: str) -> bool:
        return path.startswith(self.below) if self.below is not None else path == self.path

    def __str__(self) -> str:
        parts = ["|".join(self.methods) or "any method", self.path or "any path"]
        if self.host:
            parts.append(f"at {self.host}")
        parts.extend(f"with {name}: {value}" for name, value in self.headers)
        return " ".join(parts)


@cache
def _expression(pattern: str) -> re.Pattern[str]:
    return re.compile("[-a-z0-9_]*".join(re.escape(part) for part in pattern.lower().split("*")))


def name_matches(pattern: str, name: str) -> bool:
    """Whether a DNS name matches a pattern as Cilium reads it: `*` never crosses a dot, alone it is every name."""
    return pattern == "*" or _expression(pattern).fullmatch(name.lower().removesuffix(".")) is not None
