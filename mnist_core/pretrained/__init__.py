"""The two models that ship, and how the reader is made."""
