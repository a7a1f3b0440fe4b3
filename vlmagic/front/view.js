// The one front end: a conversation as it happens. One ES module, no build step, no library.
//
// Kernel → page, one message a tick: {seq, ops: [[name, ...values], ...]}. The model's words come as
// text (thinking) or as HTML that the kernel has sanitised (answer); nothing here turns text into
// markup. Page → kernel: {t: "stop" | "resync" | "text", ...}. It refuses to compute anything.

const CHUNK = 4096;          // characters of thinking in one block that the browser can skip
const LONGEST = 16384;       // ... when no line ends before
const ACK = 700;             // ms until Stop tries the server's own interrupt
const MOST_REST = 3000;      // ms until it gives up on that, too

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
  template.replace(/\{(\w+)\}/g, (_, name) => (name in values ? values[name] : ""));

// -- the conversation, as far as it has come ------------------------------------------------

export class Conversation {
  constructor() {
    this.views = new Set();
    this.reset();
    this.seq = 0;
    this.behind = false;
  }

  reset() {
    this.head = { words: {}, receipt: [], facts: [], fold: "fold" };
    this.phase = "waiting";
    this.thinking = [];
    this.blocks = [];
    this.tail = "";
    this.grown = "";
    this.notes = [];
    this.end = null;
    this.thought = "";
    this.began = performance.now();
    this.pictures = [];
  }

  // One message of the kernel. False if something before it is missing.
  take(message, buffers) {
    const whole = message.ops.length && message.ops[0][0] === "reset";
    if (!whole && message.seq !== this.seq + 1) {
      if (message.seq <= this.seq) return true;
      this.behind = true;
      return false;
    }
    if (this.behind && !whole) return false;
    this.behind = false;
    this.seq = message.seq;
    for (const [name, ...values] of message.ops) {
      if (name === "picture") this.pictures.push(URL.createObjectURL(new Blob([buffers[values[0]]], { type: values[1] })));
      else this[name + "Op"](...values);
      for (const view of this.views) view[name]?.(...values);
    }
    for (const view of this.views) view.painted();
    return true;
  }

  resetOp() { this.reset(); }
  headOp(head, elapsed) { this.head = head; this.began = performance.now() - elapsed; }
  thinkOp(text) { this.thinking.push(text); }
  blocksOp(blocks) { this.blocks.push(...blocks); this.tail = ""; this.grown = ""; }
  tailOp(keep, add) { this.tail = this.tail.slice(0, keep) + add; this.grown = ""; }
  growOp(text) { this.grown += text; }
  phaseOp(phase) { this.phase = phase; }
  noteOp(text) { this.notes.push(text); }
  thoughtOp(text) { this.thought = text; }
  endOp(end) { this.phase = "ended"; this.end = end; }
}

// -- one view of it -------------------------------------------------------------------------

export class View {
  constructor(conversation, root, actions) {
    this.it = conversation;
    this.actions = actions;
    this.touched = false;
    this.folding = false;
    this.root = el("section", "vl");
    root.append(this.root);
    this.rebuild();
    conversation.views.add(this);
    this.clock = setInterval(() => this.tick(), 250);
  }

  remove() {
    clearInterval(this.clock);
    this.it.views.delete(this);
    this.root.remove();
  }

  rebuild() {
    const { head } = this.it;
    const w = head.words;
    this.root.replaceChildren();
    this.root.lang = head.lang || "en";
    this.root.setAttribute("aria-label", fill(w.region || "", head));

    this.title = el("div", "vl-head");
    this.title.append(el("span", "vl-model", head.model || ""));
    if (head.thinks) this.title.append(el("span", "vl-mode", head.thinks));
    this.time = el("span", "vl-time");
    this.status = el("span", "vl-status");
    this.status.setAttribute("role", "status");
    this.status.setAttribute("aria-live", "polite");
    this.stopButton = button("vl-stop", w.stop, () => this.stop());
    this.title.append(this.status, this.time, this.stopButton);

    this.shown = el("div", "vl-receipt");
    head.receipt.forEach((line, i) => this.shown.append(this.receiptLine(line, i)));
    if (head.facts.length) {
      const facts = el("details", "vl-facts");
      facts.append(el("summary", "", w.facts), el("pre", "", head.facts.join("\n")));
      this.shown.append(facts);
    }

    this.pane = el("details", "vl-thinking");
    this.pane.hidden = true;
    this.summary = el("summary", "", w.thinking);
    this.thoughts = el("div", "vl-thoughts");
    this.thoughts.tabIndex = 0;
    this.thoughts.setAttribute("role", "region");
    this.thoughts.setAttribute("aria-label", w.thinking || "");
    this.pane.append(this.summary, this.thoughts);
    this.follow = true;
    this.thoughts.addEventListener("scroll", () => {
      const left = this.thoughts.scrollHeight - this.thoughts.scrollTop - this.thoughts.clientHeight;
      this.follow = left < 24;
      if (!this.follow) this.touched = true;
    }, { passive: true });
    this.summary.addEventListener("click", () => { this.touched = true; });

    this.answer = el("div", "vl-answer");
    this.answer.setAttribute("role", "region");
    this.answer.setAttribute("aria-label", w.answer || "");
    this.last = el("div", "vl-tail");
    this.answer.append(this.last);

    this.notes = el("ul", "vl-notes");
    this.foot = el("div", "vl-foot");
    this.said = el("span", "vl-said");
    this.copies = el("span", "vl-copies");
    this.copies.append(
      button("vl-copy", w.copy_answer, (event) => this.copy("answer", event.currentTarget)),
      button("vl-copy", w.copy_thinking, (event) => this.copy("thinking", event.currentTarget)),
    );
    this.foot.append(this.said, this.copies);
    this.root.append(this.title, this.shown, this.pane, this.answer, this.notes, this.foot);

    this.chunk = null;
    for (const text of this.it.thinking) this.think(text);
    if (this.it.blocks.length) this.addBlocks(this.it.blocks);
    this.last.innerHTML = this.it.tail;
    if (this.it.grown) this.grow(this.it.grown);
    for (const text of this.it.notes) this.note(text);
    if (this.it.thought) this.thought(this.it.thought);
    this.phase(this.it.phase);
    if (this.it.end) this.end(this.it.end);
    this.tick();
    this.painted();
  }

  receiptLine(line, number) {
    const row = el("div", "vl-line");
    const url = this.it.pictures[number];
    if (url) {
      const small = button("vl-thumb", "", () => this.enlarge(url, line));
      const image = el("img");
      image.src = url;
      image.alt = line;
      small.setAttribute("aria-label", fill(this.it.head.words.enlarge || "", { line }));
      small.append(image);
      row.append(small);
    }
    row.append(el("span", "", line));
    return row;
  }

  enlarge(url, line) {
    const box = el("dialog", "vl-large");
    const image = el("img");
    image.src = url;
    image.alt = line;
    const close = button("vl-close", this.it.head.words.close, () => box.close());
    box.append(image, close);
    box.addEventListener("click", (event) => { if (event.target === box) box.close(); });
    box.addEventListener("close", () => box.remove());
    this.root.append(box);
    box.showModal();
  }

  // -- what the kernel says; each name is an op

  reset() { }
  head() { this.rebuild(); }

  think(text) {
    if (this.pane.hidden) {
      this.pane.hidden = false;
      this.setOpen(this.it.head.fold !== "hidden" && this.it.phase !== "ended");
      if (this.it.head.fold === "hidden") this.pane.hidden = true;
    }
    for (let rest = text; rest;) {
      if (!this.chunk || this.chunk.length >= LONGEST) this.newChunk();
      const room = CHUNK - this.chunk.length;
      const cut = rest.length > room ? rest.indexOf("\n", Math.max(0, room)) + 1 : 0;
      const now = cut ? rest.slice(0, cut) : rest.slice(0, LONGEST - this.chunk.length);
      this.chunk.appendData(now);
      rest = rest.slice(now.length);
      if (cut) this.chunk = null;
    }
  }

  newChunk() {
    const block = el("div", "vl-chunk");
    this.chunk = document.createTextNode("");
    block.append(this.chunk);
    this.thoughts.append(block);
  }

  blocks(blocks) { this.last.replaceChildren(); this.addBlocks(blocks); }

  addBlocks(blocks) {
    for (const html of blocks) {
      const block = el("div", "vl-block");
      block.innerHTML = html;
      this.last.before(block);
    }
  }

  tail() { this.last.innerHTML = this.it.tail; }

  grow(text) {
    let deepest = this.last;
    while (deepest.lastElementChild) deepest = deepest.lastElementChild;
    const end = deepest.lastChild;
    if (end && end.nodeType === Node.TEXT_NODE && end.length < CHUNK) end.appendData(text);
    else deepest.append(document.createTextNode(text));
  }

  note(text) { this.notes.append(el("li", "", text)); }
  thought(text) { this.summary.textContent = text; }

  phase(phase) {
    const w = this.it.head.words;
    this.root.dataset.phase = phase;
    if (phase !== "ended") this.status.textContent = w[phase] || "";
    if (phase === "answering" || phase === "ended") this.fold();
    this.stopButton.hidden = phase === "ended" || !this.it.head.stoppable;
  }

  end(end) {
    this.phase("ended");
    this.root.dataset.status = end.status;
    this.status.textContent = end.word;
    this.said.textContent = end.line;
    this.tick();
  }

  // -- folding: only when the reader has not touched it, and without moving what is being read

  setOpen(open) { this.pane.open = open; }

  fold() {
    if (this.touched || !this.pane.open || this.it.head.fold === "open") return;
    const above = this.pane.getBoundingClientRect().bottom < 0;
    const before = this.answer.getBoundingClientRect().top;
    this.setOpen(false);
    if (above) scrollerOf(this.root)?.scrollBy(0, this.answer.getBoundingClientRect().top - before);
  }

  painted() {
    if (this.follow && this.pane.open && !this.pane.hidden) this.thoughts.scrollTop = this.thoughts.scrollHeight;
    this.copies.hidden = !this.it.thinking.length && !this.it.blocks.length && !this.it.tail;
  }

  tick() {
    if (this.it.end) { this.time.textContent = this.it.end.time; return; }
    const seconds = (performance.now() - this.it.began) / 1000;
    this.time.textContent = fill(this.it.head.words.seconds || "", { n: seconds.toFixed(seconds < 10 ? 1 : 0) });
  }

  // -- what the reader does

  async stop() {
    const w = this.it.head.words;
    this.stopButton.disabled = true;
    this.status.textContent = w.stopping;
    const how = await this.actions.stop();
    if (how === "failed" && !this.it.end) {
      this.status.textContent = w.use_interrupt;
      this.stopButton.disabled = false;
    }
  }

  async copy(which, node) {
    const shown = which === "answer" ? this.answer.innerText : this.it.thinking.join("");
    const text = (which === "answer" && (await this.actions.text(which))) || shown;
    const done = await copyText(text, this.root);
    const label = node.textContent;
    node.textContent = done ? this.it.head.words.copied : this.it.head.words.not_copied;
    setTimeout(() => { node.textContent = label; }, 1500);
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

// The Jupyter server's own interrupt of this very kernel; where there is no such server, false.
async function interrupt(kernel) {
  const config = JSON.parse(document.getElementById("jupyter-config-data")?.textContent || "{}");
  if (!config.baseUrl || !kernel) return false;
  const xsrf = document.cookie.match(/(?:^|; )_xsrf=([^;]*)/)?.[1];
  const headers = {};
  if (xsrf) headers["X-XSRFToken"] = decodeURIComponent(xsrf);
  if (config.token) headers.Authorization = `token ${config.token}`;
  try {
    const url = `${config.baseUrl}api/kernels/${encodeURIComponent(kernel)}/interrupt`;
    const answer = await fetch(url, { method: "POST", credentials: "same-origin", headers });
    return answer.ok;
  } catch {
    return false;
  }
}

// -- the widget -----------------------------------------------------------------------------

export default () => {
  const it = new Conversation();
  let waiting = new Map();

  const heard = (t, ms) => new Promise((done) => {
    const timer = setTimeout(() => { waiting.delete(t); done(null); }, ms);
    waiting.set(t, (message) => { clearTimeout(timer); waiting.delete(t); done(message); });
  });

  return {
    initialize({ model }) {
      model.on("msg:custom", (message, buffers) => {
        if (message.ops) {
          if (!it.take(message, buffers || [])) model.send({ t: "resync", seq: it.seq });
        } else waiting.get(message.t)?.(message);
      });
      // A view that comes late (a page opened again) has missed everything: it asks for the whole.
      model.send({ t: "resync", seq: 0 });
    },

    render({ model, el: root }) {
      const actions = {
        async stop() {
          const ended = () => Boolean(it.end);
          const acknowledged = heard("stopping", ACK);
          model.send({ t: "stop" });
          if (await acknowledged || ended()) return "stopping";
          // Only this kernel, and only while it is known to run this very question.
          if (model.get("interruptible") && !ended() && await interrupt(model.get("kernel"))) {
            await new Promise((done) => setTimeout(done, MOST_REST));
            if (ended()) return "stopping";
          }
          return ended() ? "stopping" : "failed";
        },
        async text(which) {
          const told = heard("text", 800);
          model.send({ t: "text", which });
          return (await told)?.text || "";
        },
      };
      const view = new View(it, root, actions);
      return () => view.remove();
    },
  };
};
