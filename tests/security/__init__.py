"""The threats of docs/security.md: each with its control, and the test that proves it."""
