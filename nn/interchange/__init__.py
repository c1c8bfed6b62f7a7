"""Networks for other programs: ONNX files, and source text that needs no gradbook."""

from nn.interchange.onnx_file import to_onnx
from nn.interchange.source import to_function

__all__ = ["to_function", "to_onnx"]
