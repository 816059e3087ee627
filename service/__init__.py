"""The service: one radiograph or a million through other doors than the page.

`python -m service` answers HTTP (`web/`) with the page's own workers and holds what it found for a
time (`analyses/`); `client.py` asks it from Python. FastAPI, uvicorn and httpx2
(`requirements-service.txt`) are imported when they are needed.
"""
