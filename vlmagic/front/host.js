
// What the notebook around a widget lets it do, where its manager shows it: JupyterLab and Notebook 7.
// Elsewhere nothing of this happens, and nothing breaks. It refuses to touch what stands on the page.

const VIEW = "application/vnd.jupyter.widget-view+json";
const STATE = "application/vnd.jupyter.widget-state+json";

const bookOf = (model) => model.widget_manager?.context?.model;

// The file of a notebook that is opened again without its kernel would say "Error displaying widget"
// above the saved words. `gone`: it keeps only what stands beside the widget. Else it keeps the way
// back to a kernel that still runs, and a widget that shows nothing for when there is none.
function saveWithout(model, gone) {
  const book = bookOf(model);
  if (!book?.toJSON) return;
  if (!book.vlmagic) {
    const ours = book.vlmagic = new Map();
    const written = book.toJSON.bind(book);
    book.toJSON = () => without(written(), ours);
  }
  const known = () => { if (model.get("own")) book.vlmagic.set(model.get("own"), gone); };
  known();
  model.on("change:own", known);
}

function without(json, ours) {
  const empty = {};
  for (const { data } of (json.cells || []).flatMap((cell) => cell.outputs || [])) {
    const id = data?.[VIEW]?.model_id;
    if (ours.get(id)) delete data[VIEW];
    else if (ours.has(id)) Object.assign(empty, nothing(id));
  }
  if (Object.keys(empty).length) {
    const widgets = json.metadata.widgets || {};
    const state = { version_major: 2, version_minor: 0, ...widgets[STATE] };
    json.metadata = { ...json.metadata, widgets: { ...widgets, [STATE]: { ...state, state: { ...empty, ...state.state } } } };
  }
  return json;
}

const nothing = (id) => ({
  [id]: {
    model_module: "@jupyter-widgets/controls", model_module_version: "2.0.0", model_name: "HTMLModel",
    state: { layout: `IPY_MODEL_${id}-0`, value: "" },
  },
  [`${id}-0`]: {
    model_module: "@jupyter-widgets/base", model_module_version: "2.0.0", model_name: "LayoutModel",
    state: { display: "none" },
  },
});

// A new code cell below the one that shows this widget; false where there is no way.
function insertBelow(model, source) {
  const book = bookOf(model)?.sharedModel;
  if (!book?.insertCell) return false;
  const shows = (cell) => (cell.toJSON().outputs || []).some(({ data }) => data?.[VIEW]?.model_id === model.get("own"));
  const at = book.cells.findIndex(shows);
  if (at < 0) return false;
  book.insertCell(at + 1, { cell_type: "code", source, metadata: {} });
  return true;
}
