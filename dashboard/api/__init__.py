"""`/api/v1/`: what programs ask and tell, in JSON."""
