"""Worksheets: what stands on one, and how it is written as PDF and HTML."""
