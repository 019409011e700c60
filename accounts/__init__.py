"""Who may do what: roles, signing in, sessions, and who changed what."""
