"""The capacity rule of the dedicated data network: peaks of days against the contracted bandwidth. Pure."""
