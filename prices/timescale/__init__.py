"""What TimescaleDB adds where PostgreSQL has it. Nothing of ours depends on it."""
