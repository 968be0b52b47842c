"""The systems, one file each: a file here with an entry named `METHOD` is a compared system; nothing else is needed.

A file imports nothing heavy at its top (no torch, no scikit-learn), so that `radiogene methods` answers at once.
"""
