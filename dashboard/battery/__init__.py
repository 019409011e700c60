"""What `/battery/` says of a battery: texts and shapes. All but `reading` is pure."""
