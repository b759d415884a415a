"""Query → SQL tree. Compiles against a dataset's description; never connects to anything."""
