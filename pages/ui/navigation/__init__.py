"""Addresses, lessons, links from page to page, the form of an experiment."""
