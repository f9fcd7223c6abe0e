"""netwatch: the daemon. Settings, plan, schedule, state, verdicts, store, bus, queries, command line, web."""
