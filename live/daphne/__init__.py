"""Everything that knows Daphne's inside: limits on connections, requests and backlogs."""
