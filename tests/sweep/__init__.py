"""Every public function, spelled in every way, on every kind of operand, by every engine: equal, or refused."""
