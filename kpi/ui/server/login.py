"""The page that asks for the password: plain HTML, no script, both languages."""

from __future__ import annotations

from html import escape

from starlette.responses import HTMLResponse

from kpi.language import Translator

_STYLE = """
:root { color-scheme: light dark; --page: #f4f5f7; --card: #fff; --text: #10161f; --faded: #4a5565; --line: #c6ccd6;
  --accent: #3b4cc0; --on: #fff; --wrong: #b3261e }
@media (prefers-color-scheme: dark) { :root { --page: #12151b; --card: #1b2029; --text: #e8ebf0; --faded: #a9b2c0;
  --line: #3a4352; --accent: #9aa8ff; --on: #12151b; --wrong: #ff8a75 } }
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--page); color: var(--text);
  font: 16px/1.5 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif }
main { width: min(24rem, calc(100vw - 2rem)); padding: 2rem; background: var(--card); border-radius: .75rem;
  border: 1px solid var(--line) }
h1 { margin: 0 0 .25rem; font-size: 1.375rem } p { margin: 0 0 1.25rem; color: var(--faded) }
label { display: block; margin-bottom: .375rem; font-weight: 600 }
input, button { width: 100%; padding: .625rem .75rem; font: inherit; border: 1px solid var(--line);
  border-radius: .5rem }
input { background: var(--page); color: inherit }
button { margin-top: 1rem; background: var(--accent); border-color: var(--accent); color: var(--on); font-weight: 600;
  cursor: pointer }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
[role=alert] { margin: .75rem 0 0; color: var(--wrong) }
"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"


def login_page(t: Translator, action: str, target: str, problem: str = "", status: int = 200) -> HTMLResponse:
    """The form. `target` is where to go afterwards: a path of this server, checked by `safe_target`."""
    alert = f'<p role="alert" id="problem">{escape(problem)}</p>' if problem else ""
    described = ' aria-describedby="problem" aria-invalid="true"' if problem else ""
    body = f"""<!doctype html>
<html lang="{t.html_language}"><head><meta charset="utf-8"><title>{escape(t("Sign in"))} · Waymark</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head>
<body><main><h1>Waymark</h1><p>{escape(t("This workspace is protected. Enter the password you were given."))}</p>
<form method="post" action="{escape(action)}"><input type="hidden" name="next" value="{escape(target)}">
<label for="password">{escape(t("Password"))}</label>
<input id="password" name="password" type="password" autocomplete="current-password" required autofocus{described}>
{alert}<button type="submit">{escape(t("Sign in"))}</button></form></main></body></html>"""
    headers = {"content-security-policy": POLICY, "cache-control": "no-store"}
    return HTMLResponse(body, status_code=status, headers=headers)


def safe_target(target: str | None, base: str) -> str:
    """Where to go after signing in: only a path of this app, never another site.

    >>> safe_target("/data?lang=zh", ""), safe_target("//evil.example", ""), safe_target("https://evil.example", "")
    ('/data?lang=zh', '/', '/')
    """
    path = target or ""
    inside = path.startswith(f"{base}/") and not path.startswith("//") and "\\" not in path
    return path if inside and path.isprintable() else f"{base}/"
