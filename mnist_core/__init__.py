"""The library behind the drawing demo: how a convolutional network learns to read digits.

The rooms, in the order the data passes them:

    strokes, preprocess      a drawing, and the 28x28 image MNIST would make of it
    data, handwriting        MNIST, and a data set written on the spot
    config, layers, presets  what an experiment is, its layers and sizes, and named ones
    network, training        the Keras model, and how it is trained
    runs, worker             a training as a folder, and the process that fills it
    models, prediction       trained networks: kept, exported, asked
    evaluation, inspection   how good, and why
    figures                  plain data as Plotly figures
"""
