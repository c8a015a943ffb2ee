"""MLflow's server as `make ui` starts it: its pages open on runs, not on language models.

MLflow 3 stores in the browser which of its two modes the user works in, and starts in the one for language models;
there the page of an experiment is empty. It also opens a chat and advertises its registry. A script in its only HTML
page sets other defaults; the user's later choice takes precedence.
`mlflow server --app-name relecture` finds this module by the entry point in pyproject.toml.
"""

from pathlib import Path

import mlflow.server
from mlflow.server.fastapi_app import app
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

_DEFAULTS_SCRIPT = """<script>
for (const [key, value] of Object.entries({
  "mlflow.workflowType_v1": "machine_learning",
  "mlflow.assistant.fab.autoOpenedOnFirstLoad_v1": true,
  "_mlflow_model_registry_promo_modal_dismissed_v1": true,
})) {
  if (localStorage.getItem(key) === null) localStorage.setItem(key, JSON.stringify(value));
}
</script>"""


def page(request: Request) -> HTMLResponse:
    """Return MLflow's HTML page with our defaults."""
    html = Path(mlflow.server.__file__).with_name("js").joinpath("build", "index.html").read_text(encoding="utf-8")
    return HTMLResponse(html.replace("<head>", f"<head>{_DEFAULTS_SCRIPT}", 1), headers={"Cache-Control": "no-cache"})


app.router.routes.insert(0, Route("/", page))
