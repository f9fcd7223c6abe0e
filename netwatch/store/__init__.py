"""The database: facts, verdicts and what goes with them, on SQLite or PostgreSQL. `contract` says what it promises."""
