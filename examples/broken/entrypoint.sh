#!/bin/sh
set -e

if [ "$1" = "serve" ]; then
    echo "starting on port ${PORT:-8000}"
    gunicorn --bind "0.0.0.0:${PORT:-8000}" app:app
else
    exec "$@"
fi
