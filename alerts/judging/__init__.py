"""Rules against what the feed brought: alerts are opened, cleared and retracted."""
