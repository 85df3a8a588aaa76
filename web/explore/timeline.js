// A run over time: goodput and latency as charts, faults, leadership, alerts and events as lanes
// below, all on one axis with one cursor.
import { colour, h, pale, seconds, svg } from "./dom.js";

const kLeft = 56; // of the axis' labels
const kRight = 14;
const kLane = 20;

function points(values, step, end) {
  const list = values.map((y, i) => ({ x: i * step, y }));
  if (list.length > 0) list.push({ x: end, y: values[values.length - 1] });
  return list;
}

export function series(label, name, values, chart, more) {
  return {
    label,
    data: points(values, chart.step, chart.end),
    borderColor: colour(name),
    backgroundColor: pale(name, 16),
    borderWidth: 1.5,
    pointRadius: 0,
    pointHitRadius: 6,
    stepped: "before",
    ...more,
  };
}

// Tasks that were late or never done, by the step in which they were due: bars from the top edge.
// None where there are none.
function lateBars(values) {
  if (!values.late?.some((count) => count > 0)) return [];
  return [{
    type: "bar",
    label: "> D: tasks not done by the deadline",
    data: values.late.map((count, i) => (
      { x: (i + 0.5) * values.step, y: count > 0 ? count : null })),
    yAxisID: "late",
    backgroundColor: colour("fail"),
    barPercentage: 1,
    categoryPercentage: 1,
    minBarLength: 4,
  }];
}

// Of a chart's height the bars take a fifth at most.
function lateScale(datasets) {
  const bars = datasets.find((set) => set.yAxisID === "late");
  if (!bars) return {};
  const most = Math.max(...bars.data.map(({ y }) => y ?? 0));
  return {
    late: { type: "linear", axis: "y", display: false, reverse: true, min: 0, max: 5 * most },
  };
}

const bands = {
  id: "bands",
  beforeDatasetsDraw({ ctx, chartArea: area, scales }, _arguments, options) {
    ctx.save();
    for (const band of options.list) {
      const left = Math.max(area.left, scales.x.getPixelForValue(band.from));
      const right = Math.min(area.right, Math.max(left + 2, scales.x.getPixelForValue(band.to)));
      if (left >= area.right) continue;
      ctx.fillStyle = pale("band", 12);
      ctx.fillRect(left, area.top, right - left, area.bottom - area.top);
    }
    ctx.restore();
  },
};

export function chart(canvas, datasets, { begin, end, list, labels, legend }) {
  const axis = {
    type: "linear",
    grid: { color: colour("line"), drawTicks: false },
    border: { display: false },
    ticks: { color: colour("quiet"), padding: 6, maxRotation: 0, font: { size: 11 } },
  };
  return new Chart(canvas, {
    type: "line",
    data: { datasets },
    options: {
      animation: false,
      maintainAspectRatio: false,
      normalized: true,
      parsing: false,
      interaction: { mode: "index", intersect: false },
      layout: { padding: { right: kRight, top: 6 } },
      scales: {
        x: {
          ...axis,
          min: begin,
          max: end,
          offset: false,
          ticks: { ...axis.ticks, display: labels },
        },
        y: {
          ...axis,
          beginAtZero: true,
          grace: "8%",
          afterFit: (scale) => (scale.width = kLeft),
          ticks: { ...axis.ticks, maxTicksLimit: 5 },
        },
        ...lateScale(datasets),
      },
      plugins: {
        bands: { list },
        legend: {
          display: legend,
          align: "end",
          labels: { color: colour("ink"), boxWidth: 14, boxHeight: 2, font: { size: 12 } },
        },
        tooltip: { callbacks: { title: (items) => seconds(items[0].parsed.x, 1) } },
      },
    },
    plugins: [bands],
  });
}

// Bars that overlap are put below each other.
function stacked(bars) {
  const ends = [];
  return bars.map((bar) => {
    let level = ends.findIndex((end) => end <= bar.from);
    if (level < 0) level = ends.push(0) - 1;
    ends[level] = bar.to;
    return { ...bar, level };
  });
}

// What was wrong with a run, where it was: violations, else its longest outage.
function failures(run) {
  const { worst } = run.explanation ?? {};
  const violations = run.invariants.flatMap((one) => one.first.map((first) => ({
    from: first.at, to: first.at, text: `${one.name}: ${first.what}`, look: "tick wrong" })));
  const outage = worst ? [{
    from: worst.from,
    to: worst.to,
    text: `${worst.missed} of ${worst.due} not in time`,
    look: "wrong",
  }] : [];
  return stacked([...outage, ...violations]);
}

function lanesOf(film, run) {
  const { data } = film;
  const to = (value) => value ?? film.end;
  const name = (id) => data.cast[id - 1]?.name ?? "";
  const faults = data.faults.filter((fault) => fault.from !== null).map((fault) => ({
    from: fault.from,
    to: to(fault.to),
    text: fault.kind,
    more: fault.targets.length > 0 ? `on ${fault.targets.map(name).join(", ")}` : "",
    look: "fault",
  }));
  const leaders = film.reigns.map((reign) => ({
    from: reign.from,
    to: reign.to,
    text: name(reign.node),
    more: reign.term ? `leads, term ${reign.term}` : "leads",
    look: `leader tone-${reign.node % 4}`,
  }));
  const alerts = data.alerts.map((alert) => ({
    from: alert.from,
    to: to(alert.to),
    text: `${alert.who}: ${alert.kind}`,
    more: alert.text,
    look: "alert",
  }));
  const events = data.milestones
    .filter((one) => !/ (begins|ends)$/.test(one.text) && !one.text.startsWith("leads "))
    .map(({ at, who, text }) => (
      { from: at, to: at, text: `${who ?? "plan"}: ${text}`, look: "tick" }));
  return [
    ["Failure", failures(run)],
    ["Faults", stacked(faults)],
    ["Leader", stacked(leaders)],
    ["Alerts", stacked(alerts).filter((bar) => bar.level < 6)],
    ["Events", events.map((event) => ({ ...event, level: 0 }))],
  ].filter(([, bars]) => bars.length > 0);
}

export class Timeline {
  constructor(film, player, run) {
    this.film = film;
    this.run = run;
    this.player = player;
    this.charts = [];
    this.cursor = h("div", { className: "cursor", hidden: false });
    this.lanes = h("div", { className: "lanes" });
    this.panels = h("div", { className: "panels" });
    this.root = h("div", { className: "timeline" }, this.panels, this.lanes, this.cursor);
    this.root.addEventListener("pointerdown", (event) => this.#point(event));
    this.root.addEventListener("pointermove", (event) => {
      if (event.buttons === 1) this.#point(event);
    });
    this.watcher = new ResizeObserver(() => this.#drawLanes());
    this.scheme = matchMedia("(prefers-color-scheme: dark)");
    this.redraw = () => this.draw();
    this.scheme.addEventListener("change", this.redraw);
  }

  leave() {
    this.watcher.disconnect();
    this.scheme.removeEventListener("change", this.redraw);
    this.charts.forEach((one) => one.destroy());
  }

  #point(event) {
    const box = this.root.getBoundingClientRect();
    const across = event.clientX - box.left;
    if (across < kLeft) return;
    const share = (across - kLeft) / (box.width - kLeft - kRight);
    this.player.pause();
    this.player.seek(this.film.begin + share * (this.film.end - this.film.begin));
  }

  draw() {
    this.charts.forEach((one) => one.destroy());
    this.charts = [];
    const { chart: values } = this.film.data;
    const panels = [];
    if (values) {
      const { begin, end } = this.film;
      const list = this.film.data.faults.filter((fault) => fault.from !== null)
        .map((fault) => ({ from: fault.from, to: fault.to ?? end }));
      const add = (title, datasets, labels) => {
        const canvas = h("canvas", {});
        canvas.setAttribute("role", "img");
        canvas.setAttribute("aria-label", title);
        panels.push(h("h3", {}, title), h("div", { className: "panel" }, canvas));
        return () => this.charts.push(
          chart(canvas, datasets, { begin, end, list, labels, legend: datasets.length > 1 }));
      };
      const draw = [
        add("Tasks a second", [
          series("Goodput", "goodput", values.goodput, values, { fill: "origin" }),
          series("Offered", "offered", values.offered, values, { borderDash: [4, 3], fill: false }),
        ], false),
        add("Mean latency of tasks done in time, ms",
          [
            series("Latency", "latency", values.latency, values, { fill: "origin" }),
            ...lateBars(values),
          ], true),
      ];
      this.panels.replaceChildren(...panels);
      draw.forEach((one) => one());
    } else {
      this.panels.replaceChildren(h("p", { className: "note" },
        "Charts are stored of the first seed alone; of others when they can be run again."));
    }
    this.#drawLanes();
    this.watcher.observe(this.lanes);
  }

  #x(time, width) {
    const { begin, end } = this.film;
    return kLeft + ((time - begin) / (end - begin)) * (width - kLeft - kRight);
  }

  #drawLanes() {
    const width = Math.max(240, this.lanes.clientWidth);
    const lanes = lanesOf(this.film, this.run);
    let y = 4;
    const root = svg("svg", { width, class: "bars" });
    root.append(svg("title", {}, "Faults, leadership, alerts and events over time"));
    for (const [title, bars] of lanes) {
      const levels = 1 + Math.max(...bars.map((bar) => bar.level));
      root.append(svg("text", { class: "lane", x: kLeft - 8, y: y + 14, "text-anchor": "end" },
        title));
      for (const bar of bars) root.append(this.#bar(bar, y + bar.level * kLane, width));
      y += levels * kLane + 8;
    }
    root.setAttribute("height", y);
    this.lanes.replaceChildren(root);
    this.show(this.player.time);
  }

  #bar(bar, y, width) {
    const left = this.#x(Math.max(bar.from, this.film.begin), width);
    const right = this.#x(Math.min(bar.to, this.film.end), width);
    const when = bar.to > bar.from ? `${seconds(bar.from)} to ${seconds(bar.to)}`
      : seconds(bar.from);
    const title = svg("title", {}, [bar.text, bar.more, when].filter(Boolean).join(", "));
    if (bar.look.startsWith("tick")) {
      return svg("g", { class: bar.look }, title,
        svg("rect", { class: "catch", x: left - 4, y, width: 8, height: kLane - 4 }),
        svg("path", { d: `M${left} ${y + 1}v${kLane - 6}` }));
    }
    const long = Math.max(3, right - left);
    const group = svg("g", { class: `bar-of ${bar.look}` }, title,
      svg("rect", { x: left, y, width: long, height: kLane - 4, rx: 3 }));
    const room = Math.floor((long - 10) / 6.6);
    if (room >= Math.min(bar.text.length, 6)) {
      const text = bar.text.length <= room ? bar.text : `${bar.text.slice(0, room - 1)}…`;
      group.append(svg("text", { x: left + 5, y: y + 12 }, text));
    }
    return group;
  }

  show(time) {
    const width = this.lanes.clientWidth;
    this.cursor.style.transform = `translateX(${this.#x(time, width)}px)`;
  }
}
