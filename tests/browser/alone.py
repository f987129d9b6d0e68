"""The widget's module by itself: a page without a notebook, a model that counts who listens to it, and timers that are counted."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page

ALONE = """async (source) => {
    window.widget = (await import(URL.createObjectURL(new Blob([source], { type: "text/javascript" })))).default;
    window.live = { listeners: 0, timers: new Set(), observers: 0 };
    const { setTimeout, clearTimeout, setInterval, clearInterval } = window;
    for (const [name, set] of Object.entries({ setTimeout, setInterval })) {
        window[name] = (act, wait) => {
            const timer = set(() => { if (name === "setTimeout") live.timers.delete(timer); act(); }, wait);
            live.timers.add(timer);
            return timer;
        };
    }
    for (const [name, clear] of Object.entries({ clearTimeout, clearInterval })) window[name] = (timer) => { live.timers.delete(timer); clear(timer); };
    const { observe, disconnect } = ResizeObserver.prototype;
    ResizeObserver.prototype.observe = function (part) { live.observers += 1; observe.call(this, part); };
    ResizeObserver.prototype.disconnect = function () { live.observers -= 1; disconnect.call(this); };
    window.modelOf = (state) => {
        const heard = new Map();
        return {
            get: (name) => state[name], save_changes() {}, send() {},
            set(name, value) { state[name] = value; for (const act of heard.get(`change:${name}`) ?? []) act(); },
            on(name, act) { live.listeners += 1; heard.set(name, [...(heard.get(name) ?? []), act]); },
            off(name, act) {
                const left = (heard.get(name) ?? []).filter((other) => other !== act);
                live.listeners -= (heard.get(name) ?? []).length - left.length;
                heard.set(name, left);
            },
        };
    };
    window.show = (state) => {
        const el = document.body.appendChild(document.createElement("main"));
        const model = modelOf(state), close = widget.render({ model, el });
        return { el, model, close: () => { close(); el.remove(); } };
    };
}"""


@contextmanager
def open_alone(chromium: Browser, module: str) -> Iterator[Page]:
    """A page with nothing in it but the module; `show(state)` there displays a figure."""
    page = chromium.new_page()
    page.goto("data:text/html,<!DOCTYPE html><html lang=en><title>alone</title><body></body></html>")
    page.evaluate(ALONE, module)
    yield page
    page.close()
