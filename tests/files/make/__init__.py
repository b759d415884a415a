"""How the workbooks and archives of this folder were made: `python -m tests.files.make` writes them anew."""
