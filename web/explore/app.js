// Which page the address names: #/ the list, #/run/12, #/compare/12,17.
import { compare } from "./compare.js";
import { h } from "./dom.js";
import { list } from "./list.js";
import { run } from "./run.js";

const main = document.getElementById("main");
let leave = () => {};
let aborter = new AbortController();

function route() {
  const [path, query] = location.hash.replace(/^#/, "").split("?");
  const parts = path.split("/").filter((part) => part !== "");
  const parameters = new URLSearchParams(query ?? "");
  if (parts[0] === "run" && /^\d+$/.test(parts[1] ?? "")) {
    return (signal) => run(Number(parts[1]), parameters, signal);
  }
  if (parts[0] === "compare" && /^\d+(,\d+)*$/.test(parts[1] ?? "")) {
    return (signal) => compare(parts[1].split(",").map(Number), signal);
  }
  return (signal) => list(parameters, signal);
}

// Each page returns {title, content, leave}; leave() stops what it has running.
async function show(focus) {
  aborter.abort();
  aborter = new AbortController();
  const { signal } = aborter;
  leave();
  leave = () => {};
  main.setAttribute("aria-busy", "true");
  try {
    const page = await route()(signal);
    if (signal.aborted) {
      page.leave?.();
      return;
    }
    leave = page.leave ?? leave;
    document.title = `${page.title} – Muster explorer`;
    main.replaceChildren(page.content);
    page.entered?.();
    if (focus) {
      scrollTo(0, 0);
      main.focus({ preventScroll: true });
    }
  } catch (error) {
    if (signal.aborted) return;
    document.title = "Muster explorer";
    main.replaceChildren(
      h("div", { className: "banner fail", role: "alert" }, h("p", {}, error.message),
        h("p", {}, h("a", { href: "#/" }, "All runs"))),
    );
  } finally {
    if (!signal.aborted) main.removeAttribute("aria-busy");
  }
}

addEventListener("hashchange", () => show(true));
show(false);
