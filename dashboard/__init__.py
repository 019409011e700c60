"""The dashboard: pages for prices and alerts, the log-in, health and metrics."""
