"""What another battery would have earned."""
