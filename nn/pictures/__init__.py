"""Pictures of training: each one call, each a matplotlib Figure that a notebook shows and `savefig` keeps.

Needs matplotlib (``pip install 'gradbook[viz]'``), but no display.

* over the epochs: `curves`, `compare`, `gradient_norms`, `histograms` (the last two from what a `Watch` recorded)
* of a classifier: `boundary`, `boundary_animation`, `confusion`, `first_layer`
* of optimizers on a surface: `descent`, `descent_animation`
* of a whole fit, step by step: `travel`, from what a `Recording` kept
* of a classifier's probabilities: `roc`, `precision_recall`, `calibration`
* of any numbers: `lines`, `images`, `surface`

Each draws on a new Figure, or with ``ax=`` on axes that you made.
"""

from nn.figures import Animation
from nn.pictures.boundary import boundary, boundary_animation
from nn.pictures.confusion import confusion
from nn.pictures.descent import descent, descent_animation, paths
from nn.pictures.diagrams import images, lines, surface
from nn.pictures.layers import first_layer, gradient_norms, histograms
from nn.pictures.probabilities import calibration, precision_recall, roc
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
    "calibration",
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
    "precision_recall",
    "roc",
    "surface",
    "travel",
]
