
// The panel: figures to tick, a question, and a thread of the conversations above; one page's view of
// the desk. It refuses to decide.

class PanelPage {
  constructor(desk, parent) {
    this.desk = desk;
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
    this.thread.remove();
    this.desk.views.delete(this);
    this.root.remove();
  }

  build() {
    const { desk } = this;
    const { w } = desk;
    const top = el("div", "vl-head");
    top.append(el("span", "vl-model", w.panel), el("span", "vl-mode", desk.model.get("host")));
    const picker = el("input", "vl-away");
    picker.type = "file";
    picker.accept = "image/*";
    picker.multiple = true;
    picker.tabIndex = -1;
    picker.setAttribute("aria-hidden", "true");
    picker.addEventListener("change", () => { desk.files([...picker.files]); picker.value = ""; });
    this.tray = new Tray(desk, () => picker.click());
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
    this.thread = new Thread(desk, () => this.focus());
    this.root.append(top, this.tray.root, picker, form, this.shown, this.thread.root);
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

  // -- what the desk tells

  pictures() { this.tray.list(); }
  thumb(id, url) { this.tray.thumb(id, url); }
  large(id, url) { this.tray.large(id, url); }
  lessons() { this.thread.lessons(); }

  turns() {
    this.thread.list();
    this.follows();
    this.state();
  }

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
    this.tray.ticks();
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
    const inserter = button("vl-insert", w.insert, () => { this.shown.hidden = insertBelow(this.desk.model, written.text); });
    inserter.hidden = !bookOf(this.desk.model);
    const buttons = el("span", "vl-copies");
    buttons.append(inserter, copier, button("vl-close", w.close, () => { this.shown.hidden = true; }));
    const notes = el("ul", "vl-notes");
    notes.append(...written.notes.map((text) => el("li", "", text)));
    this.shown.replaceChildren(code, buttons, notes);
  }
}

export default () => {
  let desk;
  return {
    initialize({ model }) { saveWithout(model, false); desk = new Desk(model); desk.listed(); },
    render({ el: root }) {
      const page = new PanelPage(desk, root);
      return () => page.remove();
    },
  };
};
