"""The report: complete, harmless, and usable in a real browser."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from bot.errors import InputError
from bot.evaluation.contexts import read_contexts
from bot.evaluation.html_page import html_page
from bot.evaluation.outcomes import read_run
from bot.evaluation.report import write_report
from bot.evaluation.verdict import Demands, Verdict, decide
from tests.eval_samples import QUESTIONS, TEXTS, bot, question, run

ODD = question("odd", 'who ends "red" <b>now</b>', "Red", TEXTS["odd.md"][52:], "who")


def verdict() -> Verdict:
    asked = [*QUESTIONS, ODD]
    baseline = run(asked, bot(threshold=0))
    return decide(run(asked), Demands(baseline))


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    decided = verdict()
    contexts = read_contexts(decided.run.outcomes, TEXTS.get)
    write_report(decided, contexts, folder)
    return folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Chrome]:
    """Start a browser; a test run without one fails and says what to install."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or driver is None:
        pytest.fail(
            "The report was NOT tested in a browser: install one with "
            "`apt-get install chromium chromium-driver`, or leave these tests out "
            "with `-m 'not browser'`."
        )
    options = ChromeOptions()
    options.binary_location = chromium
    for each in ("--headless=new", "--window-size=1200,900", "--disable-gpu"):
        options.add_argument(each)
    if os.geteuid() == 0:  # as in containers, where its own sandbox cannot start
        options.add_argument("--no-sandbox")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    started = Chrome(options=options, service=Service(driver))
    yield started
    started.quit()


@pytest.fixture
def page(browser: Chrome, report: Path) -> Chrome:
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    browser.get("about:blank")
    browser.get((report / "index.html").as_uri())
    return browser


def shown(page: Chrome) -> list[str]:
    found = page.find_elements(By.CSS_SELECTOR, ".question")
    return [each.get_attribute("id") or "" for each in found if each.is_displayed()]


def test_the_folder_has_a_page_and_files_for_programs(report: Path) -> None:
    assert sorted(each.name for each in report.iterdir()) == [
        "index.html",
        "junit.xml",
        "run.json",
        "summary.json",
        "summary.md",
    ]
    assert read_run(report / "run.json").outcomes
    assert json.loads((report / "summary.json").read_text("utf-8"))["questions"] == 8


def test_the_page_names_no_other_place(report: Path) -> None:
    text = (report / "index.html").read_text(encoding="utf-8")

    for each in ("src=", "url(", "@import", "http:", "https:"):
        assert each not in text
    assert "default-src 'none'" in text


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "report").write_text("a file", encoding="utf-8")

    with pytest.raises(InputError, match="cannot be written"):
        write_report(verdict(), read_contexts([], TEXTS.get), tmp_path / "report")


def test_of_long_documents_only_the_surroundings_are_shown() -> None:
    long = {
        **TEXTS,
        "tug.md": f"START{'x' * 80_000}. {TEXTS['tug.md']} {'y ' * 9_000}.",
    }
    measured = run(asked=bot(long))

    html = "".join(read_contexts(measured.outcomes, long.get).html())

    assert len(html) < 20_000
    assert "START" not in html
    assert "[…]" in html


def test_the_same_verdict_gives_the_same_page() -> None:
    decided = verdict()
    contexts = read_contexts(decided.run.outcomes, TEXTS.get)

    assert html_page(decided, contexts) == html_page(decided, contexts)


@pytest.mark.browser
def test_the_page_runs_without_a_complaint_and_loads_nothing(page: Chrome) -> None:
    assert page.get_log("browser") == []  # type: ignore[no-untyped-call] # of selenium
    assert (
        page.execute_script("return performance.getEntriesByType('resource').length")
        == 0
    )
    assert page.title == "Evaluation"


@pytest.mark.browser
def test_text_of_documents_and_questions_stays_text(page: Chrome) -> None:
    assert len(page.find_elements(By.TAG_NAME, "script")) == 1
    assert page.find_elements(By.CSS_SELECTOR, ".question b") == []
    text = page.execute_script("return document.body.textContent")
    assert "<script>alert(1)</script>" in text


@pytest.mark.browser
def test_there_are_four_plots_that_say_what_they_show(page: Chrome) -> None:
    plots = page.find_elements(By.CSS_SELECTOR, "figure svg")

    assert len(plots) == 4
    assert all(each.size["height"] > 50 for each in plots)
    assert all((each.get_attribute("aria-label") or "").count(".") for each in plots)


@pytest.mark.browser
def test_filters_show_the_questions_that_fit(page: Chrome) -> None:
    assert len(shown(page)) == 8
    Select(page.find_element(By.NAME, "result")).select_by_value("right")
    assert shown(page) == ["q-0"]
    status = page.find_element(By.ID, "shown")
    assert status.text == "1 of 8 questions shown."

    page.find_element(By.CSS_SELECTOR, "button[type=reset]").click()
    assert len(shown(page)) == 8
    page.find_element(By.NAME, "words").send_keys("ferry 1998")
    assert "q-4" in shown(page)
    assert "q-5" not in shown(page)


@pytest.mark.browser
@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("stage", "refusal", ["q-6"]),
        ("tag", "chat", ["q-4"]),
        ("type", "why", ["q-5"]),
        ("document", "odd.md", ["q-7"]),
        ("change", "broken", ["q-2"]),
    ],
)
def test_each_filter_works(
    page: Chrome, name: str, value: str, wanted: list[str]
) -> None:
    Select(page.find_element(By.NAME, name)).select_by_value(value)

    assert shown(page) == wanted


@pytest.mark.browser
def test_a_question_shows_answer_gold_evidence_stage_and_what_changed(
    page: Chrome,
) -> None:
    details = page.find_element(By.ID, "q-2")
    details.find_element(By.TAG_NAME, "summary").click()

    said = details.text
    for each in (
        "Refused: Too few words",
        "Ito",
        "decision",
        "Baseline",
        "Would have said",
    ):
        assert each in said


@pytest.mark.browser
def test_a_link_leads_to_the_passage_in_its_document(page: Chrome) -> None:
    details = page.find_element(By.ID, "q-0")
    details.find_element(By.TAG_NAME, "summary").click()
    cited, evidence = details.find_elements(By.CSS_SELECTOR, "blockquote + p a")
    assert cited.text.startswith("tug.md")
    evidence.click()

    anchor = page.find_element(By.CSS_SELECTOR, ":target")
    mark = anchor.find_element(By.XPATH, "following-sibling::mark")
    assert mark.is_displayed()
    assert mark.text == "Captain Ito commands the tug Boreas."
    top = page.execute_script("return arguments[0].getBoundingClientRect().top", mark)
    assert 0 <= top < 900


@pytest.mark.browser
def test_a_changed_question_is_reached_from_the_list_of_changes(page: Chrome) -> None:
    page.find_element(By.CSS_SELECTOR, "[aria-labelledby=changes] a").click()

    assert page.find_element(By.ID, "q-2").get_attribute("open") is not None


@pytest.mark.browser
def test_the_page_is_used_from_the_keyboard(page: Chrome) -> None:
    body = page.find_element(By.TAG_NAME, "body")
    body.send_keys(Keys.TAB)
    assert page.switch_to.active_element.text == "Skip to the questions"
    summary = page.find_element(By.CSS_SELECTOR, "#q-0 summary")
    summary.send_keys(Keys.ENTER)
    assert page.find_element(By.ID, "q-0").get_attribute("open") is not None


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 360])
def test_no_rule_of_accessibility_is_broken(
    page: Chrome, scheme: str, width: int
) -> None:
    feature = {"name": "prefers-color-scheme", "value": scheme}
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
    page.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False},
    )
    page.execute_script(
        "document.querySelectorAll('details').forEach(e => e.open = true)"
    )
    rules = files("axe_core_python") / "axe.min.js"
    page.execute_script(rules.read_text(encoding="utf-8"))

    found = page.execute_async_script("axe.run().then(arguments[arguments.length - 1])")

    page.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    broken = [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]]
    assert broken == []
    assert len(found["passes"]) > 20  # it did look


@pytest.mark.browser
def test_light_and_dark_differ(page: Chrome) -> None:
    backs = []
    for scheme in ("light", "dark"):
        feature = {"name": "prefers-color-scheme", "value": scheme}
        page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
        backs.append(
            page.find_element(By.TAG_NAME, "body").value_of_css_property(
                "background-color"
            )
        )

    assert backs == ["rgba(255, 255, 255, 1)", "rgba(20, 20, 20, 1)"]
