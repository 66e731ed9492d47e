"""Measures one contestant at one case, in a process of its own and in the contestant's own environment.

    python worker.py CONTESTANT CASE BASE_URL [json=stdlib] [asyncio=yes] [size=200] [seconds=0.05] [since=...]

Prints one line of JSON. CPU is user and system time of the whole process, all threads. What is imported here before
the contestant is next to nothing: `start` counts from the process's first instruction.
"""

from __future__ import annotations

import sys
import time


def options(given):
    """Return what the arguments say after the first three."""
    return dict(each.split("=", 1) for each in given)


def contestant(name):
    """Import the contestant's file."""
    return getattr(__import__(f"peers.{name}"), name)


def start(module, base, asked):
    """One call of a fresh process: everything that the process has done by then is counted."""
    if asked.get("asyncio"):
        import asyncio

        async def once():
            made = module.Async(base)
            answer = await made.chat()
            cost = time.process_time(), time.time(), len(sys.modules)
            if hasattr(made, "close"):
                await made.close()
            return answer, *cost

        result, cpu, now, modules = asyncio.run(once())
    else:
        result = module.Sync(base).chat()
        cpu, now, modules = time.process_time(), time.time(), len(sys.modules)
    return {"cpu": cpu, "wall": now - float(asked["since"]), "modules": modules, "result": result}


def main(name, case, base, *given):
    """Do what is asked and print what it cost."""
    asked = options(given)
    if "stdlib" == asked.get("json"):
        sys.modules["orjson"] = sys.modules["pybase64"] = None  # importing them fails from here on
    began = time.process_time()
    if "start" == case and "profile" in asked:
        import profiled

        found = profiled.written(lambda: start(contestant(name), base, asked), asked["profile"])
    elif "start" == case:
        found = start(contestant(name), base, asked) | {"began": began}
    else:
        import measuring

        found = measuring.measured(contestant(name), case, base, asked)
    import json

    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
