"""A variational autoencoder of handwritten digits: it draws new ones.

An encoder gives, for each image x, the mean μ and the log-variance of a normal distribution of codes z; a decoder
gives the image's pixels, as logits, from a code drawn from it. What is made least is the cross-entropy of the pixels
and the distance of that distribution from the standard one, KL = ½ Σ (μ² + σ² − 1 − ln σ²).

Source: D. Kingma, M. Welling, "Auto-encoding variational Bayes", ICLR 2014, appendix B and C.
"""

import argparse
from pathlib import Path

import matplotlib
import numpy as np
from sklearn.datasets import load_digits

import autograd as ag
import nn

matplotlib.use("Agg")
from matplotlib import pyplot

CODES = 8


class Autoencoder(nn.Module):
    """Images to distributions of codes, and codes to images."""

    def __init__(self, pixels=64, hidden=128):
        self.encoder = nn.MLP(pixels, [hidden, 2 * CODES], seed=0)
        self.decoder = nn.MLP(CODES, [hidden, pixels], seed=1)
        self.rng = np.random.default_rng(2)

    def forward(self, x):
        """Logits of the pixels, means and log-variances side by side."""
        codes = self.encoder(x)
        mean, log_variance = codes[:, :CODES], codes[:, CODES:]
        shape = mean.shape
        noise = ag.live(lambda: self.rng.normal(size=shape).astype(np.float32))  # drawn anew at each replay
        return ag.concatenate([self.decoder(mean + ag.exp(log_variance / 2) * noise), codes], axis=1)


def loss(outputs, x):
    """Cross-entropy of the pixels and KL, summed over an image, a mean over the images."""
    pixels = x.shape[1]
    logits, mean, log_variance = outputs[:, :pixels], outputs[:, pixels:-CODES], outputs[:, -CODES:]
    drawn = ag.sum(ag.softplus(logits) - logits * x, axis=1)
    distance = ag.sum(mean**2 + ag.exp(log_variance) - 1 - log_variance, axis=1) / 2
    return ag.mean(drawn + distance)


def main():
    """Train, tell the loss of images that were held out, and draw."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=200, help="times through the images (default: %(default)s)")
    parser.add_argument("--save", type=Path, help="a picture of 40 new digits")
    options = parser.parse_args()
    images = (load_digits().data / 16).astype(np.float32)
    train, rest = images[:1500], images[1500:]
    model = Autoencoder()
    trainer = nn.Trainer(model, loss=loss, optimizer="adam", learning_rate=2e-3)
    trainer.fit(train, train, epochs=options.epochs, batch_size=50, progress=False)
    print(f"loss {trainer.history[-1]['loss']:.2f}, of images that were held out {loss(model(rest), rest).item():.2f}")
    drawn = ag.sigmoid(model.decoder(np.random.default_rng(3).normal(size=(40, CODES)).astype(np.float32))).data
    if options.save:
        figure, axes = pyplot.subplots(4, 10, figsize=(6, 2.6), layout="constrained")
        for axis, image in zip(axes.flat, drawn, strict=True):
            axis.imshow(image.reshape(8, 8), cmap="gray_r", vmin=0, vmax=1)
            axis.axis("off")
        figure.savefig(options.save)


if __name__ == "__main__":
    main()
