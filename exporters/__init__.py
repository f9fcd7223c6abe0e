"""exporters: what leaves the daemon: metrics, rules, dashboards, documents. Imports none of the other four packages."""
