"""One formula, four scripts: plain text, LaTeX, MathML, and text drawn in SVG."""
