"""scikit-learn estimators over this package's networks and trainer: `MLPClassifier` and `MLPRegressor`.

They pass scikit-learn's own checks, so pipelines, cross-validation and grid search take them as they take its own, and
a parameter that it has means what it means there. Needs scikit-learn (``pip install 'gradbook[train]'``).
"""

from autograd import MissingExtraError, installing

try:
    import sklearn.base  # noqa: F401 - to see whether it is there
except ModuleNotFoundError as error:
    raise MissingExtraError(f"nn.estimator needs scikit-learn; {installing('train')}") from error

from nn.estimator.classifier import MLPClassifier
from nn.estimator.regressor import MLPRegressor

__all__ = ["MLPClassifier", "MLPRegressor"]
