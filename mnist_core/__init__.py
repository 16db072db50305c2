"""The library behind the drawing demo: how a convolutional network learns to read digits.

README.md beside this file says what each package is for, and how to use it.
"""
