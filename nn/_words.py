"""Names of PyTorch, Keras and scikit-learn in the place of this package's: ours, or (with a blank in it) what to do."""

__all__ = ["METHODS", "OF_TRAINERS", "WORDS"]

_LOGITS = "there is no such layer: losses take logits, and trainer.predict_proba gives probabilities"
_FUNCTION = "functions are autograd's: import autograd as ag; ag.relu(x)"

WORDS = {
    **dict.fromkeys(("LogSoftmax",), _LOGITS),
    "F": _FUNCTION,
    **dict.fromkeys(("CrossEntropyLoss", "SparseCategoricalCrossentropy"), "cross_entropy"),
    **dict.fromkeys(("categorical_crossentropy", "sparse_categorical_crossentropy"), "cross_entropy"),
    **dict.fromkeys(("BCEWithLogitsLoss", "BinaryCrossentropy"), "binary_cross_entropy_with_logits"),
    **dict.fromkeys(("binary_crossentropy",), "binary_cross_entropy_with_logits"),
    **dict.fromkeys(("MSELoss", "MeanSquaredError", "mean_squared_error", "mse_loss"), "mse"),
    "L1Loss": "l1_loss",
    **dict.fromkeys(("NLLLoss", "nll_loss"), "nll"),
    "BCELoss": "binary_cross_entropy",
    "KLDivLoss": "kl_div",
    **dict.fromkeys(("HingeLoss", "MultiMarginLoss", "Hinge"), "hinge"),
    **dict.fromkeys(("Accuracy", "accuracy_score"), "accuracy"),
    **dict.fromkeys(("MAE", "mae", "MeanAbsoluteError"), "mean_absolute_error"),
    **dict.fromkeys(("Dense", "Bilinear", "LazyLinear"), "Linear"),
    **dict.fromkeys(("BatchNorm", "BatchNormalization"), "BatchNorm1d"),
    **dict.fromkeys(("LayerNormalization",), "LayerNorm"),
    "Bidirectional": "an argument of the layer: nn.LSTM(3, 4, bidirectional=True)",
    "scaled_dot_product_attention": "nn.MultiheadAttention, or ag.softmax(q @ k.swapaxes(-1, -2) / d**0.5) @ v",
    "SpatialDropout2D": "Dropout2d",
    "Conv2DTranspose": "ConvTranspose2d",
    "UpSampling2D": "Upsample",
    **dict.fromkeys(("TransformerEncoderLayer", "TransformerEncoder", "Transformer"), "TransformerBlock"),
    **dict.fromkeys(("SimpleRNN", "RNNCell"), "RNN"),
    **dict.fromkeys(("PReLU", "RReLU"), "LeakyReLU"),
    **dict.fromkeys(("random_split",), "train_test_split"),
    **dict.fromkeys(
        ("f1_score", "precision_score", "recall_score", "roc_auc_score"),
        "scikit-learn's scorers go by name, as in metrics=['f1_macro', 'roc_auc']",
    ),
    **dict.fromkeys(("to_categorical", "one_hot"), "class numbers are enough: nn.cross_entropy(logits, [0, 2, 1])"),
    "Input": "the first layer says how many inputs there are: nn.Linear(4, 8)",
    "LSTMCell": "LSTM",
    "GRUCell": "GRU",
    **dict.fromkeys(("Swish", "swish"), "SiLU"),
    **dict.fromkeys(("SmoothL1Loss", "smooth_l1_loss", "HuberLoss", "Huber"), "huber"),
    "GlobalAveragePooling2D": "nn.AdaptiveAvgPool2d(1) and nn.Flatten()",
    **dict.fromkeys(
        ("AdaptiveAvgPool1d", "GlobalAveragePooling1D"),
        "there is no such layer: in a forward of your own, x.mean(axis=2) over signals",
    ),
    **dict.fromkeys(
        (
            "StandardScaler",
            "MinMaxScaler",
            "OneHotEncoder",
            "LabelEncoder",
            "Pipeline",
            "make_pipeline",
            "GridSearchCV",
        ),
        "scikit-learn's, which goes with nn.estimator; python -m nn train prepares a table by itself",
    ),
    **dict.fromkeys(("Normalization", "Rescaling"), "prepare the array, (x - x.mean(0)) / x.std(0), or nn.BatchNorm1d"),
    "SummaryWriter": "TensorBoard",
    "DistributedDataParallel": "nothing to wrap: start the program by mpiexec -n 4 python program.py",
    **dict.fromkeys(("ModelCheckpoint",), "Checkpoint"),
    **dict.fromkeys(("AveragedModel", "SwapEMAWeights", "ExponentialMovingAverage"), "EMA"),
    "Model": "Module",
    **dict.fromkeys(("ModuleList", "ModuleDict"), "a plain list or dict of layers, as an attribute, is enough"),
    **dict.fromkeys(("ReduceLROnPlateau",), "ReduceOnPlateau"),
    **dict.fromkeys(("MLPClassifier", "MLPRegressor"), "from nn.estimator import MLPClassifier, MLPRegressor"),
    **dict.fromkeys(("Neuron", "Layer", "Value"), "networks of Values: from nn.scalar import Neuron, Layer, MLP"),
    **dict.fromkeys(("Dataset", "TensorDataset"), "arrays are enough: nn.DataLoader((x, y), batch_size=32)"),
    "clip_grad_norm_": "clip_norm",
    "clip_grad_value_": "clip_value",
    "lr_scheduler": "schedules are nn.CosineDecay, nn.StepDecay … for nn.Scheduled or an optimizer's schedule=",
    "Tensor": "tensors are autograd's: from autograd import Tensor",
    "utils": "nn.clip_norm, nn.DataLoader and the like are names of nn itself",
    "load_state_dict": "a method loads it: model.load_state_dict(state)",
}

# Methods of other libraries' models, and what to do here.
METHODS = {
    **dict.fromkeys(("fit", "evaluate", "compile"), "nn.Trainer(model, loss=…, optimizer=…) has fit and evaluate"),
    **dict.fromkeys(("predict", "predict_proba"), "nn.Trainer's {name}, or model(x) for the raw outputs"),
    **dict.fromkeys(("to", "cpu", "cuda"), "nothing to do: arrays are NumPy's, in the memory of this process"),
    **dict.fromkeys(("float", "double", "half"), "layers take dtype=np.float32 (the default) or np.float64"),
    **dict.fromkeys(("save", "save_weights"), "a function: nn.save(model, 'model.safetensors')"),
    **dict.fromkeys(("load", "load_weights"), "a function: nn.load('model.safetensors')"),
    **dict.fromkeys(("get_weights", "weights"), "model.state_dict(), or dict(model.named_parameters())"),
    **dict.fromkeys(("register_buffer", "register_parameter"), "assign an nn.Buffer or nn.Parameter to an attribute"),
    **dict.fromkeys(
        ("add", "append", "add_module"), "give the layers at once: nn.Sequential(nn.Linear(4, 8), nn.ReLU())"
    ),
    "backward": "the loss has it: nn.mse(model(x), y).backward()",
    "summary": "a function: nn.summary(model, x)",
    **dict.fromkeys(
        ("num_parameters", "count_params"), "sum(p.size for p in model.parameters()), or nn.summary(model, x)"
    ),
    "apply": "for module in model.modules(): …",
    "requires_grad_": "set requires_grad of each of model.parameters(), or model.freeze()",
}

# Methods of other libraries' models and trainers in the place of `nn.Trainer`'s.
OF_TRAINERS = {
    "train": "fit",
    "test": "evaluate",
    "score": "evaluate",
    "compile": "nothing to do: nn.Trainer(model, loss=…, optimizer=…) is given all of it",
    "summary": "a function: nn.summary(model, x)",
}
