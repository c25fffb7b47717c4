// Describes elements as plain objects and brings what is in the document to what is described.
//
// A page is a function from what is known to such a description; it is called again whenever
// something changes, and only what differs is touched, so that focus, selection and scroll stay.
// Text always becomes a text node and attributes are set one by one: nothing that a service says
// is ever read as markup. There is no way here to set markup, on purpose.

const SVG = "http://www.w3.org/2000/svg";

// What an element was last described as.
const described = new WeakMap();

/**
 * Describes an element.
 *
 * props: key (tells siblings apart), on (event name → function), style (property → value, set
 * through the CSSOM, as the Content-Security-Policy forbids style attributes), own (a function
 * that fills the element once and is left alone; it may return what is to be done at its end),
 * value, checked and open (set as properties), everything else an attribute; null, undefined and
 * false mean absent, true means present without a value.
 */
export function h(tag, props, ...children) {
  return { tag, props: props ?? {}, children: flat(children) };
}

function flat(children) {
  const all = [];
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false || child === "") {
      continue;
    }
    if (typeof child === "object") {
      all.push(child);
    } else if (typeof all.at(-1) === "string") {
      all.push(all.pop() + String(child));
    } else {
      all.push(String(child));
    }
  }
  return all;
}

/** Brings the children of an element to what is described. */
export function render(element, ...children) {
  const wanted = flat(children);
  patch(element, described.get(element)?.rendered ?? [], wanted);
  described.set(element, { tag: "", props: {}, children: [], rendered: wanted });
}

function patch(parent, before, wanted) {
  const keyed = new Map();
  const free = [];
  let node = parent.firstChild;
  for (const old of before) {
    const next = node?.nextSibling ?? null;
    if (old.props?.key !== undefined) {
      keyed.set(old.props.key, { node, old });
    } else {
      free.push({ node, old });
    }
    node = next;
  }
  // What goes, goes first: what stays then mostly is in its place, and a moved element loses focus.
  const matches = wanted.map((want) => take(want, keyed, free));
  for (const left of [...keyed.values(), ...free]) {
    remove(left.node, left.old);
  }
  let place = parent.firstChild;
  wanted.forEach((want, i) => {
    const found = matches[i];
    if (found === null) {
      parent.insertBefore(create(want, parent), place);
      return;
    }
    if (found.node === place) {
      place = place.nextSibling;
    } else {
      parent.insertBefore(found.node, place);
    }
    update(found.node, found.old, want);
  });
}

function take(want, keyed, free) {
  const key = want.props?.key;
  if (key !== undefined) {
    const found = keyed.get(key);
    if (found !== undefined && found.old.tag === want.tag) {
      keyed.delete(key);
      return found;
    }
    return null;
  }
  const at = free.findIndex(({ old }) => old.tag === want.tag && !old.props?.own === !want.props?.own);
  return at < 0 ? null : free.splice(at, 1)[0];
}

function create(want, parent) {
  if (typeof want === "string") {
    return document.createTextNode(want);
  }
  const svg = want.tag === "svg" || (parent.namespaceURI === SVG && parent.localName !== "foreignObject");
  const element = svg ? document.createElementNS(SVG, want.tag) : document.createElement(want.tag);
  described.set(element, want);
  properties(element, {}, want.props);
  if (want.props.own) {
    element.ending = want.props.own(element);
  } else {
    patch(element, [], want.children);
  }
  // The value of a select can only be set once its options are there.
  if (want.tag === "select" && want.props.value !== undefined) {
    element.value = want.props.value;
  }
  return element;
}

function update(node, old, want) {
  if (typeof want === "string") {
    if (old !== want) {
      node.data = want;
    }
    return;
  }
  described.set(node, want);
  properties(node, old.props, want.props);
  if (!want.props.own) {
    patch(node, old.children, want.children);
  }
}

function remove(node, old) {
  end(node, old);
  node.remove();
}

// Whoever owns an element inside of what goes is told.
function end(node, old) {
  if (typeof old === "string") {
    return;
  }
  if (old.props.own) {
    node.ending?.();
    return;
  }
  const nodes = [...node.childNodes];
  old.children.forEach((child, i) => end(nodes[i], child));
}

function properties(element, before, after) {
  for (const name of Object.keys(before)) {
    if (!(name in after)) {
      property(element, name, undefined, before[name]);
    }
  }
  for (const [name, value] of Object.entries(after)) {
    if (value !== before[name] || name === "value" || name === "checked") {
      property(element, name, value, before[name]);
    }
  }
}

function property(element, name, value, before) {
  switch (name) {
    case "key":
    case "own":
      break;
    case "on":
      listeners(element, value ?? {});
      break;
    case "style":
      styles(element, before ?? {}, value ?? {});
      break;
    case "value":
    case "checked":
    case "open":
      // What is there already is not set again: it would move the caret. An option without the
      // attribute has its text as value, so there the attribute counts.
      if (element.localName === "option") {
        element.setAttribute(name, value);
      } else if (element[name] !== (value ?? "")) {
        element[name] = value ?? "";
      }
      break;
    default:
      if (value === undefined || value === null || value === false) {
        element.removeAttribute(name);
      } else {
        element.setAttribute(name, value === true ? "" : value);
      }
  }
}

// One listener for each kind of event, which calls the function of the latest description.
function listeners(element, on) {
  for (const kind of Object.keys(on)) {
    element.listening ??= new Set();
    if (!element.listening.has(kind)) {
      element.listening.add(kind);
      element.addEventListener(kind, (event) => described.get(element)?.props.on?.[kind]?.(event));
    }
  }
}

function styles(element, before, after) {
  for (const name of Object.keys(before)) {
    if (!(name in after)) {
      element.style.removeProperty(name);
    }
  }
  for (const [name, value] of Object.entries(after)) {
    if (before[name] !== value) {
      element.style.setProperty(name, value);
    }
  }
}
