"""Bar charts as SVG, readable on light and on dark ground: medians as bars, least to greatest as a line."""

from html import escape

from contenders import base, title
from figures import of

PANELS = (("cpu_us", "µs CPU per request"), ("per_second", "requests/s"), ("p50_ms", "p50, ms"),
          ("p99_ms", "p99, ms"), ("p999_ms", "p99.9, ms"), ("rss_mb", "RSS, MB"))
COLUMNS = 2
WIDTH, PANEL, LABELS, FIGURES, ROW, HEAD, MARGIN = 900, 440, 140, 70, 24, 30, 10
STYLE = """
  text { font: 12px system-ui, sans-serif; fill: #24292f }
  .title { font-weight: 600; font-size: 14px } .head { font-weight: 600 }
  .bar { fill: #8c959f } .gyre { fill: #0969da } .spread { stroke: #24292f; stroke-width: 1.5 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .bar { fill: #6e7681 } .gyre { fill: #4493f8 } .spread { stroke: #e6edf3 }
  }
"""


def of_case(measured):
    """One picture for a case: a panel for each figure, a bar for each proxy."""
    panels = []
    for field, head in PANELS:
        bars = [(title(name), base(name) == "gyre", of(measured.rounds, name, field))
                for name in measured.proxies]
        panels.append((head, [bar for bar in bars if bar[2]]))
    return picture(measured.case.title, panels)


def picture(text, panels):
    """Panels of (head, bars), a bar being (label, whether it is Gyre's, spread)."""
    rows = max((len(bars) for _, bars in panels), default=0)
    tall = HEAD + ROW * rows + MARGIN
    height = HEAD + tall * ((len(panels) + COLUMNS - 1) // COLUMNS)
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
             f'aria-label="{escape(text)}">', f"<style>{STYLE}</style>",
             f'<text class="title" x="{MARGIN}" y="20">{escape(text)}</text>']
    for number, (head, bars) in enumerate(panels):
        x, y = MARGIN + number % COLUMNS * PANEL, HEAD + number // COLUMNS * tall
        lines.append(f'<text class="head" x="{x}" y="{y + 18}">{escape(head)}</text>')
        lines += _bars(x, y + HEAD, bars)
    return "\n".join([*lines, "</svg>"]) + "\n"


def _bars(x, y, bars):
    greatest = max((found.high for _, _, found in bars), default=0) or 1
    scale = (PANEL - LABELS - FIGURES - 2 * MARGIN) / greatest
    for row, (label, ours, found) in enumerate(bars):
        top, left = y + row * ROW, x + LABELS
        middle = top + ROW / 2
        yield f'<text x="{left - 6}" y="{middle + 4:.0f}" text-anchor="end">{escape(label)}</text>'
        yield (f'<rect class="bar{" gyre" if ours else ""}" x="{left}" y="{top + 3}" '
               f'width="{found.median * scale:.1f}" height="{ROW - 6}" rx="2"/>')
        low, high = left + found.low * scale, left + found.high * scale
        yield f'<line class="spread" x1="{low:.1f}" x2="{high:.1f}" y1="{middle}" y2="{middle}"/>'
        yield f'<text x="{high + 6:.1f}" y="{middle + 4:.0f}">{_short(found.median)}</text>'


def _short(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
