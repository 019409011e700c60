"""The paper desk: what advice that was issued came to, day by day."""
