"""Nothing here is collected: these are packages of somebody else's, and `test_strangers.py` builds and tests them."""

collect_ignore_glob = ["*"]
