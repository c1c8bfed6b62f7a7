# %% [markdown]
# # 7. Overfitting and what helps
#
# *Time: 50 minutes. Before it: notebooks 5 and 6.* The network trains, and trains too well: it learns its digits by
# heart.
#
# A network with more numbers than it has samples can learn its samples by heart, and still know nothing. This notebook makes
# that happen on real data, and shows what helps: penalties on large weights, dropout, stopping early, and more data.

# %%
import numpy as np
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.metrics import f1_score, precision_score, recall_score, roc_auc_score
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import autograd as ag
import nn
from nn.estimator import MLPClassifier

# %% [markdown]
# ## By heart
#
# 120 of the handwritten digits to learn from, 1,000 others to be asked about; and a network of 50,990 numbers.

# %%
digits = load_digits()
x = ((digits.data - digits.data.mean()) / digits.data.std()).astype(np.float32)
y = digits.target
order = np.random.default_rng(0).permutation(len(x))
few, many, test = order[:120], order[:790], order[797:1797]


def network(dropout=0.0, seed=0):
    layers = [nn.Linear(64, 200, initializer="he_normal", seed=5 * seed), nn.ReLU()]
    if dropout:
        layers.append(nn.Dropout(dropout, seed=5 * seed + 3))
    layers += [nn.Linear(200, 180, initializer="he_normal", seed=5 * seed + 1), nn.ReLU()]
    if dropout:
        layers.append(nn.Dropout(dropout, seed=5 * seed + 4))
    return nn.Sequential(*layers, nn.Linear(180, 10, seed=5 * seed + 2))


print(nn.summary(network(), x[:1]))
assert sum(p.size for p in network().parameters()) == 50_990


def train(rows, model=None, epochs=60, callbacks=(), **options):
    model = model or network()
    optimizer = nn.Adam(model.parameters(), learning_rate=0.002)
    trainer = nn.Trainer(
        model,
        loss=nn.cross_entropy,
        optimizer=optimizer,
        metrics={"accuracy": nn.accuracy},
        callbacks=callbacks,
        **options,
    )
    history = trainer.fit(
        x[rows], y[rows], epochs=epochs, batch_size=20, validation_data=(x[test], y[test]), progress=False
    )
    return model, history


by_heart, plain = train(few)
print(f"accuracy on what it learnt {plain['accuracy'][-1]:.3f}, on others {plain['val_accuracy'][-1]:.3f}")
assert plain["accuracy"][-1] == 1.0
assert plain["val_accuracy"][-1] < 0.92
nn.pictures.curves(plain)

# %% [markdown]
# *Figure 7.1. Learning by heart: the loss on other digits stays where it is, or rises.*

# %% [markdown]
# The training loss goes to zero; the loss on other digits stays far above it. The gap is what *overfitting* means.
#
# ## More data
#
# The best remedy, where there is any: 790 digits in place of 120.

# %%
_, more = train(many, epochs=15)
print(f"with more data {more['val_accuracy'][-1]:.3f}")
assert more["val_accuracy"][-1] > plain["val_accuracy"][-1] + 0.04

# %% [markdown]
# ## Penalties
#
# An *L2 penalty* $\frac{\lambda}{2}\sum w^2$ shrinks every weight in proportion to its size, an *L1 penalty* $\lambda\sum|w|$ by the
# same amount whatever the size, so that many come to lie near zero.

# %%
lasso_model, lasso = train(few, penalty=lambda model: nn.l1(model.parameters(), 5e-4))
ridge_model, ridge = train(few, penalty=lambda model: nn.l2(model.parameters(), 2e-2))


def weights(model):
    return np.abs(np.concatenate([p.data.ravel() for p in model.parameters()]))


for name, model in (("plain", by_heart), ("L1", lasso_model), ("L2", ridge_model)):
    sizes = weights(model)
    print(f"{name:6} mean |w| {sizes.mean():.4f}, below 0.001: {np.mean(sizes < 1e-3):.0%}")
assert weights(ridge_model).mean() < weights(by_heart).mean()
assert np.mean(weights(lasso_model) < 1e-3) > 2 * np.mean(weights(by_heart) < 1e-3)

# %% [markdown]
# ## Dropout
#
# In training, *dropout* sets a share of a layer's outputs to zero, others each time, so that no unit can rely on one other alone.

# %%
_, dropped = train(few, network(dropout=0.4))
print(f"dropout {dropped['val_accuracy'][-1]:.3f}, plain {plain['val_accuracy'][-1]:.3f}")

# %% [markdown]
# ## Stopping early
#
# *Early stopping* watches the loss on other samples and keeps the network as it was when that was lowest.

# %%
stopping = nn.EarlyStopping(patience=5)
_, stopped = train(few, callbacks=[stopping])
print(f"stopped after {len(stopped)} epochs, the best was {stopping.best.epoch}")
assert len(stopped) < 60

# %% [markdown]
# All of them beside each other, on digits that none of them saw. One start each: what the curves show of the loss is plain, but
# differences of a per cent in accuracy are no more than luck with one start.

# %%
nn.pictures.compare({"plain": plain, "L1": lasso, "L2": ridge, "dropout": dropped}, ["loss", "accuracy"])

# %% [markdown]
# *Figure 7.2. What each remedy does to the loss and the accuracy on other digits.*

# %%
final = {"plain": plain["val_loss"][-1], "L2": ridge["val_loss"][-1], "dropout": dropped["val_loss"][-1]}
final["stopped early"] = stopping.best.value
for name, value in final.items():
    print(f"{name:14} loss on others {value:.3f}")
assert min(final, key=final.get) != "plain"

# %% [markdown]
# Does dropout help accuracy too? Three starts each answer better than one:

# %%
starts = range(3)
accuracies = {
    "plain": [train(few, network(seed=s))[1]["val_accuracy"][-1] for s in starts],
    "dropout": [train(few, network(0.4, seed=s))[1]["val_accuracy"][-1] for s in starts],
}
for name, values in accuracies.items():
    print(f"{name:8} accuracy on others {np.mean(values):.3f} ± {np.std(values, ddof=1) / 3**0.5:.3f}")
gain = np.subtract(accuracies["dropout"], accuracies["plain"])
print(f"gain {gain.mean():+.3f}, from {gain.min():+.3f} to {gain.max():+.3f}")
assert abs(gain.mean()) < 0.015

# %% [markdown]
# About as much as the starts differ among themselves: on these digits its effect on accuracy cannot be told from luck.

# %% [markdown]
# ## Accuracy is not everything
#
# Of 569 tumours in scikit-learn's breast cancer data, 212 are malignant. A test that overlooks one is worse than a false alarm, so
# accuracy alone says little:
#
# * *precision*: of those called malignant, how many are;
# * *recall*: of the malignant ones, how many are found;
# * *F1*: the harmonic mean of the two;
# * the *ROC curve*: recall against the share of false alarms as the threshold moves, and the area under it, *AUC*.

# %%
data = load_breast_cancer()
malignant = 1 - data.target
order = np.random.default_rng(1).permutation(len(malignant))
fit, ask = order[:400], order[400:]
network_of_16 = MLPClassifier((16,), learning_rate_init=0.01, max_iter=40, tol=None, random_state=0)  # 40 epochs, all
classifier = make_pipeline(StandardScaler(), network_of_16)
classifier.fit(data.data[fit], malignant[fit])
probability = classifier.predict_proba(data.data[ask])[:, 1]
for threshold in (0.5, 0.1):
    called = (probability > threshold).astype(int)
    print(
        f"threshold {threshold}: precision {precision_score(malignant[ask], called):.3f}, "
        f"recall {recall_score(malignant[ask], called):.3f}, F1 {f1_score(malignant[ask], called):.3f}"
    )
low, high = ((probability > t).astype(int) for t in (0.1, 0.5))
assert recall_score(malignant[ask], low) >= recall_score(malignant[ask], high)
print(f"AUC {roc_auc_score(malignant[ask], probability):.3f}")
assert roc_auc_score(malignant[ask], probability) > 0.97

# %%
nn.pictures.roc(malignant[ask], probability)

# %% [markdown]
# *Figure 7.3. The share of tumours found against the share of false alarms.*

# %% [markdown]
# Where the wanted kind is rare, *precision against recall* tells more than ROC, whose false alarms drown among many healthy
# ones. And whether the probabilities can be taken at their word is what *calibration* shows: of those called malignant
# with 80 %, are 80 %? A network trained long on few samples is usually too sure.

# %%
nn.pictures.precision_recall(malignant[ask], probability)

# %% [markdown]
# *Figure 7.4. Of those called malignant, how many are, against how many are found.*

# %%
nn.pictures.calibration(malignant[ask], probability, bins=5)

# %% [markdown]
# *Figure 7.5. The probability that was said, and the share that was malignant.*

# %%
nn.pictures.confusion(malignant[ask], (probability > 0.5).astype(int), ["benign", "malignant"])

# %% [markdown]
# *Figure 7.6. Which kind is taken for which.*

# %% [markdown]
# ## Cross-validation
#
# One split may be lucky. *Cross-validation* cuts the data into parts and holds out each in turn:

# %%
scores = cross_val_score(classifier, data.data, malignant, cv=5)
print("accuracy of each part", scores.round(3), f"mean {scores.mean():.3f}")
assert scores.mean() > 0.95

# %% [markdown]
# ## Exercises
#
# 1. What does an L2 penalty of strength λ add to the gradient of a weight w? And an L1 penalty?
# 2. Why is dropout switched off when the network is used, and what keeps the outputs in scale?
# 3. A classifier calls every tumour benign. What are its accuracy and its recall on this data?
#
# And one that checks itself: put your numbers into the next cell, and it says which rule was missed.

# %%
sheet = ag.quiz(seed=7, depth=5)
print(sheet)
for answer in sheet.check():  # give your numbers: sheet.check(a=…, b=…)
    print(answer)

# %% [markdown]
# <details><summary>Solutions</summary>
#
# 1. λ w, and λ times the sign of w.
# 2. So that the answer is the same each time; what is kept in training is divided by 1 − p.
# 3. 357 of 569, about 63 %, and a recall of 0.
#
# ```python
# w = ag.Tensor([2.0, -3.0], requires_grad=True)
# assert ag.gradients(nn.l2([w], 0.1), w).data.tolist() == [0.2, -0.30000000000000004]
# assert ag.gradients(nn.l1([w], 0.1), w).data.tolist() == [0.1, -0.1]
#
# dropout = nn.Dropout(0.4, seed=0)
# ones = np.ones(100_000)
# assert abs(dropout(ones).data.mean() - 1) < 0.01
# assert (dropout.eval()(ones).data == 1).all()
#
# nobody = np.zeros_like(malignant)
# assert round(float(np.mean(nobody == malignant)), 2) == 0.63
# assert recall_score(malignant, nobody) == 0
# ```
#
# </details>

# %% [markdown]
# ## To read on
#
# * N. Srivastava et al., "Dropout", JMLR 15, 2014
# * L. Prechelt, "Early stopping – but when?", 1998
# * A. Niculescu-Mizil and R. Caruana, "Predicting good probabilities with supervised learning", ICML 2005
