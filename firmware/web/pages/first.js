// Shows the first start's page anew once its state is another one. Without scripts it does so each
// five seconds; a connection that breaks meanwhile, as joining does, would end that.
const before = document.body.dataset.state;
async function wait() {
  for (;;) {
    await new Promise((done) => setTimeout(done, 1500));
    try {
      const answer = await fetch("/state", { cache: "no-store" });
      if (answer.ok && (before === "joined" || (await answer.text()) !== before)) break;
    } catch (error) { /* the network moves to another channel: ask again */ }
  }
  location.replace("/" + location.search);
}
if (before) wait();
