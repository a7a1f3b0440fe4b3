
// A panel's conversations, each foldable, and lessons, uncovered one step at a time. It refuses to
// divide an answer: the kernel has.

// The newest stands first, so that nothing moves under a hand that types.
class Thread {
  constructor(desk, ask) {
    this.desk = desk;
    this.ask = ask;
    this.rows = new Map();
    this.root = el("div", "vl-thread");
  }

  remove() { for (const row of this.rows.values()) row.view?.remove(); }

  list() {
    const { desk } = this;
    const turns = desk.model.get("turns");
    for (const turn of turns) {
      let row = this.rows.get(turn.id);
      if (!row) {
        row = this.row(turn);
        this.rows.set(turn.id, row);
        this.root.prepend(row.root);
        if (!desk.opened.has(turn.id)) desk.opened.set(turn.id, turn.id === turns.at(-1).id);
      }
      row.about(turn);
      row.root.open = desk.opened.get(turn.id);
      row.fill();
    }
  }

  row(turn) {
    const { desk } = this;
    const root = el("details", "vl-turn");
    const head = el("summary");
    const status = el("span", "vl-turn-status");
    const text = el("span", "vl-turn-asked", turn.asked);
    head.append(el("span", "vl-turn-number", String(turn.id)), text, status);
    head.setAttribute("aria-label", fill(desk.w.turn, { n: turn.id }) + ": " + turn.asked);
    const whole = el("div", "vl-turn-question", turn.asked);
    whole.hidden = turn.asked.length < 90 && !turn.asked.includes("\n");
    const body = el("div", "vl-turn-body");
    const acts = el("div", "vl-acts");
    const follow = button("vl-follow", desk.w.follow, () => { desk.change({ follow: turn.id }); this.ask(); });
    acts.append(follow);
    root.append(head, whole, body, acts);
    const row = { root, view: null, lesson: null, turn };
    row.about = (now) => {
      row.turn = now;
      root.dataset.status = now.status;
      status.textContent = [now.name, now.status === "running" ? desk.w.running : now.word].filter(Boolean).join(" · ");
      status.title = now.line;
      acts.hidden = !now.answered;
    };
    row.fill = () => {
      if (root.open && !row.view) {
        row.view = new View(desk.line(turn.id), body);
        if (row.turn.lesson) {
          row.lesson = new Lesson(desk, turn.id);
          body.append(row.lesson.root);
          if (!desk.steps.has(turn.id) && row.turn.status !== "running") desk.send({ t: "steps", of: turn.id });
        }
      } else if (!root.open && row.view) {
        row.view.remove();
        row.lesson?.root.remove();
        row.view = row.lesson = null;
      }
      row.lesson?.draw(row.turn.status);
    };
    root.addEventListener("toggle", () => { desk.opened.set(turn.id, root.open); row.fill(); });
    return row;
  }

  lessons() { for (const row of this.rows.values()) row.lesson?.draw(row.turn.status); }
}

class Lesson {
  constructor(desk, of) {
    this.desk = desk;
    this.of = of;
    this.root = el("div", "vl-lesson");
    this.list = el("div", "vl-steps vl-answer");
    this.list.setAttribute("role", "list");
    this.held = el("p", "vl-held", desk.w.held);
    this.next = el("div", "vl-next");
    this.root.append(this.held, this.list, this.next);
    this.root.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown" && !event.target.closest("textarea, input")) { event.preventDefault(); this.uncover(1); }
    });
    this.drawn = 0;
  }

  get steps() { return this.desk.steps.get(this.of) || []; }

  uncover(more) {
    const now = Math.min(this.steps.length, (this.desk.uncovered.get(this.of) || 0) + more);
    this.desk.uncovered.set(this.of, now);
    this.desk.tell("lessons");
    const last = this.list.lastElementChild;
    (this.next.querySelector("button") || last)?.focus({ preventScroll: true });
    last?.scrollIntoView({ block: "nearest" });
  }

  draw(status) {
    const { desk, steps } = this;
    const { w } = desk;
    this.held.hidden = steps.length > 0 || status !== "running";
    const open = desk.uncovered.get(this.of) || 0;
    for (; this.drawn < Math.min(open, steps.length); this.drawn += 1) {
      const number = this.drawn + 1;
      const step = el("div", "vl-step");
      step.setAttribute("role", "listitem");
      step.tabIndex = -1;
      const body = el("div");
      body.innerHTML = steps[this.drawn].html;
      const ask = button("vl-explain", w.explain, () => desk.explain(this.of, number));
      ask.setAttribute("aria-label", `${w.explain}: ${number}`);
      step.append(el("span", "vl-step-number", fill(w.step, { n: number, of: steps.length })), body, ask);
      this.list.append(step);
    }
    this.next.replaceChildren();
    if (open < steps.length) {
      const hint = el("span", "vl-hint vl-answer");
      hint.innerHTML = steps[open].hint;
      const show = button("vl-uncover", fill(w.next, { n: open + 1 }), () => this.uncover(1));
      const all = button("vl-all", fill(w.all, { n: steps.length }), () => this.uncover(steps.length));
      this.next.append(show, hint, all);
    }
  }
}
