"""Who trains when and where: the queue, processes of this machine, a Ray cluster."""
