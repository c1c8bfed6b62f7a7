"""Threads, tasks, processes: each records for itself, and comes to what one alone comes to."""

from __future__ import annotations

import asyncio
import multiprocessing
import threading
from concurrent.futures import ThreadPoolExecutor

import autograd as ag
from tests.promises.trial import demand, trained

WORKERS = 16


def threads() -> str:
    """Train in threads at once."""
    alone = [trained(seed) for seed in range(WORKERS)]
    barrier = threading.Barrier(WORKERS)

    def work(seed: int) -> bytes:
        barrier.wait()
        return trained(seed)

    with ThreadPoolExecutor(WORKERS) as pool:
        together = list(pool.map(work, range(WORKERS)))
    demand(together == alone, "threads came to other weights")
    return f"{WORKERS} threads, equal to the bit"


def tasks() -> str:
    """Tasks that take turns, half of them inside no_grad, and derivatives within derivatives."""

    async def work(k: int) -> list[bool]:
        seen = []
        with ag.no_grad() if k % 2 else ag.enable_grad():
            for _ in range(20):
                await asyncio.sleep(0)
                y = ag.Value(float(k)) * 2.0
                seen.append(y.requires_grad == (k % 2 == 0))
                seen.append(ag.grad(ag.grad(lambda x: x**3))(float(k)) == 6.0 * k)
        return seen

    async def everything() -> list[list[bool]]:
        return await asyncio.gather(*map(work, range(WORKERS)))

    found = asyncio.run(everything())
    demand(all(map(all, found)), "a task saw another one's mode")
    return f"{WORKERS} tasks, {sum(map(len, found))} looks at their modes"


def processes() -> str:
    """Train in processes that were forked and spawned, the former beside a thread that trains as well."""
    expected = [trained(seed) for seed in range(4)]
    kinds = [kind for kind in ("fork", "spawn") if kind in multiprocessing.get_all_start_methods()]
    for kind in kinds:
        busy = threading.Thread(target=trained, args=(9, 200))
        busy.start()
        with multiprocessing.get_context(kind).Pool(4) as pool:
            found = pool.map_async(trained, range(4)).get(timeout=300)
        busy.join()
        demand(found == expected, f"processes made by {kind} came to other weights")
    return f"{' and '.join(kinds)}, 4 processes each, equal to the bit"
