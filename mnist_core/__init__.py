"""The library behind the drawing demo: how a convolutional network learns to read digits.

The rooms, in the order the data passes them:

    strokes, pictures, ink, preprocess   a drawing or a file, and the 28x28 image MNIST would make
    variation, doodles, many             drawings by other hands, and what is no digit
    data, download, arrays               MNIST
    digit_forms, forms, hands, handwriting, built_in   a data set written on the spot
    browse, animation                    a set looked through; a digit being written
    config, options, presets             what an experiment is, and named ones
    layers, estimate, sketch             its layers and sizes, how long it will take, its drawing
    network, steps, training             the Keras model, and how it is trained
    runs, worker, files                  a training as a folder, and the process that fills it
    models, cards, bundles, exports      trained networks: kept, taken along, brought in
    prediction, evaluation               image -> probabilities, and how good they are
    forward, reader_training, tuning, reader_making, reader_card   how the reader is made
    curves, figures                      what happened, as points and as Plotly figures
"""
