"""One module for each kind of service that we send to."""
