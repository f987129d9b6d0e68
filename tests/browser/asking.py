"""Question views in an empty page, each with its Python side behind it: what a notebook does, without a notebook."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Locator, Page, expect

from gradflow_nb import Question
from gradflow_nb.widgets.question_view import QuestionView

from .alone import open_alone

TRAITS = ("title", "asked", "state", "progress", "typed", "echo")

BRIDGE = """() => {
    const bare = window.modelOf;
    window.modelOf = (state) => {
        const model = bare(state);
        const hear = (changed) => { for (const [name, value] of Object.entries(changed ?? {})) model.set(name, value); };
        model.save_changes = () => kernel(state.key, { typed: model.get("typed") }).then(hear);
        model.send = (message) => kernel(state.key, { message }).then(hear);
        return model;
    };
}"""


class Asking:
    """A page for question views. `kernel` may be turned off: then nothing answers."""

    def __init__(self, page: Page) -> None:
        self.page, self.views, self.runs = page, {}, True
        page.expose_function("kernel", self._hear)
        page.evaluate(BRIDGE)
        page.add_style_tag(content=QuestionView._css)

    def show(self, *questions: Question, title: str = "") -> "Asked":
        """Shows these questions in one view."""
        view = QuestionView(questions, title)
        key = f"{len(self.views)}"
        self.views[key] = view
        self.page.evaluate("(state) => (window.shown ??= {})[state.key] = show(state)", {"key": key, **traits(view)})
        return Asked(self.page.locator("main").last, view, key)

    def _hear(self, key: str, sent: dict) -> dict:
        if not self.runs:
            return {}
        view, before = self.views[key], traits(self.views[key])
        if "typed" in sent:
            view.typed = sent["typed"]
        else:
            view._receive(view, sent["message"], [])
        return {name: value for name, value in traits(view).items() if name != "typed" and value != before[name]}


def traits(view: QuestionView) -> dict:
    return {name: getattr(view, name) for name in TRAITS}


class Asked:
    """One view: its parts by the names that people have for them."""

    def __init__(self, root: Locator, view: QuestionView, key: str = "") -> None:
        self.root, self.page, self.view, self.key = root, root.page, view, key
        self.said = root.get_by_role("status").first
        self.echo = root.locator(".gf-echo").first
        self.score = root.locator(".gf-score").first
        self.help = root.get_by_role("group", name="Help")

    def box(self, name: str = "Your answer") -> Locator:
        """A field by the beginning of its name."""
        ways = (f'[aria-label="{name}"]', f'[aria-label^="{name},"]', f'[aria-label^="{name}:"]')
        return self.root.locator(",".join(f".gf-box{way}" for way in ways)).first

    def button(self, name: str) -> Locator:
        return self.root.get_by_role("button", name=name, exact=True)

    def fill(self, texts: dict[str, str] | str) -> None:
        for name, text in ({"Your answer": texts} if isinstance(texts, str) else texts).items():
            self.box(name).fill(text)

    def check(self, texts: dict[str, str] | str, says: str) -> None:
        """Fills in, presses Check, and waits for what is said."""
        self.fill(texts)
        self.button("Check").first.click()
        expect(self.said).to_contain_text(says)

    def marks(self) -> list[str]:
        return self.root.locator(".gf-sign").all_text_contents()

    def lit(self) -> list[str]:
        return self.root.evaluate(
            "(root) => [...root.querySelectorAll('.gf-lit')].map(({ dataset: d }) => d.node ?? `${d.child} ${d.parent}`)"
        )

    def close(self) -> None:
        self.page.evaluate("(key) => shown[key].close()", self.key)


@contextmanager
def open_asking(chromium: Browser) -> Iterator[Asking]:
    """A page for question views, closed again."""
    with open_alone(chromium, QuestionView.module.default_value) as page:
        page.errors = []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        yield Asking(page)
