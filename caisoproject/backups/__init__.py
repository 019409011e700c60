"""Backups: one private file with the database, what people typed as JSON, and a manifest."""
