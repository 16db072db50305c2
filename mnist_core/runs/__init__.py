"""A training as a folder: its events, its history, its event files for TensorBoard."""
