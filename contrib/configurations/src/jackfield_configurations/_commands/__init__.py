"""What the commands do; imported when one runs. `command` declares them."""
