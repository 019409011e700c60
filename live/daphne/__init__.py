"""What knows Daphne's inside: bounds on connections, requests and what waits."""
