"""What am I looking at? A few sentences for each page, with the formula where there is one."""

import streamlit as st

EXPLANATIONS = {
    "Draw": [
        "Your drawing is cut out, shrunk to 20 × 20 and laid into **28 × 28 grey pixels**, the way"
        " MNIST's digits were made. A trained network turns those 784 numbers into **ten"
        " probabilities**, one per digit. They always add up to 1.",
        "It never saw your drawing before: it learned from tens of thousands of digits by other"
        " people. When its best guess is below 90 %, it says that it is not sure.",
    ],
    "Inside": [
        "A network is a row of **layers**. Each turns the numbers before it into new ones. A"
        " **feature map** is an image of how well a small filter fits at each place: white fits"
        " well, black not at all, blue the opposite.",
        "The last layer gives ten **logits** $z$, one per digit; **softmax** makes probabilities"
        r" of them: $p_d = e^{z_d} / \sum_k e^{z_k}$. Nothing here is hidden: click any pixel and"
        " follow the sum that made it.",
    ],
    "Train": [
        "A network starts with random weights. It reads a **batch** of images, and each weight is"
        r" moved a little against the slope of the **loss** $L = -\log p_{\text{true}}$: $w"
        r" \leftarrow w - \eta\,\partial L/\partial w$. How far it goes is the **learning rate**"
        r" $\eta$. Once through all images is an **epoch**.",
        "Blue is how it does on images it learns from; orange on images **held back** from it. If"
        " blue gets better and orange doesn't, it is learning by heart.",
    ],
    "Evaluate": [
        "The **test set** are digits that the network never learned from. **Accuracy** is the"
        " share it reads right; the interval says how far chance alone could move that.",
        "In the **confusion matrix** each row is a true digit, each column what it was read as:"
        r" mistakes lie off the diagonal. **Precision** $= TP/(TP+FP)$: of those read as a 4, how"
        r" many are 4s? **Recall** $= TP/(TP+FN)$: of the 4s, how many were found? A model is"
        " **calibrated** if it is right 90 % of the times it says 90 %.",
    ],
    "Data": [
        "Everything a network knows comes from examples. **MNIST** holds 70,000 digits that people"
        " wrote; the **built-in** set is written by this program, with the forms of digits that"
        " are in use around the world.",
        "The **training** part is for learning, the **test** part only for the exam. Look for"
        " digits you can't read yourself: nobody gets all of them right.",
        "**My drawings** are those that you kept on Draw. A network that learns them is tested on"
        " some that it has not seen, and on MNIST: what did it forget? **My test** is a test set in"
        " your own hand, which no network ever learns from.",
    ],
    "Runs": [
        "A **run** is one training: what was asked, how it went and the network that came of it."
        " Choose one to see all of it, or several to lay their curves over each other.",
        "Compare fairly: change **one** thing at a time, and mind that another seed alone moves"
        " the accuracy by a tenth of a percent or so.",
    ],
}


def show(page: str) -> None:
    """A button that unfolds the page's explanation."""
    with st.popover("What am I looking at?", icon=":material/help:", key="explanation"):
        st.markdown("\n\n".join(EXPLANATIONS[page]))
