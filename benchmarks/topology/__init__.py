"""`make topology`: what deploy/compose.yaml describes, for real, as processes of this machine."""
