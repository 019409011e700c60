"""From the outbox to people: messages, digests, and the sending of both."""
