"""The three markets, their intervals, operating dates and Pacific time. Pure."""
