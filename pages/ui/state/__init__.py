"""What a visit remembers between reruns and from page to page."""
