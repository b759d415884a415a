"""Sources that are remembered: where files come from again, and how they are fetched."""
