"""HTTP requests to URLs that users typed, which must never reach our own network."""
