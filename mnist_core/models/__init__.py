"""Trained networks that are kept: store, card, weights, bundle, exports."""
