"""What people do every day, as flows over calls: one file each."""
