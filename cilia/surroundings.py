"""What a program runs in: an event loop, a working directory, an environment. After the run, all of it is as before."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import sys
import warnings
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from pulumi.runtime import resource as registration
from pulumi.runtime.proto.source_pb2 import StackTrace
from pulumi.runtime.settings import Settings

from cilia.monitor import Message

# What the SDKs read from the environment when a program leaves it out. A preview says the same on every machine.
_AMBIENT = ("KUBECONFIG", "PULUMI_K8S_", "PULUMI_CONFIG")
# Private to the SDK. Where a later one does without, so does the recorder.
_STACK_TRACE = "_get_stack_trace"
_DEFAULT = "_ContextProperty__default"


class _SameThread(ThreadPoolExecutor):
    """Runs the SDK's calls to the monitor where they are made: nothing to wait for, and one order in every run."""

    def submit(self, call: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        if getattr(call, "__module__", None) != "pulumi.runtime._context":
            return super().submit(call, *args, **kwargs)  # a program's own work may wait for the event loop
        done: Future[Any] = Future()
        try:
            done.set_result(call(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - handed to whoever waits for the result
            done.set_exception(error)
        return done


@contextlib.contextmanager
def event_loop() -> Iterator[asyncio.AbstractEventLoop]:
    """An event loop that leaves no task behind, whatever became of the program."""
    loop, executor = asyncio.new_event_loop(), _SameThread()
    loop.set_default_executor(executor)
    # A program that fails leaves tasks behind, about which asyncio would complain on stderr.
    loop.set_exception_handler(lambda _loop, _context: None)
    try:
        yield loop
    finally:
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        if left:
            loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        executor.shutdown(wait=False, cancel_futures=True)
        loop.close()


@contextlib.contextmanager
def surroundings(main: Path) -> Iterator[None]:
    """What the language host gives a program: its directory as working directory and on `sys.path`, its own `sys.argv`.

    Puts everything back afterwards. What the program prints goes to stderr, because stdout is for results.
    """
    directory, environment, path, argv = Path.cwd(), dict(os.environ), list(sys.path), sys.argv
    defaults = _context_defaults()
    try:
        os.chdir(main.parent)
        sys.path.insert(0, str(main.parent))
        sys.argv = [str(main)]
        for name in environment:
            if name.startswith(_AMBIENT):
                del os.environ[name]
        with contextlib.redirect_stdout(sys.stderr):
            yield
    finally:
        os.chdir(directory)
        sys.path[:] = path
        sys.argv = argv
        os.environ.clear()
        os.environ.update(environment)
        for item, default in defaults.items():
            setattr(item, _DEFAULT, default)


def _context_defaults() -> dict[Any, Any]:
    # The first value ever set also becomes what a new thread sees, in which no context has been set up.
    return {item: getattr(item, _DEFAULT) for item in vars(Settings).values() if hasattr(item, _DEFAULT)}


@contextlib.contextmanager
def haste() -> Iterator[None]:
    """Leaves out two things that take half of the time and that a recording has no use for.

    Garbage collection: nothing that a program builds can go before it ends. And the stack of calls that the SDK sends
    with every registration, for which it looks at every source file on the stack.
    """
    enabled, stack_trace = gc.isenabled(), getattr(registration, _STACK_TRACE, None)
    freezing = gc.get_freeze_count() == 0
    gc.disable()
    if freezing:
        gc.freeze()  # so that a collection after a failure looks at the program's own objects only
    if stack_trace is not None:
        setattr(registration, _STACK_TRACE, StackTrace)
    try:
        yield
    finally:
        if stack_trace is not None:
            setattr(registration, _STACK_TRACE, stack_trace)
        if freezing:
            gc.unfreeze()
        if enabled:
            gc.enable()


@contextlib.contextmanager
def captured_warnings(messages: list[Message]) -> Iterator[None]:
    """Python's warnings become messages, each text once; nothing is printed."""

    def keep(message: Warning | str, *_: object) -> None:
        found = Message("warning", str(message))
        if found not in messages:
            messages.append(found)

    with warnings.catch_warnings():
        warnings.simplefilter("default")
        warnings.simplefilter("ignore", DeprecationWarning)  # the SDKs log their own
        warnings.showwarning = keep  # type: ignore[assignment]
        yield
