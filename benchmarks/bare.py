"""The limit to compare with: a FastAPI route that reads the body and answers `ok`, served as the service is."""

import sys

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse

app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)


@app.post("/callbacks/vk")
async def bare(request: Request) -> PlainTextResponse:
    """Read and say `ok`."""
    await request.body()
    return PlainTextResponse("ok")


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=False, log_config=None, server_header=False)
