"""The few shapes that pictures need, as SVG text: no script, no outside reference, text that can be selected."""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

STYLE = """
svg { color-scheme: light dark; font-family: ui-sans-serif, system-ui, "Segoe UI", Helvetica, Arial, sans-serif; font-size: 13px }
.page { fill: #ffffff } text { fill: #1f2328 } .dim { fill: #59636e } .h1 { font-size: 20px; font-weight: 600 }
.h2 { font-size: 15px; font-weight: 600 } .mono { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; font-size: 12px }
.end { text-anchor: end } .mid { text-anchor: middle } .badge { font-size: 11px; font-weight: 600; text-anchor: middle }
.free { fill: #f0f2f5; stroke: #c4cad1 } .used { fill: #2f6fd0 } .room { fill: #bcd4f6 } .kept { fill: #7d8590 }
.subnet { fill: #bcd4f6; stroke: #2f6fd0 } .full { fill: #f5c2bd; stroke: #b42318 } .retired { fill: #d7dbe0; stroke: #7d8590 }
.pods { fill: #cdebd3; stroke: #1a7f37 } .services { fill: #fbe5b9; stroke: #9a6700 } .connected { fill: #e6dbf8; stroke: #7a4bc4 }
.now { fill: #1a7f37 } .growth { fill: #66b97b } .surge { fill: #d9a441 }
@media (prefers-color-scheme: dark) {
.page { fill: #0d1117 } text { fill: #e6edf3 } .dim { fill: #9198a1 }
.free { fill: #161b22; stroke: #3d444d } .used { fill: #4a8df0 } .room { fill: #1b3a68 } .kept { fill: #8b949e }
.subnet { fill: #1b3a68; stroke: #4a8df0 } .full { fill: #5c2320; stroke: #f47067 } .retired { fill: #2a313a; stroke: #8b949e }
.pods { fill: #12351d; stroke: #3fb950 } .services { fill: #44340f; stroke: #d29922 } .connected { fill: #35245a; stroke: #a987ea }
.now { fill: #3fb950 } .growth { fill: #23803a } .surge { fill: #d29922 }
}
"""


def document(width: float, height: float, title: str, shapes: Iterable[str]) -> str:
    """A whole picture."""
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}"'
            f' viewBox="0 0 {width:.0f} {height:.0f}" role="img" aria-label={quoteattr(title)}>',
            f"<title>{escape(title)}</title>",
            f"<style>{STYLE}</style>",
            rect(0, 0, width, height, "page"),
            *shapes,
            "</svg>",
        )
    )


def rect(x: float, y: float, width: float, height: float, look: str, hint: str = "") -> str:
    """A box; the hint shows when the pointer rests on it."""
    box = f'<rect class="{look}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
    return f"{box}><title>{escape(hint)}</title></rect>" if hint else f"{box}/>"


def text(x: float, y: float, words: str, look: str = "") -> str:
    """Words with their baseline at y."""
    return f'<text x="{x:.1f}" y="{y:.1f}"{f" class={quoteattr(look)}" if look else ""}>{escape(words)}</text>'


def line(x: float, y: float, *words: tuple[str, str]) -> str:
    """Words one after the other, each with its own look, spaced by whoever draws the letters."""
    parts = "".join(
        f'<tspan class={quoteattr(look)}{" dx=" + quoteattr("9") if index else ""}>{escape(said)}</tspan>'
        for index, (said, look) in enumerate(words)
    )
    return f'<text x="{x:.1f}" y="{y:.1f}">{parts}</text>'
