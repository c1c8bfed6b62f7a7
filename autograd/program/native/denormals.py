"""Flushing denormal numbers to zero, on processors that can: a number below 2.2e-308 then counts as 0.

Such numbers take many times longer on some processors. Flushing changes results (by less than 2.2e-308 at a time), so
it is off unless asked for, and holds for one run only: the processor's control word is put back after it.
"""

from __future__ import annotations

import platform
from typing import Final

AVAILABLE: Final = platform.machine().lower() in ("x86_64", "amd64")

# Flush results to zero (bit 15), take operands that are denormal for zero (bit 6):
# Intel, "Software Developer's Manual", vol. 1, §10.2.3.
_FLUSH = 0x8040

_ON_X86 = f"""
declare void @llvm.x86.sse.stmxcsr(ptr)
declare void @llvm.x86.sse.ldmxcsr(ptr)
define internal i32 @flush_denormals() #0 {{
  %word = alloca i32
  call void @llvm.x86.sse.stmxcsr(ptr %word)
  %before = load i32, ptr %word
  %flushed = or i32 %before, {_FLUSH}
  store i32 %flushed, ptr %word
  call void @llvm.x86.sse.ldmxcsr(ptr %word)
  ret i32 %before
}}
define internal void @restore_denormals(i32 %before) #0 {{
  %word = alloca i32
  store i32 %before, ptr %word
  call void @llvm.x86.sse.ldmxcsr(ptr %word)
  ret void
}}
"""

_ELSEWHERE = """
define internal i32 @flush_denormals() #0 {
  ret i32 0
}
define internal void @restore_denormals(i32 %before) #0 {
  ret void
}
"""

SOURCE: Final = _ON_X86 if AVAILABLE else _ELSEWHERE
