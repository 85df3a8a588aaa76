// node page_test.mjs FOLDER: opens FOLDER/report.html as a reader would, offline and from a file,
// and compares it with FOLDER/report.json. Screenshots are left in FOLDER.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const folder = process.argv[2];
const address = pathToFileURL(join(folder, "report.html")).href;
const report = JSON.parse(await readFile(join(folder, "report.json"), "utf8"));

// The figures as a reader sees them, from the numbers of the JSON. A mean over runs of which one
// never came to it is none: what is said then is in how many.
function shown(metric, name) {
  if (metric.value === null) {
    const never = name.startsWith("latency_p") ? "> deadline" : "never";
    return metric.infinite === metric.n ? never : `${never} in ${metric.infinite} of ${metric.n}`;
  }
  const four = (value) =>
    String(value < 1000 ? Number(value.toPrecision(4)) : Math.round(value));
  switch (metric.unit) {
    case "s":
      return metric.value < 1 ? `${four(metric.value * 1e3)} ms` : `${four(metric.value)} s`;
    case "share":
      return metric.value < 1 && four(metric.value * 100) === "100"
        ? "> 99.99 %"
        : `${four(metric.value * 100)} %`;
    default:
      return `${four(metric.value)} /s`;
  }
}

async function table_equals_json(page) {
  const rows = await page.locator("tr[data-case]").all();
  assert.equal(rows.length, report.cases.length, "a row for each case");
  for (const [i, expected] of report.cases.entries()) {
    assert.equal(await rows[i].locator(".badge").innerText(), expected.verdict);
    for (const key of ["done", "offered", "lost"]) {
      const text = await rows[i].locator(`[data-tasks=${key}]`).innerText();
      assert.equal(text, String(expected.tasks[key]), `${key} of case ${i}`);
    }
    for (const cell of await rows[i].locator("[data-metric]").all()) {
      const name = await cell.getAttribute("data-metric");
      const metric = expected.metrics[name];
      if (metric === undefined) {
        assert.equal(await cell.innerText(), "–", `${name} of case ${i}`);
      } else {
        const value = await cell.getAttribute("data-value");
        assert.equal(value === null ? null : Number(value), metric.value);
        assert.equal(await cell.innerText(), shown(metric, name), `${name} of case ${i}`);
      }
    }
  }
}

// Counts the pixels of a chart that are not transparent: a chart that was not drawn has none.
function inked(canvas) {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return data.filter((_, i) => i % 4 === 3 && data[i] > 0).length;
}

async function charts_are_drawn(page) {
  const canvases = await page.locator("canvas").all();
  assert.ok(canvases.length > 0, "the sample has charts");
  for (const canvas of canvases) {
    await canvas.scrollIntoViewIfNeeded();
    const handle = await canvas.elementHandle();
    await page.waitForFunction((element) => Chart.getChart(element) !== undefined, handle);
    assert.ok((await canvas.evaluate(inked)) > 1000, "a chart has ink");
  }
}

// A chart of latency has a bar for each step with tasks that were not done by the deadline, and its
// caption their sum: the mean of those in time says nothing of them.
async function late_tasks_are_seen(page) {
  let runs = 0;
  for (const canvas of await page.locator("canvas[data-chart=latency]").all()) {
    const { bars, late, label, strip } = await canvas.evaluate((element) => {
      const chart = Chart.getChart(element);
      const { late: counts } = JSON.parse(
        document.getElementById(element.dataset.run).textContent);
      const area = chart.chartArea;
      const ratio = element.width / element.clientWidth;
      // From a copy: a canvas that is read again and again is slow, and Chromium says so.
      const copy = Object.assign(document.createElement("canvas"),
        { width: element.width, height: element.height });
      const ctx = copy.getContext("2d", { willReadFrequently: true });
      ctx.drawImage(element, 0, 0);
      const { data } = ctx.getImageData(
        area.left * ratio, (area.top + 3) * ratio, (area.right - area.left) * ratio, 1);
      const drawn = new Set();
      for (let i = 0; i < data.length; i += 4) drawn.add(data.slice(i, i + 3).join(","));
      const style = getComputedStyle(document.documentElement).getPropertyValue("--fail").trim();
      const fail = [1, 3, 5].map((at) => parseInt(style.slice(at, at + 2), 16)).join(",");
      return {
        late: counts.reduce((sum, count) => sum + count, 0),
        bars: chart.data.datasets.filter(({ type }) => type === "bar")
          .flatMap((set) => set.data.map(({ y }) => y ?? 0)).reduce((sum, y) => sum + y, 0),
        label: element.getAttribute("aria-label"),
        strip: drawn.has(fail),
      };
    });
    assert.equal(bars, late, "the bars are of all late tasks");
    const said = /those not done by the deadline, ([0-9]+)$/.exec(label);
    assert.equal(said === null ? 0 : Number(said[1]), late, label);
    assert.equal(strip, late > 0, "bars hang from the top edge where there are late tasks");
    runs += late > 0 ? 1 : 0;
  }
  assert.ok(runs > 0, "the sample has late tasks");
}

async function fits(page, width) {
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(overflow <= 0, `at ${width} pixels the page is ${overflow} pixels too wide`);
}

async function visit(browser, { width, scheme }) {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: scheme,
    offline: true,
  });
  const page = await context.newPage();
  const complaints = [];
  const requests = [];
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("dialog", (dialog) => complaints.push(`dialog: ${dialog.message()}`));
  page.on("request", (request) => requests.push(request.url()));
  await page.goto(address);
  assert.equal(await page.title(), `${report.verdict}: ${report.suite} – Muster`);
  await table_equals_json(page);
  await charts_are_drawn(page);
  await late_tasks_are_seen(page);
  await fits(page, width);
  for (const fold of await page.locator("details").all()) {
    if ((await fold.getAttribute("open")) === null) {
      await fold.locator("> summary").click();
    }
  }
  await fits(page, width);
  await page.evaluate(() => scrollTo(0, 0));
  await page.screenshot({ path: join(folder, `${width}-${scheme}.png`), fullPage: true });
  assert.deepEqual(complaints, [], "nothing to complain about");
  assert.deepEqual(requests, [address], "one request, for the page itself");
  await context.close();
}

const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  env: { ...process.env, HOME: join(folder, "home") },
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});
try {
  for (const width of [1280, 400]) {
    for (const scheme of ["light", "dark"]) {
      await visit(browser, { width, scheme });
    }
  }
  console.log(`${report.cases.length} cases shown as the JSON has them, offline, in four looks`);
} finally {
  await browser.close();
}
