import { h } from "../dom.js";
import { plural } from "../format.js";
import { table } from "../parts/table.js";
import { link } from "../router.js";
import { world } from "../world.js";

const KINDS = { gateway: "gateway", watch: "watch", eureka: "Eureka client" };

export const subscribersPage = {
  title: () => "Subscribers",
  draw: () => {
    const lagging = world.subscribers.filter((one) => one.lagging).length;
    return [
      h(
        "div",
        { class: "page-head" },
        h(
          "div",
          { class: "words" },
          h("h1", { tabindex: "-1" }, "Subscribers"),
          h(
            "p",
            {},
            "Who reads the registry. A roll-out stops an old instance only after each of them that can be heard has applied a version without it.",
          ),
        ),
      ),
      lagging > 0
        ? h("p", { class: "notice warn spaced" }, `${plural(lagging, "subscriber")} ${lagging === 1 ? "lags" : "lag"}: roll-outs wait for those at most 10 s and then name whom they did not hear.`)
        : null,
      h(
        "section",
        { class: "card", "aria-label": "Subscribers" },
        world.subscribers.length === 0
          ? h("p", { class: "nothing" }, "Nobody reads the registry now, not even a gateway.")
          : table(
              "Subscribers",
              [
                { name: "Subscriber", class: "title", cell: (one) => h("span", { class: "mono break" }, one.name) },
                { name: "Kind", cell: (one) => h("span", {}, KINDS[one.kind] ?? one.kind) },
                {
                  name: "Of",
                  cell: (one) =>
                    one.service ? h("a", { href: link("services", one.service) }, one.service) : h("span", { class: "muted" }, "all services"),
                },
                { name: "Its word", cell: (one) => h("span", {}, one.identified === false ? "bounded, never proof" : "proof") },
                {
                  name: "Has applied",
                  cell: (one) => h("span", {}, h("span", { class: "tag" }, one.applied || "–"), behind(one)),
                },
                {
                  name: "State",
                  cell: (one) =>
                    one.lagging
                      ? h("span", { class: "state warn" }, "Lagging")
                      : h("span", { class: "state good" }, "Up to date"),
                },
              ],
              world.subscribers,
              (one) => `${one.kind} ${one.name} ${one.service ?? ""}`,
            ),
      ),
      world.version ? h("p", { class: "after small muted" }, "The registry is at ", h("span", { class: "tag" }, world.version), ".") : null,
    ];
  },
};

// How many versions a subscriber is behind, where both are of the same epoch.
function behind(one) {
  const [epoch, at] = split(world.version);
  const [its, applied] = split(one.applied ?? "");
  return epoch !== "" && epoch === its && at > applied
    ? h("span", { class: "sub" }, `${plural(at - applied, "version")} behind`)
    : null;
}

function split(cursor) {
  const dot = cursor.lastIndexOf(".");
  return [cursor.slice(0, Math.max(0, dot)), Number(cursor.slice(dot + 1))];
}
