
export default () => {
  let line;
  return {
    initialize({ model }) {
      saveWithout(model, true);
      line = new Line((message) => model.send(message), model.get("prompt"), model.get("kernel"));
      model.on("msg:custom", (message, buffers) => line.hear(message, buffers || []));
      line.here();
    },
    render({ el: root }) {
      const view = new View(line, root);
      return () => view.remove();
    },
  };
};
