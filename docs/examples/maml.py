"""Learning to learn: a start from which ten points and a few steps of descent are enough to know a new sine.

The loss after a step of descent is differentiated for the weights before it, so that the gradient of a gradient is
taken. Trained on many sines, the start adapts to one that it has never seen.

Source: C. Finn, P. Abbeel, S. Levine, "Model-agnostic meta-learning", ICML 2017, section 5.1.
"""

import argparse

import numpy as np

import autograd as ag
import nn

POINTS, RATE = 10, 0.05


def tasks(rng, count):
    """Sines of random height and phase: points to adapt by, and others to be judged by, (count, 2, POINTS, 1)."""
    height, phase = rng.uniform(0.1, 5, (count, 1, 1, 1)), rng.uniform(0, np.pi, (count, 1, 1, 1))
    x = rng.uniform(-1, 1, (count, 2, POINTS, 1))
    return x, height * np.sin(5 * x + phase)


def adapted(model, parameters, x, y):
    """Parameters after a step of descent on these points."""
    loss = nn.mse(nn.functional_call(model, parameters, x), y)
    gradients = ag.gradients(loss, list(parameters.values()), create_graph=True)
    return {name: p - RATE * g for (name, p), g in zip(parameters.items(), gradients, strict=True)}


def missed(model, x, y):
    """What a network misses of several tasks after it has taken one step on each, a mean."""
    start = dict(model.named_parameters())
    losses = []
    for i in range(len(x)):
        parameters = adapted(model, start, x[i, 0], y[i, 0])
        losses.append(nn.mse(nn.functional_call(model, parameters, x[i, 1]), y[i, 1]))
    return ag.mean(ag.stack(losses))


def after(model, x, y, steps):
    """The loss on new points after so many steps on the others, for each task."""
    losses = []
    for (x0, x1), (y0, y1) in zip(x, y, strict=True):
        parameters = dict(model.named_parameters())
        for _ in range(steps):
            parameters = {name: p.detach() for name, p in adapted(model, parameters, x0, y0).items()}
            for p in parameters.values():
                p.requires_grad = True
        losses.append(nn.mse(nn.functional_call(model, parameters, x1), y1).item())
    return np.mean(losses)


def main():
    """Train the start, and compare it with one that was not trained."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=3000, help="steps of Adam (default: %(default)s)")
    options = parser.parse_args()
    rng = np.random.default_rng(0)
    model = nn.MLP(1, [40, 40, 1], activation="tanh", seed=0, dtype=np.float64)
    fresh = nn.MLP(1, [40, 40, 1], activation="tanh", seed=0, dtype=np.float64)
    optimizer = nn.Adam(model.parameters(), learning_rate=2e-3)

    @ag.compile
    def loss_and_gradients(x, y):
        loss = missed(model, x, y)
        return loss, ag.gradients(loss, model.parameters(), create_graph=True)

    for number in range(options.steps):
        loss, gradients = loss_and_gradients(*tasks(rng, 8))
        for parameter, gradient in zip(model.parameters(), gradients, strict=True):
            parameter.grad = gradient
        optimizer.step()
        if number % max(1, options.steps // 10) == 0:
            print(f"step {number}: loss after one step on a new sine {float(loss):.3f}", flush=True)
    x, y = tasks(np.random.default_rng(1), 100)
    for steps in (0, 1, 5, 10):
        learnt, random = after(model, x, y, steps), after(fresh, x, y, steps)
        print(f"{steps:2d} steps on ten points: {learnt:.2f} from the learnt start, {random:.2f} from a random one")


if __name__ == "__main__":
    main()
