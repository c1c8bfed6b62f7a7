"""Training: the loop and what hooks into it, data in batches, history, checkpoints, compiled steps."""
