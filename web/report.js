// Draws the charts of a report. Everything else on the page is plain HTML.
"use strict";

(() => {
  const colour = (name) =>
    getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

  // The same colour, paler: the style names all of them as #rrggbb.
  const pale = (name, percent) =>
    colour(name) + Math.round(percent * 2.55).toString(16).padStart(2, "0");

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
      for (const band of options.bands) {
        drawBandName(ctx, area, scales.x, band);
      }
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
  function drawBandName(ctx, area, x, band) {
    const [left, right] = edges(area, x, band);
    if (ctx.measureText(band.text).width + 12 > right - left) return;
    ctx.fillStyle = colour("band");
    ctx.textAlign = "right";
    ctx.textBaseline = "top";
    ctx.fillText(band.text, right - 5, area.top + 5);
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

  function datasets(kind, run) {
    if (kind === "latency") {
      return [line("Latency", "latency", run.latency, run, { fill: "origin" })];
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
        scales: {
          x: axis("seconds since the load began", { min: 0, max: run.end }),
          y: axis("", { grace: "40%" }),
        },
        plugins: {
          annotations: { bands: run.bands, flags: run.flags },
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
