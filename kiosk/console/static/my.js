// What a pupil's own page does beyond what its forms do without this: how far a document has been
// sent, sides as they print, and an address that is copied.
(() => {
  "use strict";

  // A page that has no picture is an empty sheet.
  for (const picture of document.querySelectorAll(".own__cover img")) {
    const gone = () => picture.remove();
    if (picture.complete && picture.naturalWidth === 0) gone();
    else picture.addEventListener("error", gone);
  }

  // Pages that lie print on a sheet that stands, two on it, and the other way about; four keep the sheet of one.
  for (const side of document.querySelectorAll(".side")) {
    const first = side.querySelector("img");
    const turn = () => side.classList.toggle("side--wide", first.naturalWidth > first.naturalHeight);
    if (first.complete) turn();
    first.addEventListener("load", turn);
  }

  const form = document.querySelector(".upload__form");
  if (form) {
    const bar = form.querySelector("progress");
    const say = form.querySelector(".upload__say");
    const button = form.querySelector("button");
    const file = form.querySelector("[type=file]");
    const end = (words) => {
      delete form.dataset.sending;
      bar.hidden = true;
      button.disabled = false;
      say.textContent = words;
      say.classList.toggle("wrong", words !== "");
    };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const chosen = file.files[0];
      if (!chosen || form.dataset.sending) return;
      if (chosen.size > parseInt(form.dataset.most, 10) * 1048576) {
        end("This document is too large to print. Print fewer pages at a time.");
        return;
      }
      const request = new XMLHttpRequest();
      request.open("POST", form.action);
      request.setRequestHeader("Accept", "application/json");
      request.responseType = "json";
      request.upload.onprogress = (e) => {
        if (!e.lengthComputable) return;
        bar.value = Math.round((100 * e.loaded) / e.total);
        if (e.loaded === e.total) say.textContent = "Sent. We are checking it.";
      };
      request.onload = () => {
        const answer = request.response;
        if (answer && answer.to) location.assign(answer.to);
        else if (answer && answer.say) end(answer.say);
        else location.assign("/my"); // signed out, perhaps
      };
      request.onerror = () => end("We lost the connection. Nothing was kept: please send it again.");
      end("");
      form.dataset.sending = "yes";
      bar.value = 0;
      bar.hidden = false;
      button.disabled = true;
      say.textContent = "Sending.";
      request.send(new FormData(form));
    });
  }

  const copy = document.querySelector("[data-copy]");
  if (copy && navigator.clipboard) {
    copy.hidden = false;
    copy.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(copy.dataset.copy).textContent);
      document.querySelector("[data-copied]").textContent = "Copied.";
    });
  }
})();
