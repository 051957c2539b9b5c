"""The few shapes that pictures need, as SVG text: no script, no outside reference, text that can be selected."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

STYLE = """
svg { color-scheme: light dark; font: 13px ui-sans-serif, system-ui, "Segoe UI", Helvetica, Arial, sans-serif }
.h1 { font-size: 20px; font-weight: 600 } .h2 { font-size: 15px; font-weight: 600 }
.mono { font: 12px ui-monospace, "SF Mono", Menlo, Consolas, monospace }
.badge { font-size: 11px; font-weight: 600; text-anchor: middle }
.end { text-anchor: end } .mid { text-anchor: middle }
.page { fill: #ffffff } text { fill: #1f2328 } .dim { fill: #59636e }
.free { fill: #f0f2f5; stroke: #c4cad1 } .used { fill: #2f6fd0 } .room { fill: #bcd4f6 } .kept { fill: #7d8590 }
.subnet { fill: #bcd4f6; stroke: #2f6fd0 } .retired { fill: #d7dbe0; stroke: #7d8590 }
.pods { fill: #cdebd3; stroke: #1a7f37 } .services { fill: #fbe5b9; stroke: #9a6700 }
.connected { fill: #e6dbf8; stroke: #7a4bc4 } .lead { fill: none; stroke: #59636e; stroke-width: 0.7 }
.now { fill: #1a7f37 } .growth { fill: #66b97b } .surge { fill: #d9a441 }
@media (prefers-color-scheme: dark) {
.page { fill: #0d1117 } text { fill: #e6edf3 } .dim { fill: #9198a1 }
.free { fill: #161b22; stroke: #3d444d } .used { fill: #4a8df0 } .room { fill: #1b3a68 } .kept { fill: #8b949e }
.subnet { fill: #1b3a68; stroke: #4a8df0 } .retired { fill: #2a313a; stroke: #8b949e }
.pods { fill: #12351d; stroke: #3fb950 } .services { fill: #44340f; stroke: #d29922 }
.connected { fill: #35245a; stroke: #a987ea } .lead { stroke: #9198a1 }
.now { fill: #3fb950 } .growth { fill: #23803a } .surge { fill: #d29922 }
}
"""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle: its upper left corner and its sides, in pixels."""

    x: float
    y: float
    width: float
    height: float


def document(width: float, height: float, title: str, shapes: Iterable[str]) -> str:
    """A whole picture."""
    size = f'width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label={quoteattr(title)}>'
    named = f"<title>{escape(title)}</title>"
    return "\n".join(
        (head, named, f"<style>{STYLE}</style>", rect(Box(0, 0, width, height), "page"), *shapes, "</svg>")
    )


def rect(box: Box, look: str, hint: str = "") -> str:
    """A filled box; the hint shows when the pointer rests on it."""
    shape = f'<rect class="{look}" x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{box.height:.1f}"'
    return f"{shape}><title>{escape(hint)}</title></rect>" if hint else f"{shape}/>"


def text(x: float, y: float, words: str, look: str = "") -> str:
    """Words with their baseline at y."""
    return f'<text x="{x:.1f}" y="{y:.1f}"{f" class={quoteattr(look)}" if look else ""}>{escape(words)}</text>'


def stroke(x: float, y: float, to_x: float, to_y: float) -> str:
    """A thin line from one point to another."""
    return f'<path class="lead" d="M{x:.1f} {y:.1f} L{to_x:.1f} {to_y:.1f}"/>'


def line(x: float, y: float, *words: tuple[str, str]) -> str:
    """Words one after the other, each with its own look, spaced by whoever draws the letters."""
    parts = "".join(
        f"<tspan class={quoteattr(look)}{' dx=' + quoteattr('9') if index else ''}>{escape(said)}</tspan>"
        for index, (said, look) in enumerate(words)
    )
    return f'<text x="{x:.1f}" y="{y:.1f}">{parts}</text>'
