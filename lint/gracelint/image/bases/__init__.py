"""Base images: what is known of the image behind ``FROM``, and of what it may hold."""
