"""Territories of Vietnam as a public data set has them: what there is since July 2025, and what was before."""
