"""Pictures of graphs, in six formats, and the page on which a graph's two passes are played."""
