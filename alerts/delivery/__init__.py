"""The outbox, messages and digests, and sending them."""
