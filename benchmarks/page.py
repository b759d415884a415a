"""How long from a changed filter to the repainted chart, in Chromium, over a table of a million rows?

    python -m benchmarks.page [ROWS]

Starts the app on a home of its own, opens the B2B page and clicks between two periods. The clock runs inside the page:
from the click to the first frame after the funnel's drawing has changed. Prints the median and the slowest of the
clicks; results of a period are not reused between clicks, since every click asks for a period not asked before.
"""

from __future__ import annotations

import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from benchmarks.show import made_workspace
from kpi.settings import PROJECT_ROOT, load_settings
from kpi.workspace import open_home

WATCH = """
() => {
  const drawing = document.querySelector('.stVegaLiteChart');
  const words = () => document.querySelector('.stVegaLiteChart').textContent;
  window.before = words();
  window.took = null;
  document.addEventListener('click', () => { window.clicked = performance.now(); }, {capture: true, once: true});
  const look = () => {
    if (words() !== window.before) {
      requestAnimationFrame(() => { window.took = performance.now() - window.clicked; });
      return;
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}
"""


def one_click(page: Page, label: str) -> float:
    """Milliseconds from choosing a month to the changed drawing."""
    page.get_by_label("Month", exact=True).last.click()
    option = page.get_by_role("option", name=label, exact=True)
    option.wait_for()
    page.evaluate(WATCH)
    option.click()
    page.wait_for_function("() => window.took !== null", timeout=30_000)
    page.wait_for_timeout(400)
    return float(page.evaluate("() => window.took"))


def main(rows: int) -> None:
    """Print the median over the months of two years."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as chosen:
        home = open_home(replace(load_settings(), database_url=None), Path(folder))
        made_workspace(home, rows)
        chosen.bind(("127.0.0.1", 0))
        port = chosen.getsockname()[1]
        chosen.close()
        command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", f"--server.port={port}"]
        server = subprocess.Popen(
            command, cwd=PROJECT_ROOT, env=os.environ | {"WAYMARK_HOME": folder}, stdout=subprocess.DEVNULL
        )
        try:
            _wait_for(f"http://127.0.0.1:{port}/_stcore/health")
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path=shutil.which("chromium"),
                    args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
                )
                page = browser.new_page(viewport={"width": 1440, "height": 1000}, locale="en-US")
                page.goto(f"http://127.0.0.1:{port}/b2b?workspace=benchmark&lang=en")
                page.get_by_text("Month", exact=True).first.click()
                page.locator(".stVegaLiteChart").first.wait_for(timeout=60_000)
                page.wait_for_timeout(3_000)
                months = [f"{name} 2024" for name in ("Nov", "Oct", "Sep", "Aug", "Jul", "Jun", "May", "Apr", "Mar")]
                took = [one_click(page, month) for month in months]
                browser.close()
        finally:
            server.terminate()
            server.wait(timeout=20)
    print(f"rows {rows:,} · median {statistics.median(took):.0f} ms · slowest {max(took):.0f} ms (at most 500)")


def _wait_for(url: str) -> None:
    """Until the server answers."""
    for _ in range(300):
        try:
            urllib.request.urlopen(url, timeout=1).close()
            return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError("the app did not start")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
