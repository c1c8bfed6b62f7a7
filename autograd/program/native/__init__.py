"""What LLVM compiles, for numbers and for arrays. Nothing here is imported before a native program is made."""
