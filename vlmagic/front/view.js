// The one front end: a conversation as it happens. No build step, no library.
//
// Kernel → page, at most 16 a second: {seq, ops: [[name, ...values], ...], whole?}. The model's words
// come as text (thinking) or as HTML that the kernel has sanitised (answer); nothing here turns text
// into markup. Page → kernel: {t: "here" | "resync" | "stop" | "text"}. It refuses to compute
// anything. Python appends the part that says what is exported (live.js).

const CHUNK = 4096;          // characters of thinking in one block that the browser can skip
const LONGEST = 16384;       // ... where no line ends before
const GROUP = 6000;          // characters of HTML in one such block of the answer
const ACK = 600;             // ms until Stop tries the server's own interrupt
const ALIVE = 1600;          // ms since the kernel's last word for which it surely still runs this
const GIVE_UP = 3000;        // ms until that, too, has failed
const PAUSE = 1000;          // ms between two wishes for a missed message

const el = (tag, className, text) => {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
};

const button = (className, label, act) => {
  const node = el("button", "vl-button " + className, label);
  node.type = "button";
  node.addEventListener("click", act);
  return node;
};

const fill = (template, values) =>
  (template || "").replace(/\{(\w+)\}/g, (_, name) => (name in values ? values[name] : ""));

const wait = (ms) => new Promise((done) => setTimeout(done, ms));

// -- the conversation, as far as it has come, and the line to its kernel ----------------------

class Line {
  // send: a function; prompt: whether the kernel hears us while its cell runs; kernel: the id of a
  // kernel that may be interrupted to stop this very question, or nothing.
  constructor(send, prompt, kernel) {
    this.send = send;
    this.prompt = prompt;
    this.kernel = kernel;
    this.views = new Set();
    this.waiting = new Map();
    this.seq = 0;
    this.behind = false;
    this.catching = false;
    this.asked = -PAUSE;
    this.heard = performance.now();
    this.pictures = [];
    this.reset();
  }

  reset() {
    for (const url of this.pictures) if (url) URL.revokeObjectURL(url);
    this.header = { words: {}, receipt: [], facts: [], fold: "fold" };
    this.state = "waiting";
    this.thinking = [];
    this.done = [];
    this.rest = "";
    this.grown = "";
    this.notices = [];
    this.ending = null;
    this.summary = "";
    this.began = performance.now();
    this.pictures = [];
  }

  // A page that comes late hears nothing by itself: the kernel knows who is here, and repeats. The
  // first words may wait for the cell's end: JupyterLab makes the way around it only on our account.
  async here() {
    const page = crypto.getRandomValues(new Uint32Array(2)).join("-");
    for (const ms of this.prompt ? [250, 500, 1000, 1500, 3000, 10000] : [10]) {
      const there = this.reply("there", ms);
      this.send({ t: "here", page });
      if (await there) break;
    }
    if (!this.seq) this.wish();
  }

  hear(message, buffers) {
    this.heard = performance.now();
    if (!message.ops) { this.waiting.get(message.t)?.(message); return; }
    const opening = message.ops[0]?.[0] === "reset";
    const next = message.seq === this.seq + 1;
    if (opening && (this.behind || !next || !this.seq)) this.catching = true;
    else if (!next) { this.behind = true; this.wish(); return; }
    else if (this.behind && !this.catching) { this.wish(); return; }
    else if (!message.whole) this.catching = false;
    this.seq = message.seq;
    this.behind = false;
    if (message.whole && !this.catching) return;
    for (const [name, ...values] of message.ops) this.take(name, values, buffers);
    for (const view of this.views) view.painted();
  }

  wish() {
    if (performance.now() - this.asked < PAUSE) return;
    this.asked = performance.now();
    this.send({ t: "resync" });
    setTimeout(() => { if (this.behind) for (const view of this.views) view.missing(); }, 2 * PAUSE);
  }

  take(name, values, buffers) {
    const [first, second, third] = values;
    switch (name) {
      case "reset": this.reset(); break;
      case "picture": this.pictures[first] = URL.createObjectURL(new Blob([buffers[second]], { type: third })); break;
      case "head": this.header = first; this.began = performance.now() - second; break;
      case "think": this.thinking.push(first); break;
      case "blocks": this.done.push(...first); this.rest = this.grown = ""; break;
      case "marked": this.done = [...first]; this.rest = this.grown = ""; break;
      case "tail": this.rest = this.rest.slice(0, first) + second; this.grown = ""; break;
      case "grow": this.grown += first; break;
      case "phase": this.state = first; if (second !== undefined) this.began = performance.now() - second; break;
      case "note": this.notices.push(first); break;
      case "thought": this.summary = first; break;
      case "end": this.state = "ended"; this.ending = first; break;
      default: return;
    }
    for (const view of this.views) view[name]?.(first);
  }

  reply(t, ms) {
    return new Promise((done) => {
      const timer = setTimeout(() => { this.waiting.delete(t); done(null); }, ms);
      this.waiting.set(t, (message) => { clearTimeout(timer); this.waiting.delete(t); done(message); });
    });
  }

  // True once the kernel has heard it. The server's interrupt stops whatever the kernel runs: it is
  // asked only while the kernel has just said that it still runs this very question, and after a
  // word with the server, behind which an end that was on its way would have come. (The server's own
  // idea of "busy" is no help: a message handled beside the cell makes it "idle".)
  async stop() {
    const acknowledged = this.reply("stopping", this.prompt ? ACK : 0);
    this.send({ t: "stop" });
    if (await acknowledged || this.ending) return true;
    const runs = () => !this.ending && this.views.size && performance.now() - this.heard < ALIVE;
    if (this.kernel && runs() && (await server("GET", this.kernel, "")) && runs()) {
      await server("POST", this.kernel, "/interrupt");
    }
    for (let ms = 0; ms < GIVE_UP && !this.ending && this.views.size; ms += 100) await wait(100);
    return Boolean(this.ending) || !this.views.size;
  }

  // The answer as the model wrote it; nothing if the kernel is busy.
  async text() {
    const told = this.reply("text", 800);
    this.send({ t: "text" });
    return (await told)?.text || "";
  }
}

// The Jupyter server's own word about this kernel; where there is no such server, nothing.
async function server(method, kernel, what) {
  const config = JSON.parse(document.getElementById("jupyter-config-data")?.textContent || "{}");
  if (!config.baseUrl) return null;
  const xsrf = document.cookie.match(/(?:^|; )_xsrf=([^;]*)/)?.[1];
  const headers = {};
  if (xsrf) headers["X-XSRFToken"] = decodeURIComponent(xsrf);
  if (config.token) headers.Authorization = `token ${config.token}`;
  try {
    const url = `${config.baseUrl}api/kernels/${encodeURIComponent(kernel)}${what}`;
    const answer = await fetch(url, { method, credentials: "same-origin", headers });
    return answer.ok && answer.status === 200 ? await answer.json() : null;
  } catch {
    return null;
  }
}

// -- one view of it -------------------------------------------------------------------------

class View {
  constructor(line, parent) {
    this.line = line;
    this.touched = false;
    this.follow = true;
    this.hand = 0;
    this.root = el("section", "vl");
    // Keys pressed in here are ours: JupyterLab would take Enter on a button for "edit the cell".
    this.root.setAttribute("data-lm-suppress-shortcuts", "true");
    parent.append(this.root);
    this.build();
    line.views.add(this);
    this.clock = setInterval(() => this.tick(), 200);
  }

  remove() {
    clearInterval(this.clock);
    this.line.views.delete(this);
    this.root.remove();
  }

  get words() { return this.line.header.words; }

  build() {
    const { line } = this;
    const { header } = line;
    const w = header.words;
    this.root.replaceChildren();
    this.root.lang = header.lang || "en";
    this.root.setAttribute("aria-label", fill(w.region, header));
    delete this.root.dataset.status;

    const top = el("div", "vl-head");
    top.append(el("span", "vl-model", header.model || ""));
    if (header.thinks) top.append(el("span", "vl-mode", header.thinks));
    this.status = el("span", "vl-status");
    this.status.setAttribute("role", "status");
    this.time = el("span", "vl-time");
    this.stopper = button("vl-stop", w.stop, () => this.stop());
    top.append(this.status, this.time, this.stopper);

    const sent = el("div", "vl-receipt");
    header.receipt.forEach((text, number) => sent.append(this.receipt(text, line.pictures[number])));
    if (header.facts.length) {
      const facts = el("details", "vl-facts");
      facts.append(el("summary", "", w.facts), el("pre", "", header.facts.join("\n")));
      sent.append(facts);
    }

    this.pane = el("details", "vl-thinking");
    this.pane.hidden = true;
    this.label = el("summary", "", w.thinking);
    this.label.addEventListener("click", () => { this.touched = true; });
    this.thoughts = el("div", "vl-thoughts");
    this.thoughts.tabIndex = 0;
    this.thoughts.setAttribute("role", "region");
    this.thoughts.setAttribute("aria-label", w.thoughts || "");
    for (const [kind, ms] of [["wheel", 500], ["touchmove", 800], ["keydown", 500], ["pointerdown", 8000]]) {
      this.thoughts.addEventListener(kind, () => { this.hand = Math.max(this.hand, performance.now() + ms); }, { passive: true });
    }
    this.thoughts.addEventListener("scroll", () => this.scrolled(), { passive: true });
    this.pane.append(this.label, this.thoughts);

    this.answer = el("div", "vl-answer");
    this.answer.setAttribute("role", "region");
    this.answer.setAttribute("aria-label", w.answer || "");
    this.last = el("div", "vl-tail");
    this.answer.append(this.last);

    this.notes = el("ul", "vl-notes");
    const foot = el("div", "vl-foot");
    this.said = el("span", "vl-said");
    this.copiers = el("span", "vl-copies");
    this.copyAnswer = button("vl-copy", w.copy_answer, () => this.copy(this.copyAnswer, async () => (await line.text()) || this.answer.innerText));
    this.copyThinking = button("vl-copy", w.copy_thinking, () => this.copy(this.copyThinking, () => line.thinking.join("")));
    this.copiers.append(this.copyAnswer, this.copyThinking);
    foot.append(this.said, this.copiers);
    this.root.append(top, sent, this.pane, this.answer, this.notes, foot);

    this.text = null;
    this.room = 0;
    for (const text of line.thinking) this.think(text);
    this.blocks(line.done);
    this.tail();
    if (line.grown) this.grow(line.grown);
    for (const text of line.notices) this.note(text);
    if (line.summary) this.thought(line.summary);
    this.phase(line.state);
    if (line.ending) this.end(line.ending);
    this.painted();
  }

  receipt(text, url) {
    const row = el("div", "vl-line");
    if (url) {
      const image = el("img");
      image.src = url;
      image.alt = "";
      const small = button("vl-thumb", "", () => this.enlarge(url, text));
      small.setAttribute("aria-label", fill(this.words.enlarge, { line: text }));
      small.append(image);
      row.append(small);
    }
    row.append(el("span", "", text));
    return row;
  }

  enlarge(url, text) {
    const box = el("dialog", "vl-large");
    const image = el("img");
    image.src = url;
    image.alt = text;
    const under = el("div", "vl-under");
    under.append(el("span", "", text), button("vl-close", this.words.close, () => box.close()));
    box.append(image, under);
    box.addEventListener("click", (event) => { if (event.target === box) box.close(); });
    box.addEventListener("close", () => box.remove());
    this.root.append(box);
    box.showModal();
  }

  // -- what the kernel says; each name is an op

  head() { this.build(); }

  think(text) {
    const { fold } = this.line.header;
    if (this.pane.hidden && fold !== "hidden") {
      this.pane.hidden = false;
      this.pane.open = fold === "open" || (this.line.state !== "ended" && this.line.state !== "answering");
    }
    for (let rest = text; rest;) {
      if (!this.text || this.text.length >= LONGEST) this.chunk();
      // Up to the first end of a line once the chunk is long enough, at the latest at LONGEST.
      const full = rest.indexOf("\n", Math.max(0, CHUNK - this.text.length - 1)) + 1;
      const most = LONGEST - this.text.length;
      const now = rest.slice(0, full && full < most ? full : most);
      this.text.appendData(now);
      rest = rest.slice(now.length);
      if (now.endsWith("\n") && this.text.length >= CHUNK) this.text = null;
    }
  }

  chunk() {
    const block = el("div", "vl-chunk");
    this.text = document.createTextNode("");
    block.append(this.text);
    this.thoughts.append(block);
  }

  blocks(blocks) {
    this.last.replaceChildren();
    for (const html of blocks) {
      if (!this.room || this.room < html.length) {
        this.group = el("div", "vl-block");
        this.room = GROUP;
        this.last.before(this.group);
      }
      this.group.insertAdjacentHTML("beforeend", html);
      this.room = Math.max(0, this.room - html.length);
    }
  }

  marked(blocks) {
    for (const group of this.root.querySelectorAll(".vl-block")) group.remove();
    this.room = 0;
    this.blocks(blocks);
  }

  tail() { this.last.innerHTML = this.line.rest; }

  grow(text) {
    let deepest = this.last;
    while (deepest.lastElementChild) deepest = deepest.lastElementChild;
    const end = deepest.lastChild;
    if (end?.nodeType === Node.TEXT_NODE && end.length < CHUNK) end.appendData(text);
    else deepest.append(document.createTextNode(text));
  }

  note(text) { this.notes.append(el("li", "", text)); }
  thought(text) { this.label.textContent = text; }

  phase(phase) {
    this.root.dataset.phase = phase;
    if (phase !== "ended") this.status.textContent = this.words[phase === "thinking" ? "thinking_now" : phase] || "";
    if (phase === "answering" || phase === "ended") this.fold();
    this.stopper.hidden = phase === "ended" || !this.line.header.stoppable;
    this.tick();
  }

  end(end) {
    this.phase("ended");
    this.root.dataset.status = end.status;
    this.status.textContent = end.word;
    this.said.textContent = end.line;
  }

  missing() { this.status.textContent = this.words.behind || ""; }

  // -- folding: only where the reader has not touched it, and without moving what is being read

  scrolled() {
    if (performance.now() > this.hand) return;
    this.follow = this.thoughts.scrollHeight - this.thoughts.scrollTop - this.thoughts.clientHeight < 24;
    if (!this.follow) this.touched = true;
  }

  fold() {
    if (this.touched || !this.pane.open || this.line.header.fold === "open") return;
    const outer = scrollerOf(this.root);
    const edge = outer ? outer.getBoundingClientRect().top : 0;
    const before = this.answer.getBoundingClientRect().top;
    this.pane.open = false;
    if (outer && before < edge) outer.scrollTop += this.answer.getBoundingClientRect().top - before;
  }

  painted() {
    if (this.follow && this.pane.open) this.thoughts.scrollTop = 1e9;
    this.copyAnswer.hidden = !this.line.done.length && !this.line.rest;
    this.copyThinking.hidden = !this.line.thinking.length;
  }

  tick() {
    const { line } = this;
    if (line.ending) { this.time.textContent = line.ending.time; return; }
    const s = (performance.now() - line.began) / 1000;
    this.time.textContent = s < 120
      ? fill(this.words.seconds, { n: s.toFixed(s < 10 ? 1 : 0) })
      : fill(this.words.minutes, { m: Math.floor(s / 60), n: Math.floor(s % 60) });
  }

  // -- what the reader does

  async stop() {
    this.stopper.disabled = true;
    this.status.textContent = this.words.stopping;
    if (!(await this.line.stop()) && !this.line.ending) {
      this.status.textContent = this.words.use_interrupt;
      this.stopper.disabled = false;
    }
  }

  async copy(node, text) {
    const label = node.textContent;
    const done = await copyText(await text(), this.root);
    node.textContent = done ? this.words.copied : this.words.not_copied;
    node.disabled = true;
    await wait(1500);
    node.textContent = label;
    node.disabled = false;
  }
}

const scrollerOf = (node) => {
  for (let at = node.parentElement; at; at = at.parentElement) {
    if (/auto|scroll/.test(getComputedStyle(at).overflowY) && at.scrollHeight > at.clientHeight) return at;
  }
  return null;
};

async function copyText(text, root) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = el("textarea", "vl-away");
    area.value = text;
    root.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}
