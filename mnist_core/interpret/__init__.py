"""Why a network gives an answer: activations, arithmetic, saliency, nearest digits."""
