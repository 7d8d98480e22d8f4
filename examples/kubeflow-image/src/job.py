"""A step of a Kubeflow pipeline: reads features, fits a small model, never trains a large one."""
