"""What the words mean: KPIs, formulas and journeys, and the catalogue of the ready-made ones."""
