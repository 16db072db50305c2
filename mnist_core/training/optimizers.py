"""The optimizer that a recipe asks for, its learning rate at each step, and its update."""

import math

from mnist_core.config.schema import Recipe

ARGUMENTS = {  # of Keras' class of that name, as the recipe's fields are called
    "Adam": ("learning_rate",),
    "AdamW": ("learning_rate", "weight_decay"),
    "SGD": ("learning_rate", "momentum"),
    "RMSprop": ("learning_rate", "momentum"),
    "Adadelta": ("learning_rate",),
}

# Keras' defaults, but where those need dozens of epochs to learn MNIST
USUAL_RATES = {"Adam": 0.001, "AdamW": 0.001, "RMSprop": 0.001, "SGD": 0.03, "Adadelta": 1.0}


def smaller_rate(recipe: Recipe, times: float = 10) -> float:
    """The learning rate to try where the recipe's was too large.

    The optimizer's usual one, if it was more than so many times that; or else so many times less.
    """
    usual, rate = USUAL_RATES[recipe.optimizer], recipe.learning_rate
    return usual if rate > times * usual else rate / times


def learning_rate_at(recipe: Recipe, step: int, total_steps: int) -> float:
    """The learning rate of one step.

    Cosine: rises in a line over the warm-up's share of the steps, then falls to 0 along half a
    cosine. Source: Loshchilov and Hutter, SGDR, 2017; warm-up: Goyal et al., 2017.

    Args:
        step: 0-based.
    """
    if recipe.schedule == "constant":
        return recipe.learning_rate
    warmup_steps = round(recipe.warmup * total_steps)
    if step < warmup_steps:
        return recipe.learning_rate * (step + 1) / warmup_steps
    share = (step - warmup_steps) / max(1, total_steps - warmup_steps)
    return recipe.learning_rate * (1 + math.cos(math.pi * share)) / 2


def arguments(recipe: Recipe) -> dict[str, float]:
    """What a recipe's Keras optimizer is called with."""
    return {name: getattr(recipe, name) for name in ARGUMENTS[recipe.optimizer]}


def make_optimizer(recipe: Recipe):
    """The Keras optimizer a recipe asks for."""
    import keras

    return getattr(keras.optimizers, recipe.optimizer)(**arguments(recipe))


def compile_model(model, recipe: Recipe):
    """Give a Keras model its loss, its accuracy and the optimizer of a recipe; returns it."""
    model.compile(
        optimizer=make_optimizer(recipe),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    model.optimizer.build(model.trainable_variables)
    return model


def apply_gradients(optimizer, gradients, variables) -> None:
    """What `optimizer.apply_gradients` does, in one TensorFlow operation a variable.

    Keras makes each update of a dozen operations, each of which reads and writes all weights.

    Args:
        optimizer: as `make_optimizer` makes it, built on these variables or more.
        gradients: None for a variable that stays as it is.
    """
    import tensorflow as tf

    optimizer.iterations.assign_add(1)
    update = _UPDATES[type(optimizer).__name__]
    for gradient, variable in zip(gradients, variables, strict=True):
        if gradient is not None:
            number = optimizer._get_variable_index(variable)
            update(tf, optimizer, number, gradient, variable)


def _adam(tf, optimizer, number, gradient, variable):
    steps = tf.cast(optimizer.iterations, tf.float32)
    tf.raw_ops.ResourceApplyAdam(
        var=variable.handle,
        m=optimizer._momentums[number].handle,
        v=optimizer._velocities[number].handle,
        beta1_power=tf.pow(optimizer.beta_1, steps),
        beta2_power=tf.pow(optimizer.beta_2, steps),
        lr=optimizer.learning_rate.value,
        beta1=optimizer.beta_1,
        beta2=optimizer.beta_2,
        epsilon=optimizer.epsilon,
        grad=gradient,
    )


def _adamw(tf, optimizer, number, gradient, variable):
    variable.assign_sub(variable * (optimizer.weight_decay * optimizer.learning_rate))
    _adam(tf, optimizer, number, gradient, variable)


def _sgd(tf, optimizer, number, gradient, variable):
    rate = optimizer.learning_rate.value
    if not optimizer.momentum:
        tf.raw_ops.ResourceApplyGradientDescent(var=variable.handle, alpha=rate, delta=gradient)
        return
    tf.raw_ops.ResourceApplyKerasMomentum(
        var=variable.handle,
        accum=optimizer.momentums[number].handle,
        lr=rate,
        grad=gradient,
        momentum=optimizer.momentum,
    )


def _adadelta(tf, optimizer, number, gradient, variable):
    tf.raw_ops.ResourceApplyAdadelta(
        var=variable.handle,
        accum=optimizer._accumulated_grads[number].handle,
        accum_update=optimizer._accumulated_delta_vars[number].handle,
        lr=optimizer.learning_rate.value,
        rho=optimizer.rho,
        epsilon=optimizer.epsilon,
        grad=gradient,
    )


_UPDATES = {
    "Adam": _adam,
    "AdamW": _adamw,
    "SGD": _sgd,
    "Adadelta": _adadelta,
    "RMSprop": lambda tf, optimizer, number, gradient, variable: optimizer.update_step(
        gradient, variable, optimizer.learning_rate
    ),
}
