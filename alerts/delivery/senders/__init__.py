"""One module for each kind of service that takes a message."""
