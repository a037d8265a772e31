"""The application for bench/pages/engines.py: each page first loads a script that keeps what goes wrong in it."""

from flask import Flask, Response

from webapp import create_app

# A driver hears of no error that happens while a page loads.
_WATCH = """
for (const type of ["error", "unhandledrejection", "securitypolicyviolation"])
  addEventListener(type, (e) => {
    const what = e.message ?? e.reason ?? e.blockedURI ?? e.target.src ?? e.target.href;
    if (`${what}`.includes("Skipping view transition")) return; // WebKit's own
    localStorage.troubles = `${localStorage.troubles ?? ""}${location.pathname}: ${type} ${what} ${e.lineno ?? ""}\\n`;
  }, true);
"""


def watched() -> Flask:
    app = create_app()
    app.add_url_rule("/watch.js", view_func=lambda: Response(_WATCH, mimetype="text/javascript"))

    @app.after_request
    def watch(response: Response) -> Response:
        if response.mimetype == "text/html":
            response.set_data(response.get_data().replace(b"<head>", b'<head><script src="/watch.js"></script>', 1))
        return response

    return app
