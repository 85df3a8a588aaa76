// Draws the charts of a report. Everything else on the page is plain HTML.
"use strict";

(() => {
  const colour = (name) =>
    getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

  // The same colour, paler: the style names all of them as #rrggbb.
  const pale = (name, percent) =>
    colour(name) + Math.round(percent * 2.55).toString(16).padStart(2, "0");

  // Of the latency chart's height, what bars of late tasks take at most, hanging from its top edge.
  const kLateShare = 0.2;
  const kLineHeight = 14;

  // Times of faults as bands behind the data; changes of leadership as numbered lines.
  const annotations = {
    id: "annotations",
    beforeDatasetsDraw(chart, _arguments, options) {
      const { ctx, chartArea: area, scales } = chart;
      ctx.save();
      ctx.font = "11px system-ui, sans-serif";
      for (const band of options.bands) {
        drawBand(ctx, area, scales.x, band);
      }
      ctx.restore();
    },
    afterDatasetsDraw(chart, _arguments, options) {
      const { ctx, chartArea: area, scales } = chart;
      ctx.save();
      ctx.font = "11px system-ui, sans-serif";
      const below = area.top + (scales.late ? kLateShare * (area.bottom - area.top) : 0);
      const names = scales.late ? below + kLineHeight : below;
      for (const band of options.bands) {
        drawBandName(ctx, area, scales.x, band, names);
      }
      if (scales.late) drawLateCounts(ctx, area, scales.x, options.late, below);
      for (const flag of options.flags) {
        drawFlag(ctx, area, scales.x, flag);
      }
      ctx.restore();
    },
  };

  function edges(area, x, band) {
    const left = Math.max(area.left, x.getPixelForValue(band.from));
    return [left, Math.min(area.right, Math.max(left + 2, x.getPixelForValue(band.to)))];
  }

  function drawBand(ctx, area, x, band) {
    const [left, right] = edges(area, x, band);
    if (left >= area.right) return;
    ctx.fillStyle = pale("band", 12);
    ctx.fillRect(left, area.top, right - left, area.bottom - area.top);
    ctx.fillStyle = colour("band");
    ctx.fillRect(left, area.top, right - left, 2);
  }

  // Where there is room for it; the table of faults names all.
  function drawBandName(ctx, area, x, band, top) {
    const [left, right] = edges(area, x, band);
    if (ctx.measureText(band.text).width + 12 > right - left) return;
    ctx.fillStyle = colour("band");
    ctx.textAlign = "right";
    ctx.textBaseline = "top";
    ctx.fillText(band.text, right - 5, top + 5);
  }

  // The counts of steps in a row together, the largest first, where there is room for them.
  function drawLateCounts(ctx, area, x, groups, top) {
    ctx.textAlign = "left";
    ctx.textBaseline = "top";
    const taken = [];
    for (const group of [...groups].sort((a, b) => b.count - a.count)) {
      const text = `> D: ${group.count}`;
      const { width } = ctx.measureText(text);
      const left = Math.max(area.left,
        Math.min(area.right - width, x.getPixelForValue((group.from + group.to) / 2) - width / 2));
      if (taken.some((other) => left < other.right + 8 && other.left < left + width + 8)) continue;
      taken.push({ left, right: left + width });
      ctx.fillStyle = pale("card", 85);
      ctx.fillRect(left - 2, top + 1, width + 4, kLineHeight);
      ctx.fillStyle = colour("fail");
      ctx.fillText(text, left, top + 3);
    }
  }

  function drawFlag(ctx, area, x, flag) {
    const at = x.getPixelForValue(flag.at);
    // Those from before the load began have no place on this axis.
    if (at < area.left || at > area.right) return;
    ctx.strokeStyle = colour("quiet");
    ctx.setLineDash([3, 3]);
    ctx.beginPath();
    ctx.moveTo(at, area.top);
    ctx.lineTo(at, area.bottom);
    ctx.stroke();
    ctx.setLineDash([]);
    ctx.fillStyle = colour("quiet");
    ctx.beginPath();
    ctx.arc(at, area.top - 9, 8, 0, 2 * Math.PI);
    ctx.fill();
    ctx.fillStyle = colour("card");
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.fillText(String(flag.number), at, area.top - 8.5);
  }

  // Each value stands at the start of its step; the last one is drawn to its end.
  function points(values, step, end) {
    const list = values.map((y, i) => ({ x: i * step, y }));
    if (list.length > 0) list.push({ x: end, y: values[values.length - 1] });
    return list;
  }

  function line(label, name, values, run, more) {
    return {
      label,
      data: points(values, run.step, run.end),
      borderColor: colour(name),
      backgroundColor: pale(name, 16),
      borderWidth: 1.5,
      pointRadius: 0,
      pointHitRadius: 6,
      stepped: "before",
      ...more,
    };
  }

  // Tasks that were late or never done, by the step in which they were due.
  function lateBars(run) {
    return {
      type: "bar",
      label: "> D: tasks not done by the deadline",
      data: run.late.map((count, i) => ({ x: (i + 0.5) * run.step, y: count > 0 ? count : null })),
      yAxisID: "late",
      backgroundColor: colour("fail"),
      borderColor: colour("fail"),
      barPercentage: 1,
      categoryPercentage: 1,
      minBarLength: 4,
    };
  }

  // Steps in a row with late tasks, and how many these are.
  function lateGroups(run) {
    const groups = [];
    run.late.forEach((count, i) => {
      if (count === 0) return;
      if (i === 0 || run.late[i - 1] === 0) {
        groups.push({ from: i * run.step, to: i * run.step, count: 0 });
      }
      const group = groups[groups.length - 1];
      group.to = (i + 1) * run.step;
      group.count += count;
    });
    return groups;
  }

  function datasets(kind, run) {
    if (kind === "latency") {
      const latency = line("Latency", "latency", run.latency, run, { fill: "origin" });
      return run.late.some((count) => count > 0) ? [latency, lateBars(run)] : [latency];
    }
    return [
      line("Goodput", "goodput", run.goodput, run, { fill: "origin" }),
      line("Offered", "offered", run.offered, run, { borderDash: [4, 3], fill: false }),
    ];
  }

  function axis(title, more) {
    return {
      type: "linear",
      beginAtZero: true,
      grid: { color: colour("line"), drawTicks: false },
      border: { display: false },
      ticks: { color: colour("quiet"), padding: 6, maxRotation: 0 },
      title: { display: title !== "", text: title, color: colour("quiet") },
      ...more,
    };
  }

  function scalesOf(kind, run) {
    const scales = {
      x: axis("seconds since the load began", { min: 0, max: run.end, offset: false }),
      y: axis("", { grace: "40%" }),
    };
    const most = kind === "latency" ? Math.max(...run.late) : 0;
    if (most > 0) {
      scales.late = {
        type: "linear", axis: "y", display: false, reverse: true, min: 0, max: most / kLateShare };
    }
    return scales;
  }

  function settings(kind, run) {
    return {
      type: "line",
      data: { datasets: datasets(kind, run) },
      options: {
        animation: false,
        maintainAspectRatio: false,
        normalized: true,
        parsing: false,
        interaction: { mode: "index", intersect: false },
        layout: { padding: { top: run.flags.length > 0 ? 20 : 4 } },
        scales: scalesOf(kind, run),
        plugins: {
          annotations: { bands: run.bands, flags: run.flags, late: lateGroups(run) },
          legend: {
            position: "bottom",
            labels: { color: colour("ink"), boxWidth: 14, boxHeight: 2 },
          },
          tooltip: {
            callbacks: { title: (items) => `${Number(items[0].parsed.x.toFixed(1))} s` },
          },
        },
      },
      plugins: [annotations],
    };
  }

  const charts = new Map();

  function draw(canvas) {
    const run = JSON.parse(document.getElementById(canvas.dataset.run).textContent);
    charts.get(canvas)?.destroy();
    charts.set(canvas, new Chart(canvas, settings(canvas.dataset.chart, run)));
  }

  const canvases = [...document.querySelectorAll("canvas[data-chart]")];
  // A long report has hundreds of charts: each is drawn when it is about to be seen.
  const watcher = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        if (entry.isIntersecting) {
          watcher.unobserve(entry.target);
          draw(entry.target);
        }
      }
    },
    { rootMargin: "400px" },
  );
  canvases.forEach((canvas) => watcher.observe(canvas));
  window.addEventListener("beforeprint", () => {
    canvases.filter((canvas) => !charts.has(canvas)).forEach(draw);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    [...charts.keys()].forEach(draw);
  });
})();
