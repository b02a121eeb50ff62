"""An ordinary service, made: models, storage, routes and clients of some subjects, a worker beside them; about 150 lines a module."""

from __future__ import annotations

_HEADS = {
    "models": '''"""Models of subjects."""
from __future__ import annotations

import enum
from datetime import datetime, timezone
from typing import Any, Optional

from pydantic import BaseModel, Field, field_validator

from service.core.settings import new_id, settings


class State(str, enum.Enum):
    NEW = "new"
    OPEN = "open"
    DONE = "done"

''',
    "storage": '''"""Storage of subjects."""
from __future__ import annotations

import logging
from contextlib import asynccontextmanager
from typing import AsyncIterator, Sequence

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from service.core.database import session_factory
from service.models.subjects import Model0, State

logger = logging.getLogger(__name__)
_CACHE: dict[str, object] = {}


@asynccontextmanager
async def transaction() -> AsyncIterator[AsyncSession]:
    async with session_factory() as session:
        try:
            yield session
            await session.commit()
        except Exception:
            await session.rollback()
            raise


class Storage:
    """Reads and writes subjects."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

''',
    "routes": '''"""Routes of subjects."""
from __future__ import annotations

import asyncio
import logging
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, status

from service.core.events import publish
from service.models.subjects import Model1, State
from service.storage.subjects import Storage, transaction

logger = logging.getLogger(__name__)
router = APIRouter(prefix="/subjects", tags=["subjects"])

''',
    "clients": '''"""Asks others about subjects."""
import json
import time
import urllib.parse
from dataclasses import dataclass, field

import httpx

from service.core.retry import retry
from service.core.settings import settings

BASE = settings.remote.rstrip("/") + "/subjects"
HEADERS = {"accept": "application/json", "user-agent": f"service/{settings.version}"}


@dataclass
class Answer:
    status: int
    body: dict = field(default_factory=dict)
    took: float = 0.0


class Client:
    def __init__(self, timeout: float = 5.0) -> None:
        self.client = httpx.Client(base_url=BASE, headers=HEADERS, timeout=timeout)
        self.calls = 0

''',
}
_PARTS = {
    "models": '''
class Model0(BaseModel):
    """One of subjects, in its form 0."""

    id: str = Field(default_factory=new_id)
    name: str = Field(..., max_length=640, description="the name of it")
    amount: float = 0.0
    state: State = State.NEW
    tags: list[str] = Field(default_factory=list)
    created: datetime = Field(default_factory=lambda: datetime.now(timezone.utc))
    extra: dict[str, Any] = {}

    @field_validator("amount")
    @classmethod
    def positive(cls, value: float) -> float:
        if value < 0:
            raise ValueError(f"amount of subjects must not be negative: {value!r}")
        return round(value, settings.precision)

    def total(self, rate: float = 1.0) -> float:
        return sum(x * rate for x in (self.amount, 1.0)) if self.tags else self.amount
''',
    "storage": """
    async def find_0(self, name: str, limit: int = 100) -> Sequence[Model0]:
        query = select(Model0).where(Model0.name == name, Model0.amount > 0).limit(limit)
        result = await self._session.execute(query)
        rows = [row for row in result.scalars() if row.state is not None and not row.extra.get("hidden", False)]
        if not rows:
            logger.info("no subjects named %s", name)
            return []
        for row in rows:
            _CACHE[row.id] = row
            row.tags.append(f"seen-{len(_CACHE)}")
        return sorted(rows, key=lambda row: (row.created, row.id), reverse=True)[:limit]

    async def change_0(self, key: str, **values: object) -> None:
        await self._session.execute(update(Model0).where(Model0.id == key).values(**values))
""",
    "routes": '''
@router.get("/0/{key}", status_code=status.HTTP_200_OK)
async def handle_0(key: str, limit: Annotated[int, Query(ge=1, le=100)] = 10) -> dict[str, object]:
    """Answer number 0."""
    async with transaction() as session:
        storage = Storage(session)
        try:
            found = await asyncio.wait_for(storage.find_0(key, limit), timeout=5)
        except asyncio.TimeoutError as error:
            logger.warning("slow: %s", key)
            raise HTTPException(status_code=504, detail="slow") from error
        if not found:
            raise HTTPException(status_code=404, detail=f"{key} is not there")
        await publish("subjects.read", {"key": key, "count": len(found), "step": 0})
    return {"items": [one.model_dump() for one in found], "total": sum(one.total() for one in found)}
''',
    "clients": """
    @retry(times=3)
    def ask_0(self, key: str, *parts: str, **query: str) -> Answer:
        started = time.monotonic()
        path = "/".join([urllib.parse.quote(key), *(urllib.parse.quote(p) for p in parts)])
        self.calls += 1
        answer = self.client.get(path, params={k: v for k, v in query.items() if v})
        if answer.status_code >= 500:
            raise RuntimeError(f"{path}: {answer.status_code}")
        try:
            body = answer.json()
        except json.JSONDecodeError:
            body = {"raw": answer.text[:200]}
        return Answer(answer.status_code, body, time.monotonic() - started)
""",
}
_CORE = {
    "core/settings": """
import os
import uuid

from pydantic_settings import BaseSettings


def new_id() -> str:
    return uuid.uuid4().hex


class Settings(BaseSettings):
    remote: str = os.environ.get("REMOTE", "http://remote")
    precision: int = 2
    version: str = "1.0"
    interval: float = 5.0


settings = Settings()
""",
    "core/database": """
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

engine = create_async_engine("sqlite+aiosqlite://")
session_factory = async_sessionmaker(engine, expire_on_commit=False)


async def close() -> None:
    await engine.dispose()
""",
    "core/events": """
import asyncio

_queue: asyncio.Queue = asyncio.Queue(maxsize=1000)


async def publish(name: str, body: dict) -> None:
    await _queue.put((name, body))
""",
    "core/retry": """
import functools
import time


def retry(times: int = 3, pause: float = 0.1):
    def around(function):
        @functools.wraps(function)
        def inner(*args, **kwargs):
            for attempt in range(times):
                try:
                    return function(*args, **kwargs)
                except RuntimeError:
                    time.sleep(pause * 2**attempt)
            raise RuntimeError
        return inner
    return around
""",
}
_APP = '''"""The application."""
import asyncio
import contextlib

from fastapi import FastAPI

from service.core.database import close
from service.core.settings import settings
from service.worker import Worker
IMPORTS

@contextlib.asynccontextmanager
async def lifespan(app: FastAPI):
    task = asyncio.create_task(Worker(settings.interval).run())
    yield
    task.cancel()
    await close()


app = FastAPI(lifespan=lifespan)
'''
_WORKER = '''"""Work in the background."""
import asyncio
import signal
import threading

IMPORTS
stop = threading.Event()


class Worker:
    def __init__(self, interval: float) -> None:
        self.interval = interval
        self.clients = [CLIENTS]

    async def run(self) -> None:
        while True:
            for client in self.clients:
                await asyncio.to_thread(client.ask_0, "all")
            await asyncio.sleep(self.interval)

    def loop(self) -> None:
        while not stop.is_set():
            for client in self.clients:
                client.ask_1("all")
            stop.wait(self.interval)


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    Worker(2.0).loop()


if __name__ == "__main__":
    main()
'''
_MAIN = """import uvicorn

from service.app import app

if __name__ == "__main__":
    uvicorn.run(app, host="0.0.0.0", port=8000)
"""


def service(subjects: int = 5) -> dict[str, str]:
    """The files of a service: four modules for each subject, and ten others."""
    names = [f"subject{number}" for number in range(subjects)]
    files = {f"service/{part}__init__.py": "" for part in ("", "core/", "models/", "storage/", "routes/", "clients/")}
    files |= {f"service/{name}.py": text for name, text in _CORE.items()}
    for name in names:
        for kind, head in _HEADS.items():
            parts = "".join(_PARTS[kind].replace("0", str(number)) for number in range(9))
            files[f"service/{kind}/{name}.py"] = (head + parts).replace("subjects", name)
    routes = "".join(f"from service.routes import {name} as {name}_routes\n" for name in names)
    included = "".join(f"app.include_router({name}_routes.router)\n" for name in names)
    files["service/app.py"] = _APP.replace("IMPORTS\n", routes) + included
    clients = "".join(f"from service.clients.{name} import Client as {name}_client\n" for name in names)
    made = ", ".join(f"{name}_client()" for name in names)
    files["service/worker.py"] = _WORKER.replace("IMPORTS\n", clients).replace("CLIENTS", made)
    files["service/__main__.py"] = _MAIN
    return files
