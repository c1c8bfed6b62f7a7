"""The derivatives of SciPy's special functions, by their kinds."""
