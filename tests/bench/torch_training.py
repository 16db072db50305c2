"""PyTorch's side of training.py: a preset on the processor, in its fastest layout.

It runs in a process of its own, perhaps of an environment of its own: for each line on standard
input it trains one epoch and prints the seconds.
"""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import torch
from torch import nn

from mnist_core.config.layer_shapes import plan_layers
from mnist_core.presets import PRESETS

ACTIVATIONS = {"relu": nn.ReLU, "linear": nn.Identity}


def layers_of(network):
    """The network's layers, of torch, up to the logits."""
    channels = 1
    for plan in plan_layers(network):
        arguments = plan.arguments
        if plan.kind == "Conv2D":
            filters, padding = arguments["filters"], arguments["padding"]
            yield nn.Conv2d(channels, filters, arguments["kernel_size"], padding=padding)
            channels = filters
        elif plan.kind == "BatchNormalization":
            yield nn.BatchNorm2d(channels, eps=1e-3)
        elif plan.kind == "MaxPooling2D":
            yield nn.MaxPool2d(arguments["pool_size"])
        elif plan.kind == "Dropout":
            yield nn.Dropout(arguments["rate"])
        elif plan.kind == "Flatten":
            yield nn.Flatten()
        elif plan.kind == "GlobalAveragePooling2D":
            yield nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
        elif plan.kind == "Dense":
            yield nn.LazyLinear(arguments["units"])
        if "activation" in arguments:
            yield ACTIVATIONS[arguments["activation"]]()


def optimizer_of(recipe, parameters):
    """Adam's update in one pass over the weights, where this PyTorch has that."""
    kind = getattr(torch.optim, recipe.optimizer)
    fused = {"fused": True} if recipe.optimizer in ("Adam", "AdamW") else {}
    return kind(parameters, lr=recipe.learning_rate, **fused)


def main(name: str, images: int, threads: int) -> None:
    torch.set_num_threads(threads)
    experiment, size = PRESETS[name], PRESETS[name].recipe.batch_size
    x = torch.rand(images, 1, 28, 28).to(memory_format=torch.channels_last)
    y = torch.randint(0, 10, (images,))
    model = nn.Sequential(*layers_of(experiment.network))
    model(x[:2])
    model = model.to(memory_format=torch.channels_last).train()
    optimizer = optimizer_of(experiment.recipe, model.parameters())
    for _ in sys.stdin:
        began = time.perf_counter()
        for start in range(0, images, size):
            optimizer.zero_grad()
            batch = slice(start, start + size)
            loss = nn.functional.cross_entropy(model(x[batch]), y[batch])
            loss.backward()
            optimizer.step()
            loss.item()
        print(time.perf_counter() - began, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
