// The state of a swarm at any time of a run, from what changed in it. No page in here.

const kBetween = 256; // events from one kept state to the next

function link(a, b) {
  return a < b ? `${a}-${b}` : `${b}-${a}`;
}

function fresh(data) {
  const nodes = data.cast.map((one) => ({
    up: false,
    hangs: false,
    leads: 0, // the term; 0: does not lead
    assigns: false,
    state: "",
    pool: data.pools.indexOf(one.pool) + 1, // 0: of none
    member: one.member && one.role !== "spare",
    draining: false,
    why: "", // it is down
  }));
  const proven = new Map();
  // A record knows which links were proven when the load began, and nothing later.
  if (data.source === "record") {
    for (const [a, b, known] of data.links) if (known) proven.set(link(a, b), 3);
  }
  return { nodes, proven, suspects: new Set(), breakers: new Map(), route: "", faults: new Set() };
}

function copy(state) {
  return {
    nodes: state.nodes.map((node) => ({ ...node })),
    proven: new Map(state.proven),
    suspects: new Set(state.suspects),
    breakers: new Map(state.breakers),
    route: state.route,
    faults: new Set(state.faults),
  };
}

// Which end of a link knows the other: bit 1 the lower node, bit 2 the higher.
function prove(state, node, peer, known) {
  const name = link(node, peer);
  const bit = node < peer ? 1 : 2;
  const now = state.proven.get(name) ?? 0;
  state.proven.set(name, known ? now | bit : now & ~bit);
}

function forget(state, id) {
  for (const name of state.proven.keys()) {
    const [a, b] = name.split("-").map(Number);
    if (a === id || b === id) prove(state, id, a === id ? b : a, false);
  }
  for (const set of [state.suspects, state.breakers]) {
    for (const key of [...set.keys()]) if (key.startsWith(`${id}>`)) set.delete(key);
  }
}

const kChanges = {
  up(state, node) {
    Object.assign(node, { up: true, hangs: false, leads: 0, assigns: false, state: "", why: "" });
  },
  down(state, node, [, , id, , , text]) {
    const gone = { up: false, hangs: false, leads: 0, assigns: false, state: "" };
    Object.assign(node, gone, { why: text });
    forget(state, id);
  },
  hangs(state, node) {
    node.hangs = true;
  },
  resumes(state, node) {
    node.hangs = false;
  },
  leads(state, node, [, , , , term]) {
    node.leads = term || 1;
    node.assigns = false;
  },
  assigns(state, node) {
    node.assigns = true;
  },
  steps_down(state, node) {
    node.leads = 0;
    node.assigns = false;
  },
  state(state, node, event) {
    node.state = event[5];
  },
  proven(state, node, [, , id, peer]) {
    prove(state, id, peer, true);
  },
  lost(state, node, [, , id, peer]) {
    prove(state, id, peer, false);
  },
  suspects(state, node, [, , id, peer]) {
    state.suspects.add(`${id}>${peer}`);
  },
  trusts(state, node, [, , id, peer]) {
    state.suspects.delete(`${id}>${peer}`);
  },
  breaker(state, node, [, , id, peer, , text]) {
    if (text === "closed") state.breakers.delete(`${id}>${peer}`);
    else state.breakers.set(`${id}>${peer}`, text);
  },
  joins(state, node, [, , , , pool]) {
    Object.assign(node, { member: true, draining: false, pool });
  },
  drains(state, node) {
    node.draining = true;
  },
  leaves(state, node) {
    Object.assign(node, { member: false, draining: false });
  },
  route(state, node, event) {
    state.route = event[5];
  },
  fault(state, node, [, , , , index]) {
    state.faults.add(index);
  },
  fault_ends(state, node, [, , , , index]) {
    state.faults.delete(index);
  },
};

function apply(state, event) {
  kChanges[event[1]]?.(state, state.nodes[event[2] - 1] ?? {}, event);
}

export class Film {
  constructor(data) {
    this.data = data;
    this.begin = data.begin;
    this.end = Math.max(data.end, data.chart?.end ?? 0);
    this.events = data.source === "record" ? withFaults(data) : data.events;
    this.kept = [];
    const state = fresh(data);
    this.events.forEach((event, i) => {
      if (i % kBetween === 0) this.kept.push(copy(state));
      apply(state, event);
    });
    if (this.kept.length === 0) this.kept.push(state);
    this.traffic = trafficOf(data);
    this.moments = momentsOf(data, this.events);
    this.reigns = reignsOf(this.events, this.end);
  }

  // How many events have happened by then.
  #passed(time) {
    let low = 0;
    let high = this.events.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.events[middle][0] <= time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  at(time) {
    const passed = this.#passed(time);
    if (this.latest?.passed === passed) return this.latest.state;
    const kept = Math.min(Math.floor(passed / kBetween), this.kept.length - 1);
    // Playing goes on from where it is; a jump starts from the state kept before it.
    const near = this.latest?.passed <= passed && this.latest.passed >= kept * kBetween;
    const state = near ? this.latest.state : copy(this.kept[kept]);
    for (let i = near ? this.latest.passed : kept * kBetween; i < passed; ++i) {
      apply(state, this.events[i]);
    }
    this.latest = { passed, state };
    return state;
  }

  // {arrived, lost} for each direction "3>4" in which messages went around then.
  messages(time) {
    return this.traffic.at(time);
  }

  next(time) {
    return this.moments.find((moment) => moment > time + 1e-6);
  }

  previous(time) {
    return this.moments.findLast((moment) => moment < time - 1e-6);
  }
}

// Times of faults stand in their own list there.
function withFaults(data) {
  const events = [...data.events];
  data.faults.forEach((fault, i) => {
    if (fault.from !== null) events.push([fault.from, "fault", 0, 0, i, ""]);
    if (fault.to !== null) events.push([fault.to, "fault_ends", 0, 0, i, ""]);
  });
  return events.sort((a, b) => a[0] - b[0]);
}

function trafficOf(data) {
  const slot = data.traffic?.slot ?? 1;
  const slots = new Map();
  for (const [from, to, flat] of data.traffic?.links ?? []) {
    for (let i = 0; i < flat.length; i += 3) {
      if (!slots.has(flat[i])) slots.set(flat[i], []);
      slots.get(flat[i]).push([`${from}>${to}`, { arrived: flat[i + 1], lost: flat[i + 2] }]);
    }
  }
  let latest = { number: -1, map: new Map() };
  return {
    known: Boolean(data.traffic),
    at(time) {
      // Slots count from boot, which is when the film begins.
      const number = Math.max(0, Math.floor((time - data.begin) / slot + 1e-9));
      if (latest.number !== number) latest = { number, map: new Map(slots.get(number) ?? []) };
      return latest.map;
    },
  };
}

// Where a reader wants to stop.
function momentsOf(data, events) {
  const kinds = ["assigns", "steps_down", "down", "breaker", "route", "fault", "fault_ends"];
  const times = [
    ...data.milestones.map((one) => one.at),
    ...data.alerts.flatMap((one) => [one.from, one.to]),
    ...events.filter((event) => kinds.includes(event[1])).map((event) => event[0]),
  ].filter((time) => time !== null && time >= data.begin);
  return [...new Set(times)].sort((a, b) => a - b);
}

// Who led from when to when.
function reignsOf(events, end) {
  const open = new Map();
  const reigns = [];
  const close = (node, at) => {
    if (open.has(node)) {
      reigns.push({ node, from: open.get(node).from, to: at, term: open.get(node).term });
      open.delete(node);
    }
  };
  for (const [at, kind, node, , value] of events) {
    if (kind === "leads") {
      close(node, at);
      open.set(node, { from: at, term: value });
    } else if (kind === "down" || kind === "up" || kind === "steps_down") {
      close(node, at);
    }
  }
  for (const node of [...open.keys()]) close(node, end);
  return reigns.sort((a, b) => a.from - b.from);
}
