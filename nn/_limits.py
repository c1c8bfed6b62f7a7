"""How much is taken in from files: what is larger is refused before memory is set aside for it.

A file from elsewhere may promise anything: an array of 2⁹⁶ entries in 16 bytes, a network of a million layers in one
line, gigabytes of zeros in a gzip file of some megabytes. These are the bounds of what is believed. They stand well
above what networks on one processor learn from; what is said here is said in SECURITY.md too.
"""

from __future__ import annotations

__all__ = [
    "DEEPEST_NETWORK",
    "MOST_CELLS",
    "MOST_CLASSES",
    "MOST_COLUMNS",
    "MOST_CONFIG_BYTES",
    "MOST_DATA_BYTES",
    "MOST_INPUTS",
    "MOST_LAYERS",
    "MOST_NAMES",
    "MOST_PICTURE_PIXELS",
    "MOST_ROWS",
]

MOST_DATA_BYTES = 2**30  # of a file of data, and of what a compressed one unpacks to
MOST_CELLS = 50_000_000  # of a table: each takes some 60 bytes as text
MOST_ROWS = 10_000_000  # of a table
MOST_COLUMNS = 2**18  # of a table, and pixels of an image
MOST_PICTURE_PIXELS = 2**26  # of a PNG or JPEG file, before it is scaled down
MOST_NAMES = 4_000_000  # characters of the names of columns and categories, which config.json has to hold
MOST_CLASSES = 1000
MOST_INPUTS = 500_000_000  # rows × inputs or outputs of the network: 2 GB in single precision
MOST_CONFIG_BYTES = 2**26  # of a run's config.json, and of the header of a checkpoint
MOST_LAYERS = 10_000  # of a described network, over all levels
DEEPEST_NETWORK = 100  # levels of networks within networks
