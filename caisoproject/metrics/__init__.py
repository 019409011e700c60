"""`/metrics`, for Prometheus: what every web process answers the same, whoever is asked."""
