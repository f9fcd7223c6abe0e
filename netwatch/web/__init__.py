"""What leaves netwatch by HTTP: /metrics, /healthz, /readyz and the read-only status page."""
