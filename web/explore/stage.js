// The swarm, drawn at one moment: members on a circle (a hub in its middle), venue and client
// outside, links with what passes on them.
import { calm, svg } from "./dom.js";

const kNamesFit = 26;
const kPools = 6; // colours of pools in the style

function short(name, most) {
  const letters = [...name];
  if (letters.length <= most) return name;
  const tail = Math.floor(most / 3);
  return `${letters.slice(0, most - tail - 1).join("")}…${letters.slice(-tail).join("")}`;
}

// The member that has a link to every other one, if there is one such.
function hubOf(members, links) {
  const degrees = new Map();
  for (const [a, b] of links) {
    degrees.set(a, (degrees.get(a) ?? 0) + 1);
    degrees.set(b, (degrees.get(b) ?? 0) + 1);
  }
  const founders = members.filter((id) => degrees.has(id));
  const hubs = founders.filter((id) => degrees.get(id) === founders.length - 1);
  return hubs.length === 1 && founders.length > 2 ? hubs[0] : undefined;
}

const kOutside = ["venue", "client", "controller", "provider"];

function outsideRole(one) {
  if (one.member) return undefined;
  // A record knows names alone.
  return kOutside.find((role) => role === (one.role || one.name));
}

export class Stage {
  constructor(film, describe) {
    this.film = film;
    this.describe = describe;
    const { cast, links } = film.data;
    this.members = cast.map((one, i) => i + 1).filter((id) => cast[id - 1].member);
    this.outside = cast.map((one, i) => i + 1).filter((id) => outsideRole(cast[id - 1]));
    this.hub = hubOf(this.members, links);
    this.declared = new Set(links.map(([a, b]) => (a < b ? `${a}-${b}` : `${b}-${a}`)));
    this.root = svg("svg", { class: "stage", role: "img" });
    this.lines = svg("g", {});
    this.dots = svg("g", {});
    this.marks = svg("g", {});
    this.root.append(this.lines, this.marks, this.dots);
    this.parts = new Map();
    this.edges = new Map();
    this.resize(720, 420);
  }

  resize(width, height) {
    this.width = width;
    this.height = height;
    this.root.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.root.setAttribute("width", width);
    this.root.setAttribute("height", height);
    this.#place();
    this.parts.clear();
    this.edges.clear();
    this.lines.replaceChildren();
    this.dots.replaceChildren();
    this.marks.replaceChildren();
    this.drawn = undefined;
  }

  // Spare nodes have a place only once they have been members, so that circles are not empty.
  #present() {
    const joined = new Set(
      this.film.events.filter((event) => event[1] === "joins" || event[1] === "up")
        .map((event) => event[2]));
    return this.members.filter(
      (id) => this.film.data.cast[id - 1].role !== "spare" || joined.has(id));
  }

  #place() {
    const { width, height } = this;
    const middle = { x: width / 2, y: height / 2 };
    const around = this.#present().filter((id) => id !== this.hub);
    const edge = width < 520 ? 46 : 150;
    const across = Math.max(80, width / 2 - edge);
    const down = height / 2 - 54;
    const wide = Math.min(across, down * 1.5);
    this.radius = around.length > 40 ? 6 : around.length > 20 ? 8 : 12;
    this.places = new Map();
    around.forEach((id, i) => {
      const angle = (2 * Math.PI * i) / around.length - Math.PI / 2;
      this.places.set(id, {
        x: middle.x + wide * Math.cos(angle),
        y: middle.y + down * Math.sin(angle),
        side: Math.cos(angle),
        drop: Math.sin(angle),
      });
    });
    if (this.hub) this.places.set(this.hub, { ...middle, side: 0, drop: 1 });
    const corners = {
      client: { x: 34, y: 30 },
      venue: { x: width - 34, y: 30 },
      controller: { x: 42, y: height - 34 },
      provider: { x: width - 40, y: height - 34 },
    };
    for (const id of this.outside) {
      const corner = corners[outsideRole(this.film.data.cast[id - 1])];
      this.places.set(id, { ...corner, side: 0, drop: 1, outside: true });
    }
    this.named = around.length <= kNamesFit;
    this.letters = width < 520 ? 9 : around.length > 14 ? 14 : 20;
  }

  #node(id) {
    if (this.parts.has(id)) return this.parts.get(id);
    const place = this.places.get(id);
    const name = this.film.data.cast[id - 1].name;
    const r = this.radius + (id === this.hub ? 4 : 0);
    const group = svg("g", { class: "node", transform: `translate(${place.x} ${place.y})` });
    const title = svg("title", {});
    const ring = svg("circle", { class: "ring", r: r + 6 });
    const body = place.outside
      ? svg("rect", { class: "body", x: -r, y: -r * 0.8, width: 2 * r, height: 1.6 * r, rx: 3 })
      : svg("circle", { class: "body", r });
    const mark = svg("text", { class: "mark", "text-anchor": "middle", dy: "0.36em" });
    // A narrow stage has no room beside its members.
    const beside = Math.abs(place.side) > 0.3 && !place.outside && this.width >= 520;
    const gap = r + 10;
    const label = svg("text", {
      class: "name",
      x: beside ? Math.sign(place.side) * gap : 0,
      y: (beside ? place.drop * 6 : (place.drop < 0 ? -1 : 1) * (gap + 6)) + 4,
      "text-anchor": beside ? (place.side > 0 ? "start" : "end") : "middle",
    });
    group.append(title, ring, body, mark, label);
    this.dots.append(group);
    const part = { group, title, label, mark, name };
    this.parts.set(id, part);
    return part;
  }

  #edge(key, a, b) {
    if (this.edges.has(key)) return this.edges.get(key);
    const from = this.places.get(a);
    const to = this.places.get(b);
    const ends = { x1: from.x, y1: from.y, x2: to.x, y2: to.y };
    const line = svg("line", { class: "wire", ...ends });
    const flow = svg("line", { class: "flow", ...ends });
    const back = svg("line", { class: "flow", x1: to.x, y1: to.y, x2: from.x, y2: from.y });
    const cut = svg("g", {
      class: "cut",
      transform: `translate(${(from.x + to.x) / 2} ${(from.y + to.y) / 2})`,
    }, svg("circle", { r: 7 }), svg("path", { d: "M-3.5 -3.5 3.5 3.5M3.5 -3.5 -3.5 3.5" }));
    const breaker = svg("text", {
      class: "breaker",
      x: from.x + (to.x - from.x) * 0.5,
      y: from.y + (to.y - from.y) * 0.5 - 10,
      "text-anchor": "middle",
    });
    this.lines.append(line, flow, back);
    this.marks.append(cut, breaker);
    const made = { line, flow, back, cut, breaker };
    this.edges.set(key, made);
    return made;
  }

  #drawEdge(key, state, messages, time) {
    const [a, b] = key.split("-").map(Number);
    if (!this.places.has(a) || !this.places.has(b)) return;
    const there = messages.get(`${a}>${b}`) ?? { arrived: 0, lost: 0 };
    const back = messages.get(`${b}>${a}`) ?? { arrived: 0, lost: 0 };
    const lost = there.lost + back.lost;
    const declared = this.declared.has(key);
    const proven = state.proven.get(key) === 3;
    const gone = [a, b].some((id) => !state.nodes[id - 1].up);
    const breaker = state.breakers.get(`${a}>${b}`) ?? state.breakers.get(`${b}>${a}`);
    const edge = this.#edge(key, a, b);
    const word = [
      "wire",
      declared ? "" : "loose",
      proven ? "proven" : "unproven",
      gone ? "gone" : "",
      lost > 0 ? "losing" : "",
      breaker === "open" ? "open" : "",
      !declared && !proven && there.arrived + back.arrived + lost === 0 ? "idle" : "",
    ].filter(Boolean).join(" ");
    if (edge.word !== word) {
      edge.word = word;
      edge.line.setAttribute("class", word);
      edge.cut.style.display = lost > 0 ? "" : "none";
      edge.breaker.style.display = breaker ? "" : "none";
      edge.breaker.textContent = breaker ? `breaker ${breaker}` : "";
    }
    this.#flow(edge.flow, there.arrived, time);
    this.#flow(edge.back, back.arrived, time);
  }

  // Dashes that move with virtual time: more of them where more messages pass.
  #flow(line, arrived, time) {
    line.style.display = arrived > 0 ? "" : "none";
    if (arrived === 0) return;
    const gap = Math.max(6, 46 / Math.sqrt(arrived));
    line.style.strokeDasharray = `3 ${gap}`;
    line.style.strokeDashoffset = calm() ? "0" : String(-((time * 90) % (3 + gap)));
  }

  #drawNode(id, state, hit, suspected) {
    const node = state.nodes[id - 1];
    const part = this.#node(id);
    const { cast } = this.film.data;
    const outside = this.places.get(id).outside;
    const member = node.member || outside;
    const word = [
      "node",
      outside ? "outside" : "",
      !node.up ? (member && cast[id - 1].role !== "spare" ? "down" : "absent") : "",
      node.hangs ? "hung" : "",
      node.leads ? "leads" : "",
      node.leads && !node.assigns && this.film.data.source === "replay" ? "waits" : "",
      node.state === "busy" ? "busy" : "",
      node.state === "error" ? "error" : "",
      node.draining ? "draining" : "",
      hit ? "hit" : "",
      suspected ? "suspected" : "",
      this.film.data.pools.length > 1 && node.pool ? `pool-${((node.pool - 1) % kPools) + 1}` : "",
    ].filter(Boolean).join(" ");
    const shown = this.named || node.leads || hit || node.hangs || !node.up || outside;
    if (part.word === word) return;
    part.word = word;
    part.group.setAttribute("class", word);
    part.mark.textContent = !node.up ? "×" : node.hangs ? "‖" : node.leads ? "★" : "";
    part.label.textContent = shown ? short(part.name, this.letters) : "";
    part.title.textContent = `${part.name}: ${this.describe(id, state, hit, suspected)}`;
  }

  draw(time) {
    const state = this.film.at(time);
    const messages = this.film.messages(time);
    const hit = new Set(
      [...state.faults].flatMap((index) => this.film.data.faults[index]?.targets ?? []));
    const suspected = new Set([...state.suspects].map((key) => Number(key.split(">")[1])));
    const keys = new Set([...this.declared, ...this.edges.keys()]);
    for (const key of state.proven.keys()) keys.add(key);
    for (const key of messages.keys()) {
      const [a, b] = key.split(">").map(Number);
      keys.add(a < b ? `${a}-${b}` : `${b}-${a}`);
    }
    for (const key of keys) this.#drawEdge(key, state, messages, time);
    for (const id of this.places.keys()) {
      this.#drawNode(id, state, hit.has(id), suspected.has(id));
    }
    return { state, messages, hit, suspected };
  }
}
