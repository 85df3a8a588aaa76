// One run: what became of it, the swarm over time, and everything that was measured.
import { get } from "./api.js";
import { badge, calm, command, date, h, row, seconds, stored, table } from "./dom.js";
import { Film } from "./film.js";
import { Player } from "./player.js";
import { Stage } from "./stage.js";
import { Timeline } from "./timeline.js";

function fact(name, ...value) {
  return h("div", {}, h("dt", {}, name), h("dd", {}, ...value));
}

function banner(run) {
  return h("header", { className: `banner ${run.verdict}` },
    h("p", { className: "suite" }, stored(run.pattern), " · ", stored(run.scenario),
      run.variant === "base" ? "" : [" : ", stored(run.variant)]),
    h("h1", {}, stored(run.case || run.scenario), " ", badge(run.verdict)),
    run.description ? h("p", { className: "description" }, stored(run.description)) : null,
    h("dl", { className: "facts" },
      fact("Run", h("code", {}, stored(run.name))),
      fact("Seed", run.seed),
      fact("Suite", `${run.suite}, ${date(run.stored_at)}`),
      fact("World", run.world),
      fact("Fault schedule", h("code", {}, run.schedule)),
      fact("Fingerprint", h("code", {}, run.fingerprint))),
    run.explanation ? null
      : h("p", { className: "replay" }, "Replay it: ", command(run.replay)));
}

// Five lines: what, when, who, the fault before, the command.
function explanation(run, player) {
  const why = run.explanation;
  if (!why) return null;
  const jump = (at, text) => h("button", {
    type: "button",
    className: "jump",
    onclick: () => {
      player().pause();
      player().seek(at);
      document.querySelector(".theatre")?.scrollIntoView({
        behavior: calm() ? "auto" : "smooth", block: "start" });
    },
  }, text);
  const fault = why.fault === null ? null : run.faults[why.fault];
  const names = (fault?.targets ?? []).map((id) => run.nodes[id - 1]).filter(Boolean);
  const worst = why.worst;
  const when = why.when !== null
    ? jump(why.when, seconds(why.when, 3))
    : worst
      ? ["over the whole run; worst from ", jump(worst.from, seconds(worst.from, 1)), " to ",
        `${seconds(worst.to, 1)}: ${worst.missed} of ${worst.due} tasks not done in time`]
      : "over the whole run";
  const who = why.who || (names.length > 0 && worst
    ? `nobody by name; the fault hit ${names.join(", ")}` : "nobody in particular");
  return h("section", { className: "explanation" },
    h("h2", {}, "What went wrong"),
    h("dl", {},
      fact("What", stored(why.what)),
      fact("When", when),
      fact("Who", stored(who)),
      fact("Fault before", fault === null ? "none" : [stored(fault.kind),
        names.length > 0 ? [" on ", stored(names.join(", "))] : "", " at ",
        jump(fault.from, seconds(fault.from)),
        fault.on_leader ? ", while it led" : ""]),
      fact("Replay", command(run.replay)),
      why.trace ? fact("Step by step", command(why.trace)) : null));
}

// What is true of one node at this moment, in words.
function describe(film) {
  return (id, state, hit, suspected) => {
    const node = state.nodes[id - 1];
    const one = film.data.cast[id - 1];
    return [
      one.role,
      one.pool ? `pool ${one.pool}` : "",
      !node.up ? `down${node.why ? `: ${node.why}` : ""}` : node.hangs ? "hangs" : node.state,
      node.leads ? `leads term ${node.leads}${node.assigns ? "" : ", not yet assigning"}` : "",
      node.draining ? "draining" : "",
      hit ? "hit by a fault" : "",
      suspected ? "suspected" : "",
    ].filter(Boolean).join(", ");
  };
}

function namesOf(film, ids) {
  return ids.map((id) => film.data.cast[id - 1]?.name ?? "").join(", ");
}

// The figures beside the stage.
class Now {
  constructor(film) {
    this.film = film;
    this.fields = {};
    const field = (key, name) => {
      this.fields[key] = h("dd", { "data-now": key }, "–");
      return h("div", {}, h("dt", {}, name), this.fields[key]);
    };
    const pools = film.data.pools.length > 1;
    this.root = h("dl", { className: "now" },
      field("leader", "Leader"), field("up", "Members up"), field("links", "Links proven"),
      film.data.chart ? field("goodput", "Goodput of offered") : null,
      field("faults", "Faults now"), field("open", "Breakers"),
      pools ? field("route", "Share of tasks") : null);
  }

  #set(key, text, bad) {
    const field = this.fields[key];
    if (!field || (field.textContent === text && field.className === (bad ? "bad" : ""))) return;
    field.textContent = text;
    field.className = bad ? "bad" : "";
  }

  show(time, state) {
    const { data } = this.film;
    const ids = state.nodes.map((node, i) => i + 1);
    const leaders = ids.filter((id) => state.nodes[id - 1].leads);
    const ready = leaders.filter((id) => state.nodes[id - 1].assigns || data.source === "record");
    this.#set("leader", leaders.length === 0 ? "nobody"
      : namesOf(this.film, leaders) + (ready.length === 0 ? " (elected)" : ""),
    leaders.length !== 1);
    const members = ids.filter((id) => state.nodes[id - 1].member);
    const up = members.filter((id) => state.nodes[id - 1].up && !state.nodes[id - 1].hangs);
    this.#set("up", `${up.length} of ${members.length}`, up.length < members.length);
    const declared = data.links.length;
    const proven = data.links.filter(([a, b]) =>
      state.proven.get(a < b ? `${a}-${b}` : `${b}-${a}`) === 3).length;
    this.#set("links", data.source === "record" ? "not recorded" : `${proven} of ${declared}`,
      data.source !== "record" && proven < declared);
    const active = [...state.faults].map((index) => data.faults[index]?.kind).filter(Boolean);
    this.#set("faults", active.length > 0 ? active.join(", ") : "none", active.length > 0);
    const broken = [...state.breakers].map(([key, word]) => {
      const [from, to] = key.split(">").map(Number);
      return `${namesOf(this.film, [from])} → ${namesOf(this.film, [to])} ${word}`;
    });
    this.#set("open", broken.length > 0 ? broken.join("; ") : "closed", broken.length > 0);
    if (data.chart) {
      const i = Math.floor(time / data.chart.step);
      const offered = data.chart.offered[i];
      const goodput = data.chart.goodput[i];
      const known = time >= 0 && offered !== undefined;
      this.#set("goodput", known ? `${goodput} of ${offered} /s` : "no load",
        known && goodput < 0.95 * offered);
    }
    const shares = state.route.split(",").filter(Boolean).map((part) => {
      const [pool, parts] = part.split(":").map(Number);
      return `${data.pools[pool - 1] ?? pool} ${parts / 100} %`;
    });
    this.#set("route", shares.length > 0 ? shares.join(", ") : "–");
  }
}

// What happened, line by line; the latest is marked.
class Events {
  constructor(film, player) {
    this.rows = film.data.milestones.map((one) => {
      const button = h("button", { type: "button", onclick: () => {
        player().pause();
        player().seek(one.at);
      } }, h("span", { className: "at" }, seconds(one.at)),
        h("span", { className: "who" }, stored(one.who ?? "plan")), " ", stored(one.text));
      return { at: one.at, item: h("li", {}, button) };
    });
    this.list = h("ol", { className: "happened" }, this.rows.map((one) => one.item));
    this.list.tabIndex = 0;
    this.list.setAttribute("aria-label", "Events; press one to go there");
    this.current = -1;
  }

  show(time) {
    const next = this.rows.findIndex((one) => one.at > time + 1e-9);
    const current = (next < 0 ? this.rows.length : next) - 1;
    if (current === this.current) return;
    this.rows[this.current]?.item.removeAttribute("aria-current");
    this.current = current;
    const item = this.rows[current]?.item;
    item?.setAttribute("aria-current", "true");
    if (item) {
      this.list.scrollTop = item.offsetTop - this.list.clientHeight / 2;
    } else {
      this.list.scrollTop = 0;
    }
  }
}

function legend(film) {
  const entry = (look, text) => h("li", { className: look }, text);
  const pools = film.data.pools.length > 1
    ? film.data.pools.map((name, i) => (name
      ? entry(`pool pool-${(i % 6) + 1}`, [" ", stored(name)]) : null)) : [];
  return h("ul", { className: "legend" },
    entry("leads", "★ leads"), entry("busy", "● busy"), entry("down", "× down"),
    entry("hung", "‖ hangs"), entry("hit", "◯ hit by a fault"), entry("cut", "⊗ messages lost"),
    film.data.source === "replay" ? entry("unproven", "┄ link not proven") : null, pools);
}

function sourceNote(film) {
  const { data } = film;
  if (data.source === "record") {
    return h("p", { className: "note warn" }, "Leadership and members only: ", stored(data.why));
  }
  if (!data.same) {
    return h("p", { className: "note warn" },
      "Running it again gave another fingerprint, ", h("code", {}, data.fingerprint),
      ": data or scenario have changed since. What you see is the run as it is now.");
  }
  return h("p", { className: "note" }, "Run again just now, with the same fingerprint.",
    data.complete ? "" : " It has more events than are shown.",
    data.traffic ? "" : " It has too much traffic to show messages.");
}

// The film with its controls; built when it is there.
function theatre(data, run) {
  const film = new Film(data);
  let player;
  const get = () => player;
  const stage = new Stage(film, describe(film));
  const now = new Now(film);
  const events = new Events(film, get);
  let timeline;
  player = new Player(film, (time) => {
    const { state } = stage.draw(time);
    now.show(time, state);
    events.show(time);
    timeline?.show(time);
    stage.root.setAttribute("aria-label", `The swarm ${seconds(time)} into the load`);
  });
  timeline = new Timeline(film, player, run);
  const frame = h("div", { className: "frame" }, stage.root);
  const watcher = new ResizeObserver(() => {
    stage.resize(frame.clientWidth, frame.clientWidth < 520 ? 320 : 420);
    stage.draw(player.time);
  });
  const root = h("section", { className: "theatre" },
    h("h2", {}, "The swarm over time"),
    h("div", { className: "watch" },
      h("div", { className: "screen" }, frame, player.root, legend(film), sourceNote(film)),
      h("div", { className: "aside" }, now.root, events.list)),
    h("p", { className: "note keys" }, "Space plays, ← and → go a second (with Shift a tenth), ",
      "[ and ] go to the event before and after, + and − change the speed, Home and End jump."),
    timeline.root);
  return {
    root,
    player,
    entered() {
      watcher.observe(frame);
      timeline.draw();
      // A run that failed opens where it went wrong.
      const { when, worst } = run.explanation ?? {};
      player.seek(when ?? worst?.from ?? film.begin);
    },
    leave() {
      watcher.disconnect();
      timeline.leave();
      player.leave();
    },
  };
}

function checks(run) {
  if (run.checks.length === 0) return null;
  return h("section", {}, h("h2", {}, "Requirements and objectives"),
    table(["", "Check", "Observed"], run.checks.map((one) => row(
      badge(one.passed ? "pass" : "fail"),
      [[stored(one.text), one.objective ? h("span", { className: "note" }, " objective") : ""]],
      stored(one.observed)))));
}

function figures(run) {
  return h("section", {}, h("h2", {}, "Figures"),
    table(["Metric", ["Value", "num"]], run.metrics.map((metric) => {
      const made = row([[h("code", {}, metric.name), h("span", { className: "note" },
        metric.meaning)], "metric"], [metric.texts[0] ?? "–", "num"]);
      made.setAttribute("data-metric", metric.name);
      made.setAttribute("data-value", String(metric.values[0]));
      return made;
    })));
}

function faults(run) {
  if (run.faults.length === 0) return null;
  const names = (fault) => fault.targets.map((id) => run.nodes[id - 1] ?? `node ${id}`).join(", ");
  const since = (fault, at) => (at === null ? "–" : seconds(at - fault.from, 3));
  const head = ["Fault", "On", ["From", "num"], ["To", "num"], ["Acted", "num"],
    ["Detected", "num"], ["Decided", "num"], ["Recovered", "num"]];
  return h("section", {}, h("h2", {}, "Faults"),
    table(head, run.faults.map((fault) => row(
      [[stored(fault.kind),
        fault.on_leader ? h("span", { className: "note" }, " on the leader") : ""]],
      stored(names(fault) || "links"), [seconds(fault.from), "num"], [seconds(fault.to), "num"],
      [fault.acted > 0 ? `${fault.acted}×` : "never", "num"],
      [since(fault, fault.detected), "num"], [since(fault, fault.decided), "num"],
      [since(fault, fault.recovered), "num"]))),
    h("p", { className: "note" },
      "Detected, decided and recovered count from the fault's beginning."));
}

function invariants(run) {
  if (run.invariants.length === 0) return null;
  const violated = run.invariants.filter((one) => !one.holds && one.applies).length;
  return h("details", { open: violated > 0 },
    h("summary", {}, h("h2", {}, violated > 0 ? `Invariants, ${violated} not held` : "Invariants")),
    table(["", "Invariant", ["Checked", "num"], "First violation"], run.invariants.map((one) => row(
      one.applies ? badge(one.holds ? "pass" : "fail") : badge("does not apply"),
      h("code", {}, one.name), [String(one.checked), "num"],
      one.first.length > 0
        ? [[`${seconds(one.first[0].at, 3)} `, stored(one.first[0].what)], "violation"] : ""))));
}

function alerts(run) {
  if (run.alerts.length === 0) return null;
  return h("details", {}, h("summary", {}, h("h2", {}, `Alerts, ${run.alerts.length}`)),
    table([["Raised", "num"], ["Cleared", "num"], "Who", "What"], run.alerts.map((one) => row(
      [seconds(one.from), "num"], [seconds(one.to), "num"], stored(one.who), stored(one.text)))));
}

function about(run) {
  const lines = run.provenance.map((line) => h("li", {}, stored(line)));
  const { account } = run;
  return h("section", { className: "about" }, h("h2", {}, "About this run"),
    h("p", {}, `${account.offered} tasks offered, ${account.done} done, ${account.failed} failed, `,
      `${account.lost} lost, ${account.duplicated} duplicated; ${run.events} events in `,
      `${seconds(run.virtual_s, 1)} of virtual time. Single point of failure: `,
      stored(run.spof || "unknown"), "."),
    lines.length > 0 ? h("ul", { className: "provenance" }, lines) : null);
}

export async function run(id, parameters, signal) {
  const data = await get("run", { id }, signal);
  const place = h("div", { className: "theatre-place", role: "status" },
    h("p", { className: "waiting" }, "Running it again to see every link and leader …"));
  let shown;
  const player = () => shown?.player ?? { pause() {}, seek() {} };
  const content = h("article", { className: "run", "data-shown": id },
    h("nav", { className: "crumbs" }, h("a", { href: "#/" }, "Runs"), " / ", stored(data.name)),
    banner(data), explanation(data, player), place, checks(data), faults(data), invariants(data),
    alerts(data), figures(data), about(data));
  const load = async () => {
    try {
      const film = await get("film", { id }, signal);
      if (signal.aborted) return;
      shown = theatre(film, data);
      place.replaceWith(shown.root);
      shown.entered();
      const at = Number(parameters.get("t"));
      if (parameters.has("t") && Number.isFinite(at)) shown.player.seek(at);
    } catch (error) {
      if (!signal.aborted) place.replaceChildren(h("p", { className: "note warn" }, error.message));
    }
  };
  return {
    title: `${data.verdict}: ${data.name}`,
    content,
    entered: load,
    leave: () => shown?.leave(),
  };
}
