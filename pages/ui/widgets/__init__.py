"""What pages are built of: canvas, answer, gallery, charts, clickable pictures."""
