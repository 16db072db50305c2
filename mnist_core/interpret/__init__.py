"""Why a network answers as it does: activations, arithmetic, saliency, nearest digits."""
