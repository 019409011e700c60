"""Policies walked over past days: ways of acting, rivals, results, and back-tests as work."""
