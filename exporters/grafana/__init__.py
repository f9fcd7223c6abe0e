"""Dashboards for Grafana as code: what they ask, how they look, and the files that Grafana reads them from."""
