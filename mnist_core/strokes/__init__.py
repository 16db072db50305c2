"""Drawings as pen paths: files, rasterizing, jitter, and what is no digit."""
