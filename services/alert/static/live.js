// Puts alerts at the top of the list as they come. The browser reconnects by itself, with the last id it saw.
"use strict";

const list = document.getElementById("alerts");
const state = document.getElementById("state");
const stream = new EventSource(`events?after=${encodeURIComponent(list.dataset.newest)}`);

stream.onopen = () => { state.textContent = "Live."; };
stream.onerror = () => { state.textContent = "Not connected; trying again."; };
stream.addEventListener("alert", (event) => {
  const alert = JSON.parse(event.data);
  if (document.getElementById(alert.id)) return; // it came twice
  const item = document.createElement("li");
  item.id = alert.id;
  const address = alert.url || alert.article_url || "";
  const line = document.createElement(/^https?:\/\//.test(address) ? "a" : "span");
  line.textContent = alert.summary;
  if (line.tagName === "A") line.href = address;
  item.append(line, ...alert.remarks.map((remark) => {
    const note = document.createElement("p");
    note.textContent = remark;
    return note;
  }));
  list.prepend(item);
});
