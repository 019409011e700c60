"""What `/battery/` says of a battery. All is pure but `pages`, `reading` and `past`."""
