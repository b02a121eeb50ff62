"""What stands at a path of the image, asked backwards through the steps of its build."""
