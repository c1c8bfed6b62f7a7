"""Graphs and rules as text: formulas, the chain rule with its numbers, the backward pass step by step."""
