// node explore_test.mjs MUSTER FOLDER: starts `muster explore` on FOLDER/results.db, uses its page
// as a reader would, and compares it with what the server and FOLDER/latest.json say. Screenshots
// are left in FOLDER.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const [muster, folder] = process.argv.slice(2);

async function explore(signal) {
  const child = spawn(muster, ["explore", "--json", "--store", join(folder, "results.db")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(createInterface(child.stdout), "line");
  const { url, port } = JSON.parse(line);
  return {
    url,
    port,
    async stop() {
      child.kill(signal);
      const [code] = await once(child, "exit");
      return code;
    },
  };
}

// Beside the browser: a request as somebody else would make it.
function status(port, path, headers) {
  return new Promise((resolve, reject) => {
    request({ host: "127.0.0.1", port, path, headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).on("error", reject).end();
  });
}

async function strangers_get_nothing({ url, port }) {
  const { pathname } = new URL(url);
  const own = { Host: `127.0.0.1:${port}` };
  assert.equal(await status(port, `${pathname}api/runs`, own), 200);
  assert.equal(await status(port, "/", own), 404);
  assert.equal(await status(port, `/${"0".repeat(32)}/api/runs`, own), 404);
  assert.equal(await status(port, `${pathname}api/runs`, { Host: `evil.example:${port}` }), 421);
  assert.equal(
    await status(port, `${pathname}api/runs`, { ...own, Origin: "https://evil.example" }), 403);
  assert.equal(await status(port, `${pathname}../etc/passwd`, own), 404);
  assert.equal(await status(port, `${pathname}api/run?id=x`, own), 400);
  assert.equal(await status(port, `${pathname}api/run?id=999`, own), 404);
}

// A page that complains, or asks anybody else, fails the test.
async function watched(browser, server, look) {
  const context = await browser.newContext({
    viewport: { width: look.width, height: 900 },
    colorScheme: look.scheme,
    reducedMotion: look.calm ? "reduce" : "no-preference",
    permissions: ["clipboard-read", "clipboard-write"],
  });
  // A film is a run: on a busy machine it may take a while.
  context.setDefaultTimeout(120_000);
  const page = await context.newPage();
  const complaints = [];
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("dialog", (dialog) => complaints.push(`dialog: ${dialog.message()}`));
  page.on("request", (asked) => {
    if (!asked.url().startsWith(server.url)) complaints.push(`asked ${asked.url()}`);
  });
  const api = async (name) => (await context.request.get(`${server.url}api/${name}`)).json();
  const done = async () => {
    assert.deepEqual(complaints, [], "nothing to complain about");
    await context.close();
  };
  return { page, api, done };
}

async function fits(page, what) {
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(overflow <= 0, `${what} is ${overflow} pixels too wide`);
}

// Whatever can be pressed has a name, and so has every picture.
async function everything_has_a_name(page) {
  const nameless = await page.evaluate(() => {
    const named = (element) =>
      (element.getAttribute("aria-label") ?? element.textContent ?? "").trim() !== "" ||
      (element.labels?.length ?? 0) > 0;
    return [...document.querySelectorAll("button, a, input, select, [role=img]")]
      .filter((element) => element.checkVisibility() && !named(element))
      .map((element) => element.outerHTML.slice(0, 120));
  });
  assert.deepEqual(nameless, []);
}

// Text on its ground by the formula of WCAG 2.2: at least 4.5 to 1.
async function text_is_readable(page) {
  const faint = await page.evaluate(() => {
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const parsed = (colour) => {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
      return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const light = (rgb) => {
      const [r, g, b] = rgb.map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92
        : ((c / 255 + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ground = (element) => {
      const layers = [];
      for (let at = element; at; at = at.parentElement) {
        const layer = parsed(getComputedStyle(at).backgroundColor);
        layers.push(layer);
        if (layer[3] === 255) break;
      }
      return layers.reverse().reduce((under, [r, g, b, a]) =>
        [r, g, b].map((c, i) => (c * a + under[i] * (255 - a)) / 255), [255, 255, 255]);
    };
    const found = [];
    for (const element of document.querySelectorAll("main *, header *")) {
      const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
      if (!own || element.closest("svg") || !element.checkVisibility()) continue;
      if (getComputedStyle(element).clipPath !== "none") continue;
      const a = light(parsed(getComputedStyle(element).color).slice(0, 3));
      const b = light(ground(element));
      const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      if (ratio < 4.5) found.push(`${ratio.toFixed(2)}: ${element.outerHTML.slice(0, 100)}`);
    }
    return found;
  });
  assert.deepEqual(faint, []);
}

async function looks_right(page, what) {
  await fits(page, what);
  await everything_has_a_name(page);
  await text_is_readable(page);
}

async function shot(page, name) {
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}

async function open_run(page, id) {
  await page.goto(`${page.url().split("#")[0]}#/run/${id}`);
  await page.locator(`article[data-shown="${id}"] .theatre`).waitFor();
}

const rows = (page) => page.locator("tr.entry");

async function list_filters(page, api, look) {
  const all = await api("runs");
  await page.locator("tr.entry").first().waitFor();
  assert.equal(await rows(page).count(), all.runs.length);
  await shot(page, `list-${look}`);
  await looks_right(page, "the list");

  await page.keyboard.press("/");
  await page.keyboard.type("star-FAILOVER");
  const named = all.runs.filter((run) => run.name.includes("star-failover"));
  await page.waitForFunction((count) =>
    document.querySelectorAll("tr.entry").length === count, named.length);
  assert.match(page.url(), /text=star-FAILOVER/);
  await page.locator("input[name=text]").fill("");

  await page.locator("label", { hasText: /^fail$/ }).click();
  const failed = all.runs.filter((run) => run.verdict === "fail");
  await page.waitForFunction((count) =>
    document.querySelectorAll("tr.entry").length === count, failed.length);
  assert.deepEqual(new Set(await rows(page).locator(".badge").allInnerTexts()), new Set(["fail"]));
  await page.locator("select[name=pattern]").selectOption("Mesh Topology");
  await page.waitForFunction(() => document.querySelectorAll("tr.entry").length === 2);
  await page.reload();
  await page.locator("tr.entry").first().waitFor();
  assert.equal(await rows(page).count(), 2, "the address keeps the filter");
  await page.locator("select[name=pattern]").selectOption("");
  await page.locator("label", { hasText: /^all$/ }).click();
  await page.waitForFunction((count) =>
    document.querySelectorAll("tr.entry").length === count, all.runs.length);
  await page.locator("input[name=seed]").fill("2");
  const second = all.runs.filter((run) => run.seed === "2").length;
  await page.waitForFunction((count) =>
    document.querySelectorAll("tr.entry").length === count, second);
  await page.locator("input[name=text]").fill("nothing has this name");
  await page.getByText("No run fits").waitFor();
}

async function hostile_names_are_text(page, api) {
  for (const run of (await api("runs?text=script")).runs) {
    await open_run(page, run.id);
    await page.getByText("document.title='broken'").first().waitFor();
    assert.doesNotMatch(await page.title(), /^broken/);
    for (const seek of ["End", "Home"]) await page.keyboard.press(seek);
    assert.equal(await page.locator("img, iframe, h1[onclick], main script, bdi > *").count(), 0);
  }
}

const now = (page, key) => page.locator(`[data-now=${key}]`).innerText();
const clock = async (page) =>
  Number((await page.locator(".clock").innerText()).replace("−", "-").replace(" s", ""));

async function seek(page, time) {
  await page.locator(".scrub").evaluate((slider, value) => {
    slider.value = value;
    slider.dispatchEvent(new Event("input"));
  }, time);
}

// The hub is killed at 6 s; a standby leads before a second has passed.
async function film_shows_the_loss(page, api, look) {
  const { runs } = await api("runs?text=star-failover%3Astandby&seed=1");
  await open_run(page, runs[0].id);
  await page.getByText("with the same fingerprint").waitFor();
  const film = await api(`film?id=${runs[0].id}`);
  assert.equal(film.source, "replay");
  assert.equal(film.same, true);

  await seek(page, 5.9);
  assert.equal(await now(page, "leader"), "hub");
  assert.equal(await now(page, "faults"), "none");
  assert.equal(await page.locator(".node.down").count(), 0);
  await page.keyboard.press("]");
  assert.equal(await clock(page), 6);
  assert.equal(await now(page, "faults"), "crash");
  assert.equal(await now(page, "leader"), "nobody");
  assert.equal(await page.locator(".node.down title").textContent(),
    "hub: hub, down: crash, hit by a fault");
  const elected = film.events.find((event) => event[1] === "assigns" && event[0] > 6);
  await seek(page, 6.2);
  await shot(page, `run-loss-${look}`);
  await looks_right(page, "a run");
  await seek(page, elected[0] + 0.01);
  assert.equal(await now(page, "leader"), film.cast[elected[2] - 1].name);
  await seek(page, 14.5);
  assert.equal(await page.locator(".node.down").count(), 0, "the hub is back");

  await page.keyboard.press("Home");
  assert.equal(await clock(page), -3);
  const before = await page.locator(".stage").innerHTML();
  await page.locator("h2", { hasText: "The swarm over time" }).click();
  await page.keyboard.press(" ");
  await page.waitForFunction(() => parseFloat(document.querySelector(".clock").textContent) > 0);
  await page.keyboard.press(" ");
  const stood = await clock(page);
  assert.notEqual(await page.locator(".stage").innerHTML(), before, "the picture has moved");
  assert.equal(await clock(page), stood, "and stands while it pauses");
  await page.keyboard.press("ArrowRight");
  assert.ok(Math.abs((await clock(page)) - stood - 1) < 0.011);
  await page.keyboard.press("Shift+ArrowLeft");
  assert.ok(Math.abs((await clock(page)) - stood - 0.9) < 0.011);
  await page.locator(".happened button", { hasText: "halts: crash" }).click();
  assert.equal(await clock(page), 6);
  await page.locator(".copy").first().click();
  await page.waitForFunction(async (text) => (await navigator.clipboard.readText()) === text,
    `muster replay ${runs[0].name}`);
}

async function failure_is_explained(page, api, look) {
  const { runs } = await api("runs?verdict=fail&text=hostile.yaml");
  assert.equal(runs.length, 1);
  await open_run(page, runs[0].id);
  const lines = await page.locator(".explanation dt").allInnerTexts();
  assert.deepEqual(lines.slice(0, 5), ["What", "When", "Who", "Fault before", "Replay"]);
  const text = await page.locator(".explanation").innerText();
  assert.match(text, /reliability/);
  assert.match(text, /crash on hub at 3\.00 s, while it led/);
  await page.locator(".explanation .jump").first().click();
  const at = await clock(page);
  assert.ok(at >= 3 && at < 8, `the outage begins at ${at} s`);
  await shot(page, `failure-${look}`);
  await looks_right(page, "a failure");
}

async function compared(page, api, look) {
  const found = (await api("runs?text=star-failover")).runs;
  const ids = found.slice(0, 3).map((run) => run.id);
  await page.goto(`${page.url().split("#")[0]}#/?text=star-failover`);
  await page.locator("h1", { hasText: "Runs" }).waitFor();
  for (const id of ids) await page.locator(`tr[data-run="${id}"] .pick input`).check();
  await shot(page, `picked-${look}`);
  await page.getByText("Compare 3 runs").click();
  await page.locator("h1", { hasText: "Comparison of 3 runs" }).waitFor();
  const { metrics } = await api(`compare?ids=${ids.join(",")}`);
  const shown = page.locator(".across tr[data-metric]");
  assert.equal(await shown.count(), metrics.length);
  for (const [i, metric] of metrics.entries()) {
    const cells = shown.nth(i).locator("td");
    for (const [k, value] of metric.values.entries()) {
      assert.equal(await cells.nth(k).getAttribute("data-value"), String(value));
      const text = await cells.nth(k).locator(".figure").textContent();
      assert.equal(text, metric.texts[k] ?? "–", `${metric.name} of run ${k}`);
      // What never came is worse than what did.
      const [base] = metric.values;
      if (metric.better === "lower" && base !== null && value === null && metric.texts[k]) {
        assert.match(await cells.nth(k).locator(".word").textContent(), /worse/);
      }
    }
  }
  await shot(page, `compare-${look}`);
  await looks_right(page, "a comparison");
}

// What `muster report --json` has of a run is what the page shows of it.
async function figures_equal_the_report(page, api) {
  const report = JSON.parse(await readFile(join(folder, "latest.json"), "utf8"));
  const [stored] = report.records.cases[0].runs;
  const [listed] = (await api(`runs?suite=${(await api("runs")).runs[0].suite}`)).runs;
  await open_run(page, listed.id);
  for (const line of await page.locator("tr[data-metric]").all()) {
    const name = await line.getAttribute("data-metric");
    // JSON has no infinity: the record has a word for it, the page nothing.
    const value = await line.getAttribute("data-value");
    assert.equal(value === "null" ? "inf" : Number(value), stored.metrics[name], name);
  }
}

// Pictures for people, of whatever else is stored.
async function pictures(page, api) {
  for (const run of (await api("runs")).runs) {
    await open_run(page, run.id);
    const stored = await api(`run?id=${run.id}`);
    const fault = stored.faults.find((one) => one.from !== null);
    await seek(page, fault ? fault.from + 0.5 : stored.virtual_s / 2);
    await shot(page, `picture-${run.id}`);
  }
}

const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  env: { ...process.env, HOME: join(folder, "home") },
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const server = await explore("SIGTERM");
try {
  await strangers_get_nothing(server);
  for (const look of [
    { width: 1280, scheme: "light" },
    { width: 1280, scheme: "dark" },
    { width: 390, scheme: "light", calm: true },
    { width: 390, scheme: "dark" },
  ]) {
    const name = `${look.width}-${look.scheme}`;
    const { page, api, done } = await watched(browser, server, look);
    await page.goto(server.url);
    await list_filters(page, api, name);
    await hostile_names_are_text(page, api);
    await film_shows_the_loss(page, api, name);
    await failure_is_explained(page, api, name);
    await compared(page, api, name);
    await figures_equal_the_report(page, api);
    if (process.env.MUSTER_EXPLORE_MORE && look.width === 1280 && look.scheme === "light") {
      await pictures(page, api);
    }
    await done();
  }
} finally {
  await browser.close();
  assert.equal(await server.stop(), 143, "SIGTERM ends it");
}
const another = await explore("SIGINT");
assert.equal(await another.stop(), 130, "SIGINT ends it");
assert.notEqual(another.url, server.url, "the secret is another each time");
console.log("the explorer shows what is stored, in four looks, and asks nobody else");
