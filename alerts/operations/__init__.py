"""Whether this installation works: what is looked at, and the alerts that open when it does not."""
