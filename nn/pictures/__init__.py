"""Pictures of training: each one call, each a matplotlib Figure that a notebook shows and `savefig` keeps.

Needs matplotlib (``pip install 'gradbook[viz]'``), but no display.

* over the epochs: `curves`, `compare`, `gradient_norms`, `histograms` (the last two from what a `Watch` recorded)
* of a classifier: `boundary`, `boundary_animation`, `confusion`, `first_layer`
* of optimizers on a surface: `descent`, `descent_animation`
* of a whole fit, step by step: `travel`, from what a `Recording` kept
* of any numbers: `lines`, `images`, `surface`, `roc`
"""

from nn.figures import Animation
from nn.pictures.boundary import boundary, boundary_animation
from nn.pictures.confusion import confusion
from nn.pictures.descent import descent, descent_animation, paths
from nn.pictures.diagrams import images, lines, roc, surface
from nn.pictures.layers import first_layer, gradient_norms, histograms
from nn.pictures.travel import Recording, Travel, travel
from nn.pictures.watch import Snapshots, Watch
from nn.training.curves import compare, curves

__all__ = [
    "Animation",
    "Recording",
    "Snapshots",
    "Travel",
    "Watch",
    "boundary",
    "boundary_animation",
    "compare",
    "confusion",
    "curves",
    "descent",
    "descent_animation",
    "first_layer",
    "gradient_norms",
    "histograms",
    "images",
    "lines",
    "paths",
    "roc",
    "surface",
    "travel",
]
