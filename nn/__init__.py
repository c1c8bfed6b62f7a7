"""Small neural networks on `autograd`: networks speak PyTorch, training speaks Keras and scikit-learn.

Example:
    >>> import nn
    >>> model = nn.MLP(64, [32, 10], activation="relu", seed=0)
    >>> sum(p.size for p in model.parameters())
    2410
"""

try:
    import autograd

    is_ours = hasattr(autograd, "Tensor")
except ModuleNotFoundError:
    raise  # NumPy is missing
except ImportError:
    is_ours = False  # files of both, one written over the other

if not is_ours:
    raise ImportError(
        "the 'autograd' found here is HIPS autograd's, of the same import name as gradbook's and installed over it; "
        "keep one in this environment: pip uninstall -y autograd gradbook, then install the one you want"
    )

from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from autograd import MissingExtraError
from nn import functional, init, layers, losses, metrics, optim, outputs, regularisation
from nn.functional import functional_call
from nn.layers.activations import *
from nn.layers.attention import *
from nn.layers.convolution import *
from nn.layers.dropout import *
from nn.layers.embedding import *
from nn.layers.flatten import *
from nn.layers.images import *
from nn.layers.linear import *
from nn.layers.mlp import *
from nn.layers.noise import *
from nn.layers.normalisation import *
from nn.layers.pooling import *
from nn.layers.positions import *
from nn.layers.recurrent import *
from nn.layers.residual import *
from nn.layers.sequential import *
from nn.layers.transformer import *
from nn.losses.basic import *
from nn.losses.distances import *
from nn.losses.probabilities import *
from nn.metrics import *
from nn.module import Buffer, Module, Parameter, StateError
from nn.optim.adaptive import *
from nn.optim.base import *
from nn.optim.second_order import *
from nn.optim.sgd import *
from nn.outputs import *
from nn.regularisation import *

# Layers, optimizers, losses and metrics are public where their own files list them. They are imported file by file, as
# type checkers follow a star import to a list in the file itself, and not to a sum of lists.
__all__ = [
    "EMA",
    "Buffer",
    "Callback",
    "Checkpoint",
    "CosineDecay",
    "DataLoader",
    "DivergenceError",
    "EarlyStopping",
    "ExponentialDecay",
    "History",
    "InverseTimeDecay",
    "LinearDecay",
    "MissingExtraError",
    "Module",
    "OneCycle",
    "Parameter",
    "Prefetch",
    "ProgressBar",
    "ReduceOnPlateau",
    "Scheduled",
    "StateError",
    "StepDecay",
    "TensorBoard",
    "Trainer",
    "WarmRestarts",
    "WarmUp",
    "compile_step",
    "find_learning_rate",
    "functional_call",
    "init",
    "lint",
    "load",
    "load_run",
    "per_sample_gradients",
    "save",
    "summary",
    "to_function",
    "to_onnx",
    "train_test_split",
]
__all__ += layers.__all__
__all__ += losses.__all__
__all__ += metrics.__all__
__all__ += optim.__all__
__all__ += outputs.__all__
__all__ += regularisation.__all__

if TYPE_CHECKING:
    from nn import estimator as estimator
    from nn import pictures as pictures
    from nn import scalar as scalar
    from nn.app.predictor import load_run as load_run
    from nn.interchange import to_function as to_function
    from nn.interchange import to_onnx as to_onnx
    from nn.optim.schedules import CosineDecay as CosineDecay
    from nn.optim.schedules import ExponentialDecay as ExponentialDecay
    from nn.optim.schedules import InverseTimeDecay as InverseTimeDecay
    from nn.optim.schedules import LinearDecay as LinearDecay
    from nn.optim.schedules import OneCycle as OneCycle
    from nn.optim.schedules import StepDecay as StepDecay
    from nn.optim.schedules import WarmRestarts as WarmRestarts
    from nn.optim.schedules import WarmUp as WarmUp
    from nn.per_sample import per_sample_gradients as per_sample_gradients
    from nn.training.averaging import EMA as EMA
    from nn.training.callbacks import Callback as Callback
    from nn.training.callbacks import Checkpoint as Checkpoint
    from nn.training.callbacks import EarlyStopping as EarlyStopping
    from nn.training.callbacks import ProgressBar as ProgressBar
    from nn.training.checkpoint import load as load
    from nn.training.checkpoint import save as save
    from nn.training.compiled import compile_step as compile_step
    from nn.training.data import DataLoader as DataLoader
    from nn.training.data import train_test_split as train_test_split
    from nn.training.history import History as History
    from nn.training.learning_rate import ReduceOnPlateau as ReduceOnPlateau
    from nn.training.learning_rate import Scheduled as Scheduled
    from nn.training.lint import lint as lint
    from nn.training.prefetch import Prefetch as Prefetch
    from nn.training.rate_finder import find_learning_rate as find_learning_rate
    from nn.training.summary import summary as summary
    from nn.training.tensorboard import TensorBoard as TensorBoard
    from nn.training.trainer import DivergenceError as DivergenceError
    from nn.training.trainer import Trainer as Trainer
else:
    # What trains, saves and looks into networks is imported when it is first used: a plain import stays light.
    _ON_DEMAND = dict.fromkeys(("Callback", "Checkpoint", "EarlyStopping", "ProgressBar"), "nn.training.callbacks")
    _SCHEDULES = ("CosineDecay", "ExponentialDecay", "InverseTimeDecay", "LinearDecay", "OneCycle", "StepDecay")
    _ON_DEMAND |= dict.fromkeys((*_SCHEDULES, "WarmRestarts", "WarmUp"), "nn.optim.schedules")
    _ON_DEMAND |= dict.fromkeys(("load", "save"), "nn.training.checkpoint")
    _ON_DEMAND |= dict.fromkeys(("DataLoader", "train_test_split"), "nn.training.data")
    _ON_DEMAND |= dict.fromkeys(("ReduceOnPlateau", "Scheduled"), "nn.training.learning_rate")
    _ON_DEMAND |= dict.fromkeys(("DivergenceError", "Trainer"), "nn.training.trainer")
    _ON_DEMAND |= {"EMA": "nn.training.averaging", "compile_step": "nn.training.compiled"}
    _ON_DEMAND |= {"History": "nn.training.history", "Prefetch": "nn.training.prefetch", "lint": "nn.training.lint"}
    _ON_DEMAND |= {"TensorBoard": "nn.training.tensorboard", "summary": "nn.training.summary"}
    _ON_DEMAND |= {"find_learning_rate": "nn.training.rate_finder", "per_sample_gradients": "nn.per_sample"}
    _ON_DEMAND |= dict.fromkeys(("to_function", "to_onnx"), "nn.interchange")
    _ON_DEMAND |= {"load_run": "nn.app.predictor"}

    # Modules with public names of their own: some need more than NumPy.
    _MODULES = ("estimator", "pictures", "scalar")

    def _no_such_name(owner: str, name: str) -> AttributeError:
        from autograd import suggest
        from nn._words import WORDS

        words = {each: f"it is autograd's: import autograd as ag; ag.{each}" for each in autograd.__all__} | WORDS
        return suggest.no_such_name(f"module '{owner}'", "nn", name, __dir__(), words)

    def _refuse(owner: str, name: str) -> Any:
        if (owner, name) == ("nn.optim", "schedules"):
            return import_module("nn.optim.schedules")
        raise _no_such_name(owner, name)

    for _module in (functional, layers, losses, metrics, optim):
        _module.__getattr__ = partial(_refuse, _module.__name__)

    def __getattr__(name: str) -> Any:
        if name in _ON_DEMAND:
            found = globals()[name] = getattr(import_module(_ON_DEMAND[name]), name)
            return found
        if name in (*_MODULES, "distributed", "figures", "inspect", "per_sample", "training"):
            return import_module(f"nn.{name}")
        raise _no_such_name("nn", name)

    def __dir__() -> list[str]:
        return sorted({*__all__, *_MODULES})
