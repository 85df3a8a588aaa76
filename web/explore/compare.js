// Two runs or more side by side: the same figures of each, what differs, and their course.
import { get } from "./api.js";
import { badge, colour, date, h, row, stored, table } from "./dom.js";
import { chart, series } from "./timeline.js";

const kLetters = "ABCDEF";
const kDashes = [[], [6, 3], [2, 3], [8, 3, 2, 3], [12, 4], [1, 4]];

// Four digits and the sign, in the unit that the texts beside it have.
function difference(from, to, unit) {
  if (from === null || to === null) return "";
  if (from === to) return "=";
  const by = to - from;
  if (!Number.isFinite(by)) return "";
  const digits = (value) => String(Number(Math.abs(value).toPrecision(3)));
  const sign = by > 0 ? "+" : "−";
  if (unit === "%") return `${sign}${digits(by * 100)} points`;
  const percent = from !== 0 ? ` (${sign}${digits((by / Math.abs(from)) * 100)} %)` : "";
  if (unit === "s" && Math.abs(by) < 1) return `${sign}${digits(by * 1e3)} ms${percent}`;
  const named = { s: " s", count: "", "/s": " /s", "$": " $" }[unit] ?? ` ${unit}`;
  return `${sign}${digits(by)}${named}${percent}`;
}

function judged(metric, from, to) {
  if (from === null || to === null || from === to) return "";
  return (to > from) === (metric.better === "higher") ? "better" : "worse";
}

// JSON has no infinity: what was due and never came has a text, and no value.
function comparable(metric) {
  return metric.values.map((value, i) => value ?? (metric.texts[i] ? Infinity : null));
}

function cells(metric) {
  const values = comparable(metric);
  const [base] = values;
  return values.map((value, i) => {
    const word = i === 0 ? "" : judged(metric, base, value);
    const made = h("td", { className: `num ${word}` },
      h("span", { className: "figure" }, metric.texts[i] ?? "–"),
      i === 0 ? null : h("div", { className: "by" }, difference(base, value, metric.unit),
        word ? h("span", { className: "word" }, ` ${word === "better" ? "▲" : "▼"} ${word}`) : ""));
    made.setAttribute("data-value", String(metric.values[i]));
    return made;
  });
}

function head(run, i) {
  return h("th", { scope: "col", className: "num" },
    h("span", { className: `letter run-${i + 1}` }, kLetters[i]));
}

function figures(data) {
  const rows = data.metrics.map((metric) => {
    const same = comparable(metric).every((value, _, all) => value === all[0]);
    return h("tr", { "data-metric": metric.name, className: same ? "same" : "" },
      h("th", { scope: "row", title: metric.meaning }, h("code", {}, metric.name)), cells(metric));
  });
  const same = rows.filter((one) => one.classList.contains("same")).length;
  const box = h("input", { type: "checkbox", checked: same > 0 });
  const made = h("table", { className: "across only" },
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Metric"), data.runs.map(head))),
    h("tbody", {}, rows));
  box.addEventListener("change", () => made.classList.toggle("only", box.checked));
  return h("section", {}, h("h2", {}, "Figures"),
    h("p", { className: "note" }, "Differences are from A. ",
      "One run each: what differs may be chance; ",
      h("code", {}, "muster compare"), " judges many."),
    h("label", { className: "only-box" }, box, ` only what differs (${same} are equal)`),
    h("div", { className: "scroll" }, made));
}

function courses(data) {
  const drawn = data.runs.filter((run) => run.chart);
  if (drawn.length === 0) return null;
  const charts = [];
  const draw = () => {
    charts.splice(0).forEach((one) => one.destroy());
    const end = Math.max(...drawn.map((run) => run.chart.end));
    for (const [key, canvas] of canvases) {
      const datasets = drawn.map((run) => {
        const i = data.runs.indexOf(run);
        return series(kLetters[i], `run-${i + 1}`, run.chart[key], run.chart, {
          fill: false, borderDash: kDashes[i], borderColor: colour(`run-${i + 1}`) });
      });
      const list = drawn[0].chart.bands;
      charts.push(chart(canvas, datasets, { begin: 0, end, list, labels: true, legend: true }));
    }
  };
  const panel = (title) => {
    const canvas = h("canvas", {});
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", title);
    return [canvas, h("div", {}, h("h3", {}, title), h("div", { className: "panel" }, canvas))];
  };
  const [goodput, one] = panel("Goodput, tasks a second");
  const [latency, two] = panel("Mean latency of tasks done in time, ms");
  const canvases = [["goodput", goodput], ["latency", latency]];
  const missing = data.runs.length - drawn.length;
  const root = h("section", {}, h("h2", {}, "Over time"),
    h("div", { className: "courses" }, one, two),
    h("p", { className: "note" }, `Shaded: the faults of ${kLetters[data.runs.indexOf(drawn[0])]}.`,
      missing > 0 ? ` No course is stored of ${missing}; open them to run them again.` : ""));
  return { root, draw, leave: () => charts.forEach((made) => made.destroy()) };
}

function checks(data) {
  const texts = [...new Set(data.runs.flatMap((run) => run.checks.map((one) => one.text)))];
  if (texts.length === 0) return null;
  const rows = texts.map((text) => h("tr", {}, h("th", { scope: "row" }, stored(text)),
    data.runs.map((run) => {
      const one = run.checks.find((check) => check.text === text);
      return h("td", { className: "num" }, one ? badge(one.passed ? "pass" : "fail") : "–",
        one ? h("div", { className: "note" }, stored(one.observed)) : "");
    })));
  return h("section", {}, h("h2", {}, "Requirements and objectives"),
    h("div", { className: "scroll" }, h("table", { className: "across" },
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Check"), data.runs.map(head))),
      h("tbody", {}, rows))));
}

export async function compare(ids, signal) {
  const data = await get("compare", { ids: ids.join(",") }, signal);
  const runs = table(["", "Run", "Verdict", "Build", "Stored"], data.runs.map((run, i) => row(
    h("span", { className: `letter run-${i + 1}` }, kLetters[i]),
    [[h("a", { href: `#/run/${run.id}` }, stored(run.name)),
      h("div", { className: "note" }, stored(run.case))]],
    badge(run.verdict), h("code", {}, run.build || "–"),
    `suite ${run.suite}, ${date(run.stored_at)}`)));
  const course = courses(data);
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  const redraw = () => course?.draw();
  scheme.addEventListener("change", redraw);
  return {
    title: `Comparison of ${data.runs.length} runs`,
    content: h("article", { className: "compare" },
      h("nav", { className: "crumbs" }, h("a", { href: "#/" }, "Runs"), " / comparison"),
      h("h1", {}, `Comparison of ${data.runs.length} runs`), runs, course?.root, checks(data),
      figures(data)),
    entered: redraw,
    leave: () => {
      scheme.removeEventListener("change", redraw);
      course?.leave();
    },
  };
}
