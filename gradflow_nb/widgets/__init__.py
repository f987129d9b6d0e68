"""One anywidget a file; what runs in the browser is in `static/`."""
