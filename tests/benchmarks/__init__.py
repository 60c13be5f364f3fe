"""Measures of speed and size (``make bench``). Never part of the tests: nothing here asserts."""
