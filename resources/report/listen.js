"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const place = `listening/${data.run}/${data.checkpoint}/${data.manifest_sha256}`;
  const columns = ["synthesised", "reference", "real voice"];
  const kept = read();

  function read() {
    const empty = { ratings: {}, blind: [] };
    try {
      const found = JSON.parse(localStorage.getItem(place));
      return found && found.ratings && Array.isArray(found.blind) ? found : empty;
    } catch (error) {
      return empty;
    }
  }

  function keep() {
    const status = document.getElementById("saved");
    try {
      localStorage.setItem(place, JSON.stringify(kept));
      status.textContent = "Saved in this browser.";
    } catch (error) {
      status.textContent = "This browser does not store data for this page: save the ratings before you close it.";
    }
  }

  function make(kind, text, look) {
    const node = document.createElement(kind);
    if (text) node.textContent = text;
    if (look) node.className = look;
    return node;
  }

  function player(key, label, note) {
    const box = make("div", "", "sound");
    box.append(make("p", label, "label"));
    if (data.sounds[key]) {
      const audio = make("audio");
      audio.controls = true;
      audio.preload = "metadata";
      audio.src = data.sounds[key];
      audio.setAttribute("aria-label", label);
      audio.addEventListener("play", () => {
        for (const other of document.querySelectorAll("audio")) if (other !== audio) other.pause();
      });
      box.append(audio);
    } else {
      box.append(make("p", data.missing[key] || "No audio.", "quiet"));
    }
    if (note) box.append(make("p", note, "quiet"));
    return box;
  }

  function rate(sample, aspect, text) {
    const value = Number(text);
    const mine = (kept.ratings[sample] = kept.ratings[sample] || {});
    if (Number.isInteger(value) && value >= 1 && value <= 10) mine[aspect] = value;
    else delete mine[aspect];
    if (!Object.keys(mine).length) delete kept.ratings[sample];
    keep();
  }

  function row(each) {
    const box = make("section", "", "audio-row");
    box.append(make("h3", `${each.category || "no category"}: ${each.text}`));
    const sounds = make("div", "", "sounds");
    each.sounds.forEach((key, at) => {
      const heard = each.heard === null ? "" : each.heard ? `Transcript: ${each.heard}` : "Transcript: empty";
      sounds.append(player(key, columns[at], at ? each.said[at] : heard));
    });
    const marks = make("fieldset", "", "ratings");
    marks.append(make("legend", "Rating of the synthesised speech, one to ten"));
    for (const aspect of data.aspects) {
      const label = make("label", aspect);
      const input = make("input");
      Object.assign(input, { type: "number", min: 1, max: 10, step: 1, value: (kept.ratings[each.sample] || {})[aspect] || "" });
      input.addEventListener("input", () => {
        rate(each.sample, aspect, input.value);
        input.setCustomValidity(input.value && !(kept.ratings[each.sample] || {})[aspect] ? "Enter a number from one to ten." : "");
      });
      label.append(input);
      marks.append(label);
    }
    box.append(sounds, marks);
    return box;
  }

  for (const each of data.rows) document.getElementById("rows").append(row(each));

  // Two-sided p-value of a binomial test against 0.5.
  function pValue(won, of) {
    const most = Math.max(won, of - won);
    let sum = 0;
    for (let at = most; at <= of; at += 1) {
      let ways = 1;
      for (let step = 1; step <= at; step += 1) ways = (ways * (of - at + step)) / step;
      sum += ways / 2 ** of;
    }
    return Math.min(1, 2 * sum);
  }

  function showOutcome() {
    const judged = kept.blind.filter((choice) => choice !== null);
    const counts = [0, 0, 0];
    for (const choice of judged) counts[choice] += 1;
    const decided = counts[0] + counts[1];
    const box = document.getElementById("outcome");
    box.replaceChildren();
    box.append(make("p", `${data.names[0]}: preferred ${counts[0]} times. ${data.names[1]}: preferred ${counts[1]} times. No difference: ${counts[2]} times.`, "outcome"));
    let verdict = "No preference was given.";
    if (decided) {
      const p = pValue(counts[0], decided);
      const value = p < 0.005 ? "p < 0.005" : `p = ${p.toFixed(2)}`;
      const result = p < 0.05
        ? `This listener significantly prefers ${data.names[counts[0] > counts[1] ? 0 : 1]}; other listeners may not.`
        : "No significant preference.";
      const few = decided < 6 ? " At least six decided pairs are needed for significance." : "";
      verdict = `${result}${few} (${value}, two-sided binomial test over ${decided} decided pairs.)`;
    }
    box.append(make("p", verdict));
    const again = make("button", "Restart comparison");
    again.type = "button";
    again.addEventListener("click", () => { kept.blind = []; keep(); box.replaceChildren(); pair(); });
    box.append(again);
  }

  function pair() {
    const at = kept.blind.length;
    const over = at >= data.pairs.length || kept.ended;
    for (const button of document.querySelectorAll("[data-choice], #end-blind")) button.disabled = over;
    document.getElementById("pair-sounds").replaceChildren();
    document.getElementById("pair-text").textContent = over ? "" : data.pairs[at].text;
    document.getElementById("pair-place").textContent = over ? "" : `Pair ${at + 1} of ${data.pairs.length}`;
    if (over) { showOutcome(); return; }
    const it = data.pairs[at];
    const order = it.first ? [1, 0] : [0, 1];
    order.forEach((which, side) => document.getElementById("pair-sounds").append(player(it.sounds[which], side ? "second" : "first", "")));
  }

  for (const button of document.querySelectorAll("[data-choice]")) {
    button.addEventListener("click", () => {
      const side = Number(button.dataset.choice);
      const it = data.pairs[kept.blind.length];
      kept.blind.push(side === 2 ? 2 : it.first ? 1 - side : side);
      keep();
      pair();
    });
  }
  document.getElementById("end-blind").addEventListener("click", () => {
    while (kept.blind.length < data.pairs.length) kept.blind.push(null);
    keep();
    pair();
  });

  function show(blind) {
    document.getElementById("rating").hidden = blind;
    document.getElementById("blind").hidden = !blind;
    document.getElementById("to-rating").setAttribute("aria-pressed", String(!blind));
    const button = document.getElementById("to-blind");
    if (button) button.setAttribute("aria-pressed", String(blind));
    for (const audio of document.querySelectorAll("audio")) audio.pause();
    if (blind) pair();
  }
  document.getElementById("to-rating").addEventListener("click", () => show(false));
  if (data.pairs.length) document.getElementById("to-blind").addEventListener("click", () => show(true));

  function judged() {
    return data.pairs.slice(0, kept.blind.length).flatMap((it, at) => {
      const choice = kept.blind[at];
      return choice === null ? [] : [{ voices: it.sounds, preferred: choice === 2 ? null : it.sounds[choice] }];
    });
  }

  function ratingsJson() {
    return JSON.stringify({
      kind: "ratings", format: data.format, run: data.run, checkpoint: data.checkpoint,
      manifest_sha256: data.manifest_sha256, ratings: kept.ratings,
      blind: data.pairs.length ? { names: data.names, seed: data.seed, pairs: judged() } : null,
    }, null, 1);
  }
  document.getElementById("download").addEventListener("click", () => {
    const link = make("a");
    link.href = `data:application/json;charset=utf-8,${encodeURIComponent(ratingsJson())}`;
    link.download = `${data.run}-ratings.json`;
    link.click();
  });
  window.ratingsFile = ratingsJson;
})();
