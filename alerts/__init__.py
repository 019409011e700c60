"""Rules on prices, the alerts they open, and the messages about them."""
