"""`/api/`: what programs ask, answered in JSON."""
