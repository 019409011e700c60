"""What the exact optimum is made of: a linear programme, and stretches where burning pays."""
