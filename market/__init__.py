"""Market time: runs, their intervals, operating dates. It imports nothing of ours. Pure."""
