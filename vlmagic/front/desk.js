
// The panel's desk: what all its views of a page share. What is typed lives here and is told to the
// kernel when the hand rests; nothing waits for an answer. Kernel → page: traits, and {t: "thumb" |
// "large" | "estimate" | "asked" | "refused" | "added" | "said" | "cell" | "steps" | "there"}, or
// {of, ...} for one conversation. It refuses to draw, and to compute tokens, prices and permissions.

const REST = 250;             // ms without a key until the draft is told
const LATE = 1500;            // ms after which the kernel is called busy
const LARGEST = 8e6;          // bytes of a file; Jupyter's servers take 10 MB in one message

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

  // After a restart no panel is left in the kernel to answer. One that was only slow is heard again.
  async check() {
    if (this.dead) return;
    const there = new Promise((done) => { this.there = () => done(true); setTimeout(() => done(false), 3000); });
    this.send({ t: "hello" });
    if (!(await there)) this.lose();
  }

  lose() { this.dead = true; this.asking = ""; this.tell("state"); }

  hear(message, buffers) {
    if (this.dead) { this.dead = false; this.tell("state"); }
    if (message.of !== undefined && message.t !== "steps") { this.line(message.of, false).hear(message, buffers); return; }
    const { t } = message;
    if (t === "there") this.there?.();
    else if (t === "thumb") this.got(this.thumbs, message, buffers, "thumb");
    else if (t === "large") this.got(this.larges, message, buffers, "large");
    else if (t === "steps") { this.steps.set(message.of, message.steps); this.tell("lessons"); }
    else if (message.page !== this.page) return;
    else if (t === "estimate") { if (message.n === this.draft.n) { this.estimate = message; this.tell("counted"); this.heal(); } }
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

  // Servers drop messages under load: a picture or a conversation that no list knows, or fewer ended
  // ones than the kernel has, mean that one of the lists got lost.
  heal(tries = 4) {
    clearTimeout(this.healing);
    this.healing = setTimeout(() => {
      const turns = this.model.get("turns");
      const known = new Set([...this.model.get("pictures"), ...turns].map((one) => one.id));
      const lost = [...this.thumbs.keys(), ...this.lines.keys()].some((id) => !known.has(id));
      const ended = turns.filter((turn) => turn.status !== "running").length;
      if (!tries || this.dead || !(lost || this.estimate.ended > ended)) return;
      this.send({ t: "list" });
      this.heal(tries - 1);
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
    setTimeout(() => this.late(n), LATE);
    this.tell("state");
  }

  // No answer to the click yet: it got lost, if the question stands in the thread, else the kernel is busy.
  late(n) {
    if (this.asking !== n) return;
    const last = this.model.get("turns").at(-1);
    if (last?.mark === n) this.answered({ n, t: "asked", id: last.id });
    else { this.say(this.w.busy); setTimeout(() => this.late(n), LATE); }
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
