from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from asr_app.gui.formatting import clock
from asr_app.gui.start_clock import START_VARIABLE, process_start_s

ROOT = Path(__file__).resolve().parents[3]
FIRST_PAINT = """
import json, sys
from asr_app.gui import app
from asr_app.gui.main_window import MainWindow

class Window(MainWindow):
    def begin(self, files=()):
        heavy = [name for name in {heavy!r} if name in sys.modules]
        print(json.dumps({{"heavy": heavy, "visible": self.isVisible()}}))
        self.close_at_once()

app.MainWindow = Window
sys.exit(app.run_window())
"""
HEAVY = ["torch", "av", "sounddevice", "soxr", "silero_vad", "pyqtgraph", "sentencepiece", "safetensors"]


def run(*command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **variables}
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment, timeout=90)


def test_the_window_is_painted_before_anything_heavy_is_imported() -> None:
    result = run(sys.executable, "-c", FIRST_PAINT.format(heavy=HEAVY))
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout) == {"heavy": [], "visible": True}


def test_the_start_is_measured_also_when_there_is_no_model(tmp_path: Path) -> None:
    target, models = tmp_path / "start.json", tmp_path / "models"
    models.mkdir()
    code = f"""
import sys
from pathlib import Path
from asr_app.gui import app, engine
app.real_engine = lambda: engine.real_engine(model="nowhere")
sys.exit(app.run_window(measure_start=Path({str(target)!r})))
"""
    result = run(sys.executable, "-c", code)
    assert result.returncode == 1, result.stderr
    figures = json.loads(target.read_text())
    assert 0 < figures["window_visible_s"] < 60
    assert figures["ready_to_dictate_s"] is None


def test_the_start_of_the_process_is_known_to_the_tenth_of_a_second() -> None:
    before_s = time.time()
    late = "import time; time.sleep(0.5)\nfrom asr_app.gui.start_clock import *\nprint(process_start_s())"
    result = run(sys.executable, "-c", late)
    assert float(result.stdout) == pytest.approx(before_s, abs=0.4)


def test_a_starter_can_say_when_it_began(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(START_VARIABLE, "12345.5")
    assert process_start_s() == 12345.5
    monkeypatch.setenv(START_VARIABLE, "soon")
    assert process_start_s() > 1e9


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (7.9, "0:07"), (750, "12:30"), (3723, "1:02:03"), (-1, "0:00")]
)
def test_times_are_written_as_people_read_them(seconds: float, text: str) -> None:
    assert clock(seconds) == text
