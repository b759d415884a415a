"""The pieces of page Data: what was dropped, what was found in it, what it means, and what is loaded."""
