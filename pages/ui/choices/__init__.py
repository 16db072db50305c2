"""What a page is about: which model, which data set, which sample."""
