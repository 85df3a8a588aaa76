// Elements and numbers. Whatever was stored goes into the page as text, never as markup.

const kSvg = "http://www.w3.org/2000/svg";

function fill(element, properties, children) {
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) {
      element.addEventListener(name.slice(2), value);
    } else if (name in element && !(element instanceof SVGElement) && name !== "list") {
      element[name] = value;
    } else {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
  element.append(...children.flat(2).filter((child) => child !== null && child !== undefined));
  return element;
}

// h("p", {className: "note"}, "text", element): strings become text nodes.
export function h(tag, properties, ...children) {
  return fill(document.createElement(tag), properties, children);
}

export function svg(tag, attributes, ...children) {
  return fill(document.createElementNS(kSvg, tag), attributes, children);
}

// A stored text: isolated, so that its writing direction does not turn what stands beside it.
export function stored(text) {
  return h("bdi", {}, text ?? "");
}

export function badge(word) {
  const known = ["pass", "fail", "inconclusive"].includes(word);
  return h("span", { className: known ? `badge ${word}` : "badge" }, word);
}

export function seconds(value, digits = 2) {
  if (value === null || value === undefined) return "–";
  const text = value.toFixed(digits);
  return `${text.replace("-", "−")} s`;
}

// "2026-11-22T08:05:00Z" as the reader's clock has it.
export function date(text) {
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) return text;
  return at.toLocaleString("en-GB", {
    year: "numeric",
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
  });
}

export function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

// The same colour, paler: the style names all of them as #rrggbb.
export function pale(name, percent) {
  return colour(name) + Math.round(percent * 2.55).toString(16).padStart(2, "0");
}

export const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

// A command with a button that copies it.
export function command(text) {
  const button = h("button", { className: "copy", type: "button" }, "Copy");
  button.setAttribute("aria-label", `Copy: ${text}`);
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(code);
      button.textContent = "Selected";
    }
    setTimeout(() => (button.textContent = "Copy"), 1500);
  });
  const code = h("code", {}, text);
  return h("span", { className: "command" }, code, button);
}

export function table(head, rows, properties) {
  return h(
    "div",
    { className: "scroll" },
    h(
      "table",
      properties ?? {},
      h("thead", {}, h("tr", {}, head.map((cell) => cellOf("th", cell)))),
      h("tbody", {}, rows),
    ),
  );
}

// "text", or ["text", "class"], or an element.
export function cellOf(tag, cell) {
  const [content, className] = Array.isArray(cell) ? cell : [cell];
  const properties = className ? { className } : {};
  const made = h(tag, properties, content);
  if (tag === "th") made.scope = "col";
  return made;
}

export function row(...cells) {
  return h("tr", {}, cells.map((cell) => cellOf("td", cell)));
}
