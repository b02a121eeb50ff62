#!/bin/sh
set -e

if [ "$1" = "serve" ]; then
    echo "starting on port ${PORT:-8000}"
    python app.py "${PORT:-8000}"
else
    exec "$@"
fi
