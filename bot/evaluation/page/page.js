"use strict";
(function () {
  const form = document.getElementById("filters");
  const shown = document.getElementById("shown");
  const questions = Array.from(document.querySelectorAll(".question"));

  function matches(question, name, wanted) {
    if (!wanted) return true;
    if (name === "words") {
      const text = question.textContent.toLowerCase();
      return wanted.toLowerCase().split(/\s+/).every((word) => text.includes(word));
    }
    return (question.dataset[name] || "").split("\n").includes(wanted);
  }

  function filter() {
    const wanted = Array.from(new FormData(form).entries());
    let count = 0;
    for (const question of questions) {
      question.hidden = !wanted.every(([name, value]) => matches(question, name, value));
      if (!question.hidden) count += 1;
    }
    shown.textContent = count + " of " + questions.length + " questions shown.";
  }

  function reveal() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    target.hidden = false;
    for (let each = target; each; each = each.parentElement) {
      if (each.tagName === "DETAILS") each.open = true;
    }
    target.scrollIntoView({ block: "center" });
  }

  form.addEventListener("input", filter);
  form.addEventListener("change", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(filter, 0));
  window.addEventListener("hashchange", reveal);
  filter();
  reveal();
})();
