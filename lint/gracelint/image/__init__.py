"""Images: stages, base images, the files put in, and the launch."""
