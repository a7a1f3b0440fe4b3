
// The pictures of a panel: thumbnails to tick, one of them larger, a part of one marked out. It
// refuses to keep anything: the desk does.

const DRAG = 6;               // px that make a click a drag

const labelled = (className, text, control) => {
  const label = el("label", className);
  label.append(el("span", "", text), control);
  return label;
};

// A box dragged over a picture, as fractions of it; gives back a way to draw one.
function boxing(image, frame, done) {
  let from, band, dragged = false;
  // The click that ends a drag ticks nothing.
  frame.addEventListener("click", (event) => { if (dragged) { event.preventDefault(); event.stopPropagation(); } }, true);
  // Where the picture itself stands on the page, inside the room that it was given.
  const place = () => {
    const edge = image.getBoundingClientRect();
    const fit = Math.min(edge.width / image.naturalWidth, edge.height / image.naturalHeight);
    const [wide, high] = [image.naturalWidth * fit, image.naturalHeight * fit];
    return [edge.left + (edge.width - wide) / 2, edge.top + (edge.height - high) / 2, wide, high];
  };
  const at = (event) => {
    const [left, top, wide, high] = place();
    return [Math.min(1, Math.max(0, (event.clientX - left) / wide)), Math.min(1, Math.max(0, (event.clientY - top) / high))];
  };
  const between = ([x, y], [u, v]) => [Math.min(x, u), Math.min(y, v), Math.max(x, u), Math.max(y, v)];
  const draw = ([x, y, u, v]) => {
    const outer = frame.getBoundingClientRect();
    const [left, top, wide, high] = place();
    if (!band?.isConnected) {
      for (const old of frame.querySelectorAll(".vl-band")) old.remove();
      band = el("div", "vl-band");
      frame.append(band);
    }
    Object.assign(band.style, {
      left: `${left + x * wide - outer.left - frame.clientLeft}px`, top: `${top + y * high - outer.top - frame.clientTop}px`,
      width: `${(u - x) * wide}px`, height: `${(v - y) * high}px`,
    });
  };
  image.draggable = false;
  image.addEventListener("pointerdown", (event) => {
    if (event.button === 0 && image.naturalWidth) from = { at: at(event), x: event.clientX, y: event.clientY, far: false };
  });
  image.addEventListener("pointermove", (event) => {
    if (!from) return;
    if (!from.far && Math.hypot(event.clientX - from.x, event.clientY - from.y) > DRAG) {
      from.far = true;
      image.setPointerCapture(event.pointerId);
    }
    if (from.far) draw(between(from.at, at(event)));
  });
  image.addEventListener("pointerup", (event) => {
    if (from?.far) {
      dragged = true;
      setTimeout(() => { dragged = false; }, 50);
      done(between(from.at, at(event)), band);
    }
    from = undefined;
  });
  image.addEventListener("pointercancel", () => { band?.remove(); from = undefined; });
  return draw;
}

class Tray {
  constructor(desk, add) {
    const { w } = desk;
    this.desk = desk;
    this.cards = new Map();
    this.root = el("div", "vl-tray");
    this.root.setAttribute("role", "group");
    this.root.setAttribute("aria-label", w.pictures);
    this.adder = button("vl-add", "", add);
    this.adder.title = w.add;
    this.adder.append(el("span", "vl-plus", "+"), el("span", "vl-empty", w.none));
    this.adder.setAttribute("aria-label", w.add);
    this.root.append(this.adder);
  }

  list() {
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
      if (card.root.nextSibling !== this.adder) this.root.insertBefore(card.root, this.adder);
    }
    this.root.classList.toggle("vl-bare", !there.length);
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

  // The whole picture, and a part of it marked out: dragged, or typed as four numbers.
  larger(id) {
    const { desk } = this;
    const { w } = desk;
    const box = el("dialog", "vl-large vl-mark");
    const frame = el("div", "vl-frame");
    const image = el("img");
    image.alt = desk.model.get("pictures").find((one) => one.id === id)?.label || "";
    let area;
    const take = button("vl-part", w.ask_part, () => { desk.send({ t: "part", id, box: area, n: 0 }); box.close(); });
    take.disabled = true;
    const edges = [w.left, w.top, w.right, w.bottom].map((word, number) => {
      const field = el("input");
      Object.assign(field, { type: "number", min: 0, max: 100, step: 1, value: number < 2 ? 0 : 100 });
      field.setAttribute("aria-label", `${word} (%)`);
      field.addEventListener("input", () => chosen(edges.map((one) => one.valueAsNumber / 100)));
      return field;
    });
    const band = boxing(image, frame, (found) => {
      edges.forEach((field, number) => { field.value = Math.round(100 * found[number]); });
      chosen(found);
      take.focus();
    });
    const chosen = (found) => {
      const [left, top, right, bottom] = area = found;
      take.disabled = !(left >= 0 && top >= 0 && right <= 1 && bottom <= 1 && left < right && top < bottom);
      if (!take.disabled) band(found);
    };
    frame.append(image);
    const under = el("div", "vl-under");
    const numbers = el("span", "vl-edges");
    numbers.append(...edges.map((field, number) => labelled("", [w.left, w.top, w.right, w.bottom][number], field)), "%");
    const buttons = el("span", "vl-copies");
    buttons.append(take, button("vl-close", w.close, () => box.close()));
    under.append(el("span", "", w.part), numbers, buttons);
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
}
