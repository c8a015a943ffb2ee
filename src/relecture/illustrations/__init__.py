"""Comparison `illustrations`: the figures of the lecture's slides, computed."""

QUESTION = "Do the lecture's drawings hold when every line of them is computed?"

#: Draw function of each figure, `(config, data) -> Illustration`, in the order of the lecture.
ILLUSTRATIONS = {
    "representation": "relecture.illustrations.representation:draw",
    "linear_collapse": "relecture.illustrations.linear_collapse:draw",
    "squares": "relecture.illustrations.quadratic_activation:draw",
    "activations": "relecture.illustrations.activations:draw",
    "interaction": "relecture.illustrations.interaction:draw",
    "parameters": "relecture.illustrations.parameters:draw",
    "flexibility": "relecture.illustrations.flexibility:draw",
    "early_stopping": "relecture.illustrations.early_stopping:draw",
    "convolution": "relecture.illustrations.convolution:draw",
    "translation": "relecture.illustrations.translation:draw",
    "augmentation": "relecture.illustrations.augmentation:draw",
    "rows_and_columns": "relecture.illustrations.rows_and_columns:draw",
    "mnist_examples": "relecture.illustrations.mnist_examples:draw",
}
