"""What the processes say of themselves: counts, request and task ids, traces."""
