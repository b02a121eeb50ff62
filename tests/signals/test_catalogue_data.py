from __future__ import annotations

import json

from gracelint.signals.programs import build, catalogue


def test_the_json_is_what_the_toml_files_say() -> None:
    fresh = json.loads((build.FOLDER / catalogue.FILE).read_text("utf-8"))
    assert fresh == json.loads(build.text()), "run python -m gracelint.signals.programs.build"
