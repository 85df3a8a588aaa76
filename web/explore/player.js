// The controls of a film: play, pause, step, speed, scrub; by pointer and by keyboard.
import { h, seconds } from "./dom.js";

const kSpeeds = [0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 100];
const kWatched = 24; // seconds that a whole run should take at the first speed

function firstSpeed(length) {
  const wanted = length / kWatched;
  return kSpeeds.reduce((best, speed) =>
    Math.abs(Math.log(speed / wanted)) < Math.abs(Math.log(best / wanted)) ? speed : best);
}

export class Player {
  // `changed(time)` is called whenever the time is another.
  constructor(film, changed) {
    this.film = film;
    this.changed = changed;
    this.time = film.begin;
    this.playing = false;
    this.speed = Math.max(0.5, firstSpeed(film.end - film.begin));
    this.root = this.#controls();
    this.keys = (event) => this.#key(event);
    document.addEventListener("keydown", this.keys);
  }

  leave() {
    this.pause();
    document.removeEventListener("keydown", this.keys);
  }

  #controls() {
    const button = (label, text, act, name) => {
      const made = h("button",
        { type: "button", title: label, onclick: act, className: name }, text);
      made.setAttribute("aria-label", label);
      return made;
    };
    this.toggle = button("Play (space)", "▶", () => this.flip(), "play");
    this.slider = h("input", {
      type: "range",
      className: "scrub",
      min: this.film.begin,
      max: this.film.end,
      step: 0.01,
      value: this.time,
      oninput: () => {
        this.pause();
        this.seek(Number(this.slider.value));
      },
    });
    this.slider.setAttribute("aria-label", "Time in the run");
    this.clock = h("output", { className: "clock" }, "");
    this.choice = h("select", { onchange: () => (this.speed = Number(this.choice.value)) },
      kSpeeds.map((speed) =>
        h("option", { value: speed, selected: speed === this.speed }, `${speed}×`)));
    this.choice.setAttribute("aria-label", "Speed");
    return h("div", { className: "player" },
      h("div", { className: "buttons" },
        button("Event before ([)", "❙◀", () => this.step(-1), "quiet"),
        this.toggle,
        button("Next event (])", "▶❙", () => this.step(1), "quiet"),
        this.clock,
        h("label", { className: "speed" }, h("span", { className: "hidden" }, "Speed"),
          this.choice)),
      this.slider);
  }

  seek(time) {
    this.time = Math.min(this.film.end, Math.max(this.film.begin, time));
    this.slider.value = this.time;
    this.slider.setAttribute("aria-valuetext", seconds(this.time));
    this.clock.textContent = seconds(this.time);
    this.changed(this.time);
  }

  step(direction) {
    this.pause();
    const time = direction > 0 ? this.film.next(this.time) : this.film.previous(this.time);
    this.seek(time ?? (direction > 0 ? this.film.end : this.film.begin));
  }

  flip() {
    if (this.playing) this.pause();
    else this.play();
  }

  play() {
    if (this.time >= this.film.end - 1e-6) this.seek(this.film.begin);
    this.playing = true;
    this.toggle.textContent = "❚❚";
    this.toggle.setAttribute("aria-label", "Pause (space)");
    let before = performance.now();
    const frame = (now) => {
      if (!this.playing) return;
      // A page that was hidden goes on from where it was.
      const passed = Math.min(0.1, (now - before) / 1000);
      before = now;
      this.seek(this.time + passed * this.speed);
      if (this.time >= this.film.end) this.pause();
      else requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  }

  pause() {
    this.playing = false;
    this.toggle.textContent = "▶";
    this.toggle.setAttribute("aria-label", "Play (space)");
  }

  #faster(by) {
    const at = Math.max(0, Math.min(kSpeeds.length - 1, kSpeeds.indexOf(this.speed) + by));
    this.speed = kSpeeds[at];
    this.choice.value = String(this.speed);
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target.closest("input:not([type=range]), select, textarea");
    // Space presses the button, link or fold that has the focus; the slider has its own arrows.
    const pressed = event.key === " " && event.target.closest("button, a, summary");
    const sliding = event.target === this.slider && event.key.startsWith("Arrow");
    if (typing || pressed || sliding) return;
    const leap = event.shiftKey ? 0.1 : 1;
    const acts = {
      " ": () => this.flip(),
      k: () => this.flip(),
      ArrowLeft: () => this.#jump(-leap),
      ArrowRight: () => this.#jump(leap),
      Home: () => this.#jump(-Infinity),
      End: () => this.#jump(Infinity),
      "[": () => this.step(-1),
      "]": () => this.step(1),
      "+": () => this.#faster(1),
      "-": () => this.#faster(-1),
    };
    if (!acts[event.key]) return;
    event.preventDefault();
    acts[event.key]();
  }

  #jump(by) {
    this.pause();
    this.seek(this.time + by);
  }
}
