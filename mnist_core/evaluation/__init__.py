"""How good a model is: metrics, kept predictions, perturbations, comparison of runs."""
