"""HTTP to addresses that a user typed, which must not lead into our own network."""
