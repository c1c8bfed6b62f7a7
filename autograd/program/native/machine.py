"""LLVM's text made machine code by llvmlite, a function at a time when it is first used, and kept in files.

A file's name is made from everything its code depends on, so that another version of any of it makes another file.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from autograd.program.native.cache_folder import cache_folder
from autograd.program.native.expressions import C_FUNCTIONS

# Attributes of functions, and what says that the turns of a loop do not depend on each other.
ENDING = """
attributes #0 = { nounwind }
attributes #1 = { nounwind alwaysinline }
attributes #2 = { nounwind willreturn memory(none) }
!1 = distinct !{!1, !3}
!2 = distinct !{}
!3 = !{!"llvm.loop.parallel_accesses", !2}
"""

NONE: Final[Mapping[str, int]] = MappingProxyType({})
_DIGEST_SIZE: Final = hashlib.sha256().digest_size

_engines: list[Any] = []  # which own the machine code


def addresses(kind: str, texts: Mapping[str, str], symbols: Mapping[str, int] = NONE) -> dict[str, int]:
    """Where functions are, by name; made by LLVM, or from the cache where they are there.

    Args:
        kind: A word for the files' names.
        texts: The text of each.
        symbols: Where else there is what they declare.
    """
    import llvmlite.binding as llvm

    for name, address in symbols.items():
        llvm.add_symbol(name, address)
    found = {}
    for name, text in texts.items():
        path = _path(kind, name, text)
        code = _read(path)
        if code is None:
            _say_so()
            code = _compiled(text)
            _write(path, code)
        _engines.append(_engine_of(code))
        found[name] = _engines[-1].get_function_address(name)
    return found


def _engine_of(code: bytes) -> Any:
    """What holds machine code in memory: for each object file its own, as LLVM mixes up the constants of several."""
    import llvmlite.binding as llvm

    for name, address in _symbols().items():
        llvm.add_symbol(name, address)
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), _target_machine())
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    return engine


def is_kept(kind: str, name: str, text: str) -> bool:
    """Whether `addresses` would find what an earlier call made."""
    return _path(kind, name, text).is_file()


def _path(kind: str, name: str, text: str) -> Path:
    return cache_folder() / f"{kind}_{name}_{_digest(text)}.o"


def _digest(text: str) -> str:
    return hashlib.sha256(f"{_made_by()} {text} {ENDING}".encode()).hexdigest()[:20]


@cache
def _made_by() -> str:
    import llvmlite
    import llvmlite.binding as llvm

    return f"{llvmlite.__version__} {llvm.get_process_triple()} {llvm.get_host_cpu_name()} {_features()}"


def _read(path: Path) -> bytes | None:
    """The code in a file; None where it is not there whole, since LLVM ends the process by damaged code."""
    try:
        kept = path.read_bytes()
    except OSError:
        return None
    code, digest = kept[:-_DIGEST_SIZE], kept[-_DIGEST_SIZE:]
    return code if hashlib.sha256(code).digest() == digest else None


def _write(path: Path, code: bytes) -> None:
    """Keep the code, and a digest that shows whether it is whole; where it cannot be kept, it is made again."""
    with suppress(OSError):
        # Not a name that is drawn: a recording that is under way would take it for random numbers of its function's.
        temporary = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}.tmp")
        try:
            temporary.write_bytes(code + hashlib.sha256(code).digest())
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


@cache
def _say_so() -> None:
    """Tell whoever sits before it why nothing happens for a moment: one line, once, and none where programs are run."""
    stream = sys.stderr
    if stream is not None and not stream.closed and (hasattr(sys, "ps1") or stream.isatty()):
        text = f"machine code for the first program of this kind, about a second; kept in {cache_folder()}"
        print("gradbook: making", text, file=stream, flush=True)


def _compiled(text: str) -> bytes:
    import llvmlite.binding as llvm

    machine = _target_machine()
    module = llvm.parse_assembly(f'target triple = "{llvm.get_process_triple()}"\n{text}{ENDING}')
    module.data_layout = str(machine.target_data)
    module.verify()
    options = llvm.create_pipeline_tuning_options(speed_level=3)
    builder = llvm.create_pass_builder(machine, options)
    builder.getModulePassManager().run(module, builder)
    code: bytes = machine.emit_object(module)
    return code


@cache
def _features() -> str:
    import llvmlite.binding as llvm

    features: str = llvm.get_host_cpu_features().flatten()
    return features


def _target_machine() -> Any:
    """The processor that this is; a new one each time, as an engine takes its own along when it goes."""
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    target = llvm.Target.from_triple(llvm.get_process_triple())
    return target.create_target_machine(
        cpu=llvm.get_host_cpu_name(), features=_features(), opt=3, reloc="pic", codemodel="jitdefault", jit=True
    )


@cache
def _symbols() -> dict[str, int]:
    """Where the C library's functions are, for floats of 64 and of 32 bits, and Python's own."""
    found = {}
    library: Any = ctypes.CDLL("ucrtbase") if os.name == "nt" else ctypes.CDLL(None)
    for name in C_FUNCTIONS:
        for symbol in (name, f"{name}f"):
            with suppress(AttributeError):
                found[symbol] = ctypes.cast(getattr(library, symbol), ctypes.c_void_p).value or 0
    system: Any = ctypes.CDLL("kernel32") if os.name == "nt" else library
    give_way = system.SwitchToThread if os.name == "nt" else system.sched_yield
    found["give_way"] = ctypes.cast(give_way, ctypes.c_void_p).value or 0
    for name in ("PyFloat_FromDouble", "PyLong_FromLong", "PyLong_AsVoidPtr", "PyErr_SetString"):
        found[name] = ctypes.cast(getattr(ctypes.pythonapi, name), ctypes.c_void_p).value or 0
    return found
