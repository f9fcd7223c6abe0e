"""How messages leave: by Apprise, by Alertmanager; and the heartbeat."""
