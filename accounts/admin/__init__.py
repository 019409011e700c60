"""The admin of accounts: users and groups, wrong log-ins, the history of changes."""

from accounts.admin import attempts, history, users

__all__ = ["attempts", "history", "users"]
