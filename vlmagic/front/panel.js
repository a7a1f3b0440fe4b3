
// The panel: figures to tick, a question, and a thread of the conversations above. Appended to
// view.js. What is typed lives here and is told to the kernel when the hand rests; nothing waits for
// an answer. Kernel → page: traits, and {t: "thumb" | "large" | "estimate" | "asked" | "refused" |
// "added" | "said" | "cell" | "steps" | "there"}, or {of, ...} for one conversation. It refuses to
// compute tokens, prices and permissions.

const REST = 250;             // ms without a key until the draft is told
const LATE = 1500;            // ms after which the kernel is called busy
const LARGEST = 8e6;          // bytes of a file; Jupyter's servers take 10 MB in one message
const DRAG = 6;               // px that make a click a drag

// -- what all views of a page share -----------------------------------------------------------

class Desk {
  constructor(model) {
    this.model = model;
    this.page = [...crypto.getRandomValues(new Uint32Array(2))].join("-");
    this.views = new Set();
    this.lines = new Map();
    this.thumbs = new Map();
    this.larges = new Map();
    this.steps = new Map();
    this.uncovered = new Map();
    this.opened = new Map();
    this.draft = { ...model.get("draft") };
    this.estimate = { text: "", refused: "", notices: [] };
    this.said = "";
    this.written = null;
    this.asking = "";
    this.explaining = false;
    this.dead = false;
    model.on("msg:custom", (message, buffers) => this.hear(message, buffers || []));
    model.on("change:pictures", () => this.listed());
    model.on("change:turns", () => { this.tell("turns"); this.count(); });
    model.on("change:draft", () => this.relayed());
    model.on("comm_live_update", () => this.check());
    this.count();
  }

  get w() { return this.model.get("words"); }

  send(message, buffers) {
    try { this.model.send({ page: this.page, ...message }, undefined, buffers); } catch { this.lose(); }
  }

  tell(what) { for (const view of this.views) view[what](); }

  // After a restart no panel is left in the kernel to answer.
  async check() {
    if (this.dead) return;
    const there = new Promise((done) => { this.there = () => done(true); setTimeout(() => done(false), 2000); });
    this.send({ t: "hello" });
    if (!(await there)) this.lose();
  }

  lose() { this.dead = true; this.asking = ""; this.tell("state"); }

  hear(message, buffers) {
    if (message.of !== undefined && message.t !== "steps") { this.line(message.of, false).hear(message, buffers); return; }
    const { t } = message;
    if (t === "there") this.there?.();
    else if (t === "thumb") this.got(this.thumbs, message, buffers, "thumb");
    else if (t === "large") this.got(this.larges, message, buffers, "large");
    else if (t === "steps") { this.steps.set(message.of, message.steps); this.tell("lessons"); }
    else if (message.page !== this.page) return;
    else if (t === "estimate") { if (message.n === this.draft.n) { this.estimate = message; this.tell("counted"); } }
    else if (t === "added") this.change({ ticks: [...this.draft.ticks, message.id] });
    else if (t === "said") this.say(message.text);
    else if (t === "cell") { this.written = message; this.tell("cell"); }
    else if (t === "asked" || t === "refused") this.answered(message);
  }

  got(shelf, { id, mime, revision }, buffers, what) {
    const old = shelf.get(id);
    if (old?.url) URL.revokeObjectURL(old.url);
    const data = buffers[0];
    const url = data?.byteLength ? URL.createObjectURL(new Blob([data], { type: mime })) : "";
    shelf.set(id, { url, revision });
    for (const view of this.views) view[what](id, url);
    this.heal();
  }

  // Servers drop messages under load: a picture or a conversation that no list knows means that one
  // of the lists got lost.
  heal() {
    clearTimeout(this.healing);
    this.healing = setTimeout(() => {
      const known = new Set([...this.model.get("pictures"), ...this.model.get("turns")].map((one) => one.id));
      if ([...this.thumbs.keys(), ...this.lines.keys()].some((id) => !known.has(id))) this.send({ t: "list" });
    }, 1000);
  }

  // A conversation's line; one that this page has not heard from the start asks for the whole.
  line(of, wanted = true) {
    let line = this.lines.get(of);
    if (!line) {
      line = new Line((say) => this.send({ t: "line", of, say }), true, "");
      this.lines.set(of, line);
      line.here();
      this.heal();
    } else if (wanted && !line.seq) line.wish();
    return line;
  }

  listed() {
    const there = this.model.get("pictures");
    const known = new Set(there.map((one) => one.id));
    for (const shelf of [this.thumbs, this.larges]) {
      for (const [id, one] of shelf) if (!known.has(id)) { if (one.url) URL.revokeObjectURL(one.url); shelf.delete(id); }
    }
    for (const { id, revision } of there) {
      if (this.larges.has(id) && this.larges.get(id).revision !== revision) this.larges.delete(id);
    }
    this.tell("pictures");
    // Pushed with the list; a page that came late, or lost some, asks.
    clearTimeout(this.missing);
    this.missing = setTimeout(() => {
      const ids = there.filter((one) => !this.thumbs.has(one.id)).map((one) => one.id);
      if (ids.length) this.send({ t: "thumbs", ids });
    }, 600);
  }

  // -- the draft: ours while we type, another page's when it types

  change(values) {
    Object.assign(this.draft, values);
    this.said = "";
    this.tell("drafted");
    this.count();
  }

  count() {
    clearTimeout(this.resting);
    this.resting = setTimeout(() => this.rest(), REST);
  }

  rest() {
    clearTimeout(this.resting);
    this.draft = { ...this.draft, n: Date.now(), page: this.page };
    this.send({ t: "draft", n: this.draft.n, draft: this.draft });
  }

  relayed() {
    const draft = this.model.get("draft");
    if (draft.page === this.page || draft.n < this.draft.n) return;
    this.draft = { ...draft };
    this.tell("drafted");
  }

  say(text) { this.said = text; this.tell("state"); }

  // -- asking

  ask() {
    if (this.asking || this.dead) return;
    if (!this.draft.text.trim()) { this.say(this.w.no_question); this.tell("focus"); return; }
    this.put("ask", {});
  }

  put(t, values) {
    clearTimeout(this.resting);
    const n = `${this.page}/${Date.now()}`;
    this.asking = n;
    this.explaining = t === "explain";
    this.said = "";
    this.send({ t, n, draft: { ...this.draft, page: this.page }, ...values });
    setTimeout(() => { if (this.asking === n) this.say(this.w.busy); }, LATE);
    this.tell("state");
  }

  explain(of, step) { if (!this.asking && !this.dead) this.put("explain", { of, step }); }

  answered({ n, t, text, id }) {
    if (n !== this.asking) return;
    this.asking = "";
    this.said = t === "refused" ? text : "";
    if (t === "asked") {
      for (const turn of this.model.get("turns")) this.opened.set(turn.id, false);
      this.opened.set(id, true);
      if (!this.explaining) Object.assign(this.draft, { text: "", ticks: [], follow: "last" });
      this.tell("drafted");
      this.tell("turns");
      this.count();
    }
    this.tell("state");
  }

  get running() { return this.model.get("turns").some((turn) => turn.status === "running"); }

  async files(list) {
    for (const file of list) {
      if (file.size > LARGEST) {
        const values = { name: file.name, size: (file.size / 1e6).toFixed(0), limit: LARGEST / 1e6 };
        this.say(fill(this.w.too_large, values));
      } else this.send({ t: "picture", name: file.name || "" }, [await file.arrayBuffer()]);
    }
  }
}

// -- one view of it ---------------------------------------------------------------------------

const labelled = (className, text, control) => {
  const label = el("label", className);
  label.append(el("span", "", text), control);
  return label;
};

// A box dragged over a picture, as fractions of it.
function boxing(image, frame, done) {
  let from, band, dragged = false;
  // The click that ends a drag ticks nothing.
  frame.addEventListener("click", (event) => { if (dragged) { event.preventDefault(); event.stopPropagation(); } }, true);
  const at = (event) => {
    const edge = image.getBoundingClientRect();
    const fit = Math.min(edge.width / image.naturalWidth, edge.height / image.naturalHeight);
    const [wide, high] = [image.naturalWidth * fit, image.naturalHeight * fit];
    const [x, y] = [event.clientX - edge.left - (edge.width - wide) / 2, event.clientY - edge.top - (edge.height - high) / 2];
    return [Math.min(1, Math.max(0, x / wide)), Math.min(1, Math.max(0, y / high)), event.clientX, event.clientY];
  };
  const drawn = (one, two) => {
    const outer = frame.getBoundingClientRect();
    Object.assign(band.style, {
      left: `${Math.min(one[2], two[2]) - outer.left}px`, top: `${Math.min(one[3], two[3]) - outer.top}px`,
      width: `${Math.abs(one[2] - two[2])}px`, height: `${Math.abs(one[3] - two[3])}px`,
    });
  };
  image.draggable = false;
  image.addEventListener("pointerdown", (event) => { if (event.button === 0 && image.naturalWidth) from = at(event); });
  image.addEventListener("pointermove", (event) => {
    if (!from) return;
    const to = at(event);
    if (!band && Math.hypot(to[2] - from[2], to[3] - from[3]) > DRAG) {
      for (const old of frame.querySelectorAll(".vl-band")) old.remove();
      band = el("div", "vl-band");
      frame.append(band);
      image.setPointerCapture(event.pointerId);
    }
    if (band) drawn(from, to);
  });
  const end = (event) => {
    if (band) {
      const to = at(event);
      const box = [Math.min(from[0], to[0]), Math.min(from[1], to[1]), Math.max(from[0], to[0]), Math.max(from[1], to[1])];
      dragged = true;
      setTimeout(() => { dragged = false; }, 50);
      done(box, band);
    }
    from = band = undefined;
  };
  image.addEventListener("pointerup", end);
  image.addEventListener("pointercancel", () => { band?.remove(); from = band = undefined; });
}

class PanelPage {
  constructor(desk, parent) {
    this.desk = desk;
    this.cards = new Map();
    this.rows = new Map();
    this.root = el("section", "vl vl-panel");
    this.root.dataset.phase = "ended";
    this.root.lang = desk.model.get("lang");
    this.root.setAttribute("data-lm-suppress-shortcuts", "true");
    this.root.setAttribute("aria-label", desk.w.panel);
    parent.append(this.root);
    this.build();
    desk.views.add(this);
    this.pictures();
    this.drafted();
    this.counted();
    this.turns();
    this.state();
  }

  remove() {
    for (const row of this.rows.values()) row.view?.remove();
    this.desk.views.delete(this);
    this.root.remove();
  }

  build() {
    const { desk } = this;
    const { w } = desk;
    const top = el("div", "vl-head");
    top.append(el("span", "vl-model", w.panel), el("span", "vl-mode", desk.model.get("host")));
    this.tray = el("div", "vl-tray");
    this.tray.setAttribute("role", "group");
    this.tray.setAttribute("aria-label", w.pictures);
    this.empty = el("p", "vl-empty", w.none);
    const picker = el("input", "vl-away");
    picker.type = "file";
    picker.accept = "image/*";
    picker.multiple = true;
    picker.tabIndex = -1;
    picker.setAttribute("aria-hidden", "true");
    picker.addEventListener("change", () => { desk.files([...picker.files]); picker.value = ""; });
    this.adder = button("vl-add", "+", () => picker.click());
    this.adder.title = w.add;
    this.adder.setAttribute("aria-label", w.add);
    this.tray.append(this.empty, this.adder);
    this.intake();

    const form = el("form", "vl-ask");
    form.addEventListener("submit", (event) => { event.preventDefault(); desk.ask(); });
    this.chip = el("div", "vl-chip");
    this.chipText = el("span");
    this.chip.append(this.chipText, button("vl-anew", w.anew, () => desk.change({ follow: null })));
    this.question = el("textarea", "vl-question");
    this.question.rows = 2;
    this.question.placeholder = w.hint;
    this.question.setAttribute("aria-label", w.question);
    this.question.addEventListener("input", () => this.typed());
    this.question.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) { event.preventDefault(); desk.ask(); }
    });

    const row = el("div", "vl-wishes");
    this.model = el("select");
    this.models();
    this.model.addEventListener("change", () => desk.change({ model: this.model.value }));
    this.think = el("input");
    this.think.type = "checkbox";
    this.think.addEventListener("change", () => desk.change({ think: this.think.checked }));
    this.budget = el("input");
    this.budget.type = "range";
    this.budget.min = 0;
    this.budget.max = 100;
    this.budget.setAttribute("aria-label", `${w.think}: ${w.budget}`);
    this.budget.addEventListener("input", () => desk.change({ budget: this.amount() }));
    this.limit = el("output");
    this.slider = el("span", "vl-budget");
    this.slider.append(el("span", "", w.budget), this.budget, this.limit);
    this.steps = el("input");
    this.steps.type = "checkbox";
    this.steps.addEventListener("change", () => desk.change({ steps: this.steps.checked }));
    const lesson = labelled("vl-wish", w.steps, this.steps);
    lesson.title = w.steps_about;
    this.name = el("input", "vl-name");
    this.name.size = 8;
    this.name.spellcheck = false;
    this.name.title = w.name_about;
    this.name.addEventListener("input", () => desk.change({ name: this.name.value.trim() }));
    row.append(labelled("vl-wish", w.model, this.model), labelled("vl-wish", w.think, this.think), this.slider, lesson, labelled("vl-wish", w.name, this.name));
    this.about = el("div", "vl-about");

    const foot = el("div", "vl-foot");
    this.cost = el("span", "vl-cost");
    const buttons = el("span", "vl-copies");
    this.celler = button("vl-cell", w.cell, () => desk.send({ t: "cell", n: 0, draft: desk.draft }));
    this.stopper = button("vl-stop", w.stop, () => desk.send({ t: "stop" }));
    this.asker = el("button", "vl-button vl-go", w.ask);
    this.asker.type = "submit";
    buttons.append(this.celler, this.stopper, this.asker);
    foot.append(this.cost, buttons);
    this.notes = el("ul", "vl-notes");
    this.saying = el("div", "vl-saying");
    this.saying.setAttribute("role", "status");
    this.shown = el("div", "vl-written");
    this.shown.hidden = true;
    form.append(this.chip, this.question, row, this.about, foot, this.notes, this.saying);
    this.thread = el("div", "vl-thread");
    this.root.append(top, this.tray, picker, form, this.shown, this.thread);
  }

  // Pictures that are dropped or pasted anywhere in here.
  intake() {
    const { root, desk } = this;
    const files = (event) => [...((event.clipboardData || event.dataTransfer)?.files || [])];
    root.addEventListener("paste", (event) => {
      if (!files(event).length) return;
      event.preventDefault();
      event.stopPropagation();
      desk.files(files(event));
    });
    root.addEventListener("dragover", (event) => {
      if (![...event.dataTransfer.types].includes("Files")) return;
      event.preventDefault();
      event.stopPropagation();
      root.dataset.over = desk.w.drop;
    });
    root.addEventListener("dragleave", (event) => { if (!root.contains(event.relatedTarget)) delete root.dataset.over; });
    root.addEventListener("drop", (event) => {
      delete root.dataset.over;
      if (!files(event).length) return;
      event.preventDefault();
      event.stopPropagation();
      desk.files(files(event));
    });
  }

  // -- the pictures

  pictures() {
    const { desk } = this;
    const there = desk.model.get("pictures");
    const known = new Set(there.map((one) => one.id));
    for (const [id, card] of this.cards) if (!known.has(id)) { card.root.remove(); this.cards.delete(id); }
    for (const one of there) {
      let card = this.cards.get(one.id);
      if (!card) { card = this.card(one.id); this.cards.set(one.id, card); }
      this.caption(card, one);
      const now = desk.thumbs.get(one.id);
      if (now) this.thumb(one.id, now.url);
      if (card.root.nextSibling !== this.adder) this.tray.insertBefore(card.root, this.adder);
    }
    this.empty.hidden = there.length > 0;
    this.ticks();
  }

  card(id) {
    const { desk } = this;
    const root = el("div", "vl-card");
    const label = el("label", "vl-tick");
    const box = el("input");
    box.type = "checkbox";
    box.addEventListener("change", () => {
      const others = desk.draft.ticks.filter((one) => one !== id);
      desk.change({ ticks: box.checked ? [...others, id] : others });
    });
    const image = el("img");
    image.alt = "";
    const under = el("span", "vl-caption");
    const wait = el("span", "vl-wait", desk.w.loading);
    label.append(box, image, wait, under);
    boxing(image, label, (area, band) => { band.remove(); desk.send({ t: "part", id, box: area, n: 0 }); });
    const larger = button("vl-larger", "⤢", () => this.larger(id));
    const away = button("vl-remove", "×", () => { desk.change({ ticks: desk.draft.ticks.filter((one) => one !== id) }); desk.send({ t: "drop", id }); });
    root.append(label, larger, away);
    return { root, box, image, under, wait, larger, away };
  }

  caption(card, one) {
    const { w } = this.desk;
    card.under.textContent = one.title ? `${one.label} ${one.title}` : `${one.label} ${one.kind}`;
    card.root.title = one.here ? card.under.textContent : `${card.under.textContent} (${w.away})`;
    card.root.classList.toggle("vl-gone", !one.here);
    card.box.setAttribute("aria-label", card.root.title);
    card.larger.setAttribute("aria-label", fill(w.enlarge, { label: one.label }));
    card.larger.title = fill(w.enlarge, { label: one.label });
    card.away.hidden = !one.own;
    card.away.setAttribute("aria-label", fill(w.remove, { label: one.label }));
  }

  thumb(id, url) {
    const card = this.cards.get(id);
    if (!card) return;
    if (url && card.image.src !== url) card.image.src = url;
    card.image.hidden = !url;
    card.larger.hidden = !url;
    card.wait.hidden = Boolean(url);
    card.wait.textContent = this.desk.w.no_pixels;
  }

  ticks() {
    for (const [id, card] of this.cards) {
      card.box.checked = this.desk.draft.ticks.includes(id);
      card.root.classList.toggle("vl-ticked", card.box.checked);
    }
  }

  larger(id) {
    const { desk } = this;
    const box = el("dialog", "vl-large vl-mark");
    const frame = el("div", "vl-frame");
    const image = el("img");
    const label = desk.model.get("pictures").find((one) => one.id === id)?.label || "";
    image.alt = label;
    let area;
    const take = button("vl-part", desk.w.ask_part, () => { desk.send({ t: "part", id, box: area, n: 0 }); box.close(); });
    take.disabled = true;
    boxing(image, frame, (found) => { area = found; take.disabled = false; take.focus(); });
    frame.append(image);
    const under = el("div", "vl-under");
    const buttons = el("span", "vl-copies");
    buttons.append(take, button("vl-close", desk.w.close, () => box.close()));
    under.append(el("span", "", desk.w.part), buttons);
    box.append(frame, under);
    box.addEventListener("click", (event) => { if (event.target === box) box.close(); });
    box.addEventListener("close", () => { box.remove(); this.showing = null; });
    this.root.append(box);
    this.showing = { id, image };
    const known = desk.larges.get(id) || desk.thumbs.get(id);
    if (known?.url) image.src = known.url;
    if (!desk.larges.has(id)) desk.send({ t: "large", id });
    box.showModal();
  }

  large(id, url) { if (this.showing?.id === id && url) this.showing.image.src = url; }

  // -- the question

  models() {
    const groups = new Map();
    for (const { name, family } of this.desk.model.get("models")) {
      if (!groups.has(family)) groups.set(family, el("optgroup"));
      groups.get(family).label = family || "…";
      const option = el("option", "", name);
      option.value = name;
      groups.get(family).append(option);
    }
    this.model.append(...groups.values());
  }

  get about_model() {
    const models = this.desk.model.get("models");
    return models.find((one) => one.name === this.desk.draft.model) || models[0];
  }

  amount() {
    const { least, most } = this.about_model;
    const value = Number(this.budget.value);
    if (value >= 100) return null;
    const exact = least * (most / least) ** (value / 100);
    const unit = 10 ** Math.max(0, Math.floor(Math.log10(exact)) - 1);
    return Math.round(exact / unit) * unit;
  }

  typed() {
    this.grow();
    this.desk.draft.text = this.question.value;
    for (const view of this.desk.views) if (view !== this) view.drafted();
    if (this.desk.said) this.desk.say("");
    this.desk.count();
  }

  grow() {
    this.question.style.height = "auto";
    this.question.style.height = `${Math.min(320, this.question.scrollHeight + 2)}px`;
  }

  drafted() {
    const { desk } = this;
    const { draft, w } = desk;
    if (this.question.value !== draft.text) { this.question.value = draft.text; this.grow(); }
    if (this.name.value.trim() !== draft.name) this.name.value = draft.name;
    const about = this.about_model;
    this.model.value = about.name;
    this.about.textContent = about.about;
    this.think.checked = about.thinks === null ? draft.think !== false : about.thinks;
    this.think.disabled = about.thinks !== null;
    this.think.parentElement.title = about.why;
    const why = about.unbudgeted || (this.think.checked ? "" : w.budget_off);
    this.budget.disabled = Boolean(why);
    this.slider.title = why;
    this.slider.classList.toggle("vl-off", this.budget.disabled);
    const budget = this.budget.disabled ? null : draft.budget;
    if (this.root.getRootNode().activeElement !== this.budget || budget === null) {
      this.budget.value = budget === null ? 100 : (100 * Math.log(budget / about.least)) / Math.log(about.most / about.least);
    }
    this.limit.textContent = budget === null ? w.unlimited : fill(w.tokens, { n: budget.toLocaleString("en") });
    this.budget.setAttribute("aria-valuetext", this.limit.textContent);
    const reasons = [about.why, about.unbudgeted].filter((text, at, all) => text && all.indexOf(text) === at);
    if (reasons.length) this.about.textContent += ` — ${reasons.join(" ")}`;
    this.steps.checked = draft.steps;
    this.ticks();
    this.follows();
  }

  follows() {
    const { desk } = this;
    const answered = desk.model.get("turns").filter((turn) => turn.answered);
    const { follow } = desk.draft;
    const to = follow === "last" ? answered.at(-1) : answered.find((turn) => turn.id === follow);
    this.chip.hidden = !to;
    if (to) this.chipText.textContent = `${fill(desk.w.follows, { n: to.id })}: ${to.asked.slice(0, 80)}`;
  }

  counted() {
    const { estimate, w } = this.desk;
    this.cost.textContent = estimate.text || (estimate.refused ? "" : w.estimating);
    this.notes.replaceChildren(...estimate.notices.map((text) => el("li", "", text)));
    if (estimate.refused) {
      const line = el("li", "vl-refused", estimate.refused);
      this.notes.append(line);
    }
  }

  state() {
    const { desk } = this;
    const { running } = desk;
    this.asker.disabled = Boolean(desk.asking) || running || desk.dead;
    this.celler.disabled = desk.dead;
    this.stopper.hidden = !running && !desk.asking;
    this.root.toggleAttribute("data-live", !desk.dead);
    this.saying.textContent = desk.dead ? desk.w.dead : desk.said || (desk.asking ? desk.w.asking : "");
    this.saying.classList.toggle("vl-trouble", desk.dead || Boolean(desk.said));
  }

  focus() { this.question.focus(); }

  cell() {
    const { written, w } = this.desk;
    this.shown.hidden = false;
    const code = el("pre", "", written.text);
    const copier = button("vl-copy", w.copy, async () => {
      copier.textContent = (await copyText(written.text, this.root)) ? w.copied : w.not_copied;
    });
    const buttons = el("span", "vl-copies");
    buttons.append(copier, button("vl-close", w.close, () => { this.shown.hidden = true; }));
    const notes = el("ul", "vl-notes");
    notes.append(...written.notes.map((text) => el("li", "", text)));
    this.shown.replaceChildren(code, buttons, notes);
  }

  // -- the thread, the newest first, so that nothing moves under a hand that types

  turns() {
    const { desk } = this;
    for (const turn of desk.model.get("turns")) {
      let row = this.rows.get(turn.id);
      if (!row) {
        row = this.row(turn);
        this.rows.set(turn.id, row);
        this.thread.prepend(row.root);
        if (!desk.opened.has(turn.id)) desk.opened.set(turn.id, turn.id === desk.model.get("turns").at(-1).id);
      }
      row.about(turn);
      row.root.open = desk.opened.get(turn.id);
      row.fill();
    }
    this.follows();
    this.state();
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
    const follow = button("vl-follow", desk.w.follow, () => { desk.change({ follow: turn.id }); this.focus(); });
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

// -- a lesson: one step at a time -------------------------------------------------------------

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

export default () => {
  let desk;
  return {
    initialize({ model }) { desk = new Desk(model); desk.listed(); },
    render({ el: root }) {
      const page = new PanelPage(desk, root);
      return () => page.remove();
    },
  };
};
