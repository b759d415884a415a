"""Background runs: what is due is done while nobody looks."""
