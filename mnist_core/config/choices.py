"""What fields may be where only some values make sense: value -> what it means."""

ACTIVATIONS = {
    "relu": "max(0, x): the usual choice",
    "leaky_relu": "like relu, with a small slope below 0",
    "elu": "like relu, smooth below 0",
    "gelu": "a smooth relu",
    "tanh": "squeezes to -1 to 1: the choice of the 1990s",
    "sigmoid": "squeezes to 0 to 1; learns slowly in deep networks",
    "linear": "no nonlinearity at all",
}
PADDINGS = {"valid": "the kernel stays inside the map", "same": "zeros around keep the map's size"}
HEADS = {
    "flatten": "every value of every map goes on",
    "global_average_pooling": "one number per map goes on: its mean",
}
OPTIMIZERS = {
    "Adam": "a step size of its own for every weight",
    "AdamW": "Adam that also pulls weights towards 0",
    "SGD": "plain steps downhill, with momentum",
    "RMSprop": "steps divided by their recent size",
    "Adadelta": "sets its own steps; Keras' rate of 0.001 makes them tiny",
}
SCHEDULES = {
    "constant": "the same learning rate throughout",
    "cosine": "a short warm-up, then down to 0 along a cosine",
}
VALIDATIONS = {
    "split": "a part of the training images is held back",
    "test": "peeking: the test set itself is used, so its figure is no longer a fair exam",
    "none": "no validation",
}
PRECISIONS = {
    "float32": "every number to seven digits",
    "bfloat16": "weights to seven digits, the arithmetic to two or three: faster where the"
    " processor has instructions for it, in networks of 16 filters or more",
}
DATA_SETS = {
    "mnist": "60,000 + 10,000 digits people wrote",
    "built-in": "digits this program writes",
}
