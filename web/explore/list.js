// The list of stored runs: filter, open, pick for comparison.
import { get } from "./api.js";
import { badge, date, h, stored } from "./dom.js";

const kFilters = ["text", "pattern", "case", "verdict", "build", "seed", "suite"];
const kMostCompared = 6;

// Kept while the page is open, so that runs of different searches can be compared.
const picked = new Map();

function addressOf(filter) {
  const query = new URLSearchParams(Object.entries(filter).filter(([, value]) => value));
  return `#/${query.size > 0 ? `?${query}` : ""}`;
}

function select(label, name, value, options, change) {
  const control = h(
    "select",
    { name, onchange: (event) => change(name, event.target.value) },
    h("option", { value: "" }, "All"),
    options.map((option) => h("option", { value: option, selected: option === value }, option)),
  );
  // A value that nothing stored has (from an address) still shows.
  if (value && !options.includes(value)) {
    control.append(h("option", { value, selected: true }, value));
  }
  return h("label", { className: `field ${name}` }, h("span", {}, label), control);
}

function input(label, name, value, change, more) {
  const control = h("input", { name, value, type: "search", autocomplete: "off", ...more });
  control.addEventListener("input", () => change(name, control.value.trim()));
  return h("label", { className: `field ${name}` }, h("span", {}, label), control);
}

function verdicts(value, change) {
  const words = ["", "fail", "inconclusive", "pass"];
  return h(
    "fieldset",
    { className: "field verdict" },
    h("legend", {}, "Verdict"),
    h("div", { className: "segments" }, words.map((word) =>
      h("label", {},
        h("input", {
          type: "radio",
          name: "verdict",
          value: word,
          checked: word === value,
          onchange: () => change("verdict", word),
        }),
        h("span", {}, word || "all")))),
  );
}

function filters(filter, data, change) {
  const patterns = [...new Set(data.cases.map((one) => one.pattern))];
  const cases = data.cases
    .filter((one) => !filter.pattern || one.pattern === filter.pattern)
    .map((one) => one.case);
  return h(
    "form",
    { className: "filters", role: "search", onsubmit: (event) => event.preventDefault() },
    input("Search", "text", filter.text, change, { placeholder: "name, case or reason  ( / )" }),
    select("Pattern", "pattern", filter.pattern, patterns, change),
    select("Case", "case", filter.case, [...new Set(cases)], change),
    verdicts(filter.verdict, change),
    select("Build", "build", filter.build, data.builds, change),
    input("Seed", "seed", filter.seed, change, { inputMode: "numeric" }),
  );
}

function line(run, pick) {
  const box = h("input", {
    type: "checkbox",
    checked: picked.has(run.id),
    onchange: (event) => pick(run, event.target),
  });
  box.setAttribute("aria-label", `Pick ${run.name} for comparison`);
  const variant = run.variant === "base" ? "" : ` : ${run.variant}`;
  return h(
    "tr",
    { className: "entry", "data-run": run.id },
    h("td", { className: "pick" }, box),
    h("td", { className: "state" }, badge(run.verdict)),
    h("td", { className: "what" },
      h("a", { href: `#/run/${run.id}` }, stored(run.case || run.scenario)),
      h("div", { className: "note" }, stored(run.pattern), " · ",
        stored(run.scenario + variant)),
      run.reason ? h("div", { className: "why" }, stored(run.reason)) : null),
    h("td", { className: "num seed" }, h("span", { className: "name" }, "seed "), run.seed),
    h("td", { className: "build" }, h("code", {}, run.build || "–")),
    h("td", { className: "when" }, `suite ${run.suite}`,
      h("div", { className: "note" }, date(run.stored_at),
        run.world === "sim" ? "" : ` · ${run.world}`)),
  );
}

function tray() {
  const bar = h("div", { className: "tray", role: "region" });
  bar.setAttribute("aria-label", "Comparison");
  const draw = () => {
    bar.hidden = picked.size === 0;
    const go = h("a", {
      className: picked.size > 1 ? "button" : "button off",
      href: picked.size > 1 ? `#/compare/${[...picked.keys()].join(",")}` : undefined,
    }, picked.size > 1 ? `Compare ${picked.size} runs` : "Pick another to compare");
    const clear = h("button", { type: "button", onclick: () => {
      picked.clear();
      document.querySelectorAll(".pick input").forEach((box) => (box.checked = false));
      draw();
    } }, "Clear");
    bar.replaceChildren(
      h("span", { className: "chosen" }, [...picked.values()].map((name) =>
        h("span", { className: "chip" }, stored(name)))),
      h("span", { className: "acts" }, go, clear),
    );
  };
  draw();
  return { bar, draw };
}

function pages(data, filter) {
  const end = data.skip + data.runs.length;
  const step = 100;
  const link = (text, skip, shown) => shown
    ? h("a", { href: addressOf({ ...filter, skip: skip || "" }) }, text) : null;
  return h("p", { className: "pages" },
    data.found > 0
      ? `${data.skip + 1}–${end} of ${data.found}`
      : data.stored > 0 ? "No run fits. Loosen a filter."
        : "Nothing is stored yet: run muster test.",
    data.found < data.stored && data.found > 0 ? ` (${data.stored} stored)` : "", " ",
    link("← earlier page", Math.max(0, data.skip - step), data.skip > 0), " ",
    link("next page →", end, end < data.found));
}

export async function list(parameters, signal) {
  const filter = Object.fromEntries(kFilters.map((name) => [name, parameters.get(name) ?? ""]));
  let skip = Number(parameters.get("skip") ?? 0) || 0;
  const { bar, draw } = tray();
  const results = h("section", { className: "results" });
  results.setAttribute("aria-label", "Runs");
  const pick = (run, box) => {
    if (box.checked && picked.size >= kMostCompared) {
      box.checked = false;
      return;
    }
    if (box.checked) picked.set(run.id, run.name);
    else picked.delete(run.id);
    draw();
  };
  const fill = (data) => {
    document.getElementById("stored").textContent =
      `${data.stored} ${data.stored === 1 ? "run" : "runs"} stored`;
    const head = ["", "Verdict", "Case", ["Seed", "num"], "Build", "Stored"];
    const body = data.runs.map((run) => line(run, pick));
    results.replaceChildren(
      h("div", { className: "status", role: "status" }, pages(data, filter)),
      data.runs.length === 0 ? "" : h("table", { className: "runs" },
        h("thead", {}, h("tr", {}, head.map((cell) => {
          const [text, className] = Array.isArray(cell) ? cell : [cell, ""];
          return h("th", { scope: "col", className },
            text || h("span", { className: "hidden" }, "Pick"));
        }))),
        h("tbody", {}, body)),
    );
  };

  let latest = null;
  const load = async () => {
    latest?.abort();
    latest = new AbortController();
    const own = latest;
    return get("runs", { ...filter, skip: skip || "" }, AbortSignal.any([signal, own.signal]));
  };
  const data = await load();
  let timer = 0;
  const change = (name, value) => {
    filter[name] = value;
    skip = 0;
    clearTimeout(timer);
    // Typing asks once it rests.
    timer = setTimeout(async () => {
      history.replaceState(null, "", addressOf(filter));
      try {
        const found = await load();
        if (name === "pattern") {
          const cases = filters(filter, found, change).querySelector("label.case");
          form.querySelector("label.case").replaceWith(cases);
        }
        fill(found);
      } catch (error) {
        if (error.name !== "AbortError") results.replaceChildren(h("p", {}, error.message));
      }
    }, name === "text" || name === "seed" ? 150 : 0);
  };
  const form = filters(filter, data, change);
  fill(data);
  const keys = (event) => {
    if (event.key === "/" && !event.target.closest("input, select, textarea")) {
      event.preventDefault();
      form.querySelector("input[name=text]").focus();
    }
  };
  document.addEventListener("keydown", keys);
  return {
    title: "Runs",
    content: h("div", { className: "list" }, h("h1", {}, "Runs"), form, results, bar),
    leave: () => {
      clearTimeout(timer);
      latest?.abort();
      document.removeEventListener("keydown", keys);
    },
  };
}
