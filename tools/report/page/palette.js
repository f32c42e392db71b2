// A colour, a dash and a mark for each algorithm of a collective, the same in all views (colours: Okabe, Ito 2008).

const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8c6bb1", "#b2a400"];
const GREYS = ["#7a7a7a", "#a08c72", "#6f8796", "#9a9a9a"];
const DASHES = [[], [7, 3], [2, 3], [9, 3, 2, 3]];
const MARKS = ["circle", "square", "triangle", "diamond", "cross"];
const NATIVE = "native";

/** Whether it is the MPI library's: its own choice, or an algorithm that it was told to take. */
function isOfLibrary(name) {
  return name === NATIVE || name.startsWith(NATIVE + ":");
}

/** Algorithms that win anywhere come first: they get the colours that differ most. The library's own are grey. */
function paletteOf(names, wins) {
  const others = names.filter((name) => !isOfLibrary(name));
  others.sort((a, b) => (wins.get(b) || 0) - (wins.get(a) || 0) || (a < b ? -1 : 1));
  const palette = new Map();
  others.forEach((name, index) => {
    palette.set(name, {
      colour: COLOURS[index % COLOURS.length],
      dash: DASHES[Math.floor(index / COLOURS.length) % DASHES.length],
      mark: MARKS[index % MARKS.length]
    });
  });
  names.filter((name) => isOfLibrary(name) && name !== NATIVE).sort().forEach((name, index) => {
    palette.set(name, {
      colour: GREYS[index % GREYS.length], dash: DASHES[1 + (index % (DASHES.length - 1))], mark: MARKS[index % MARKS.length]
    });
  });
  if (names.includes(NATIVE)) {
    palette.set(NATIVE, {colour: null, dash: [5, 4], mark: "cross"});
  }
  return palette;
}

/** Colours of the page as it is now; null stands for that of text. */
function themeColours(forPaper) {
  if (forPaper) {
    return {text: "#1a1a1a", muted: "#555555", grid: "#dddddd", background: "#ffffff"};
  }
  const style = getComputedStyle(document.documentElement);
  const read = (name) => style.getPropertyValue(name).trim();
  return {text: read("--text"), muted: read("--muted"), grid: read("--grid"), background: read("--background")};
}

/** The corners of a mark around (0, 0); none for a circle. */
function markCorners(mark, radius) {
  const r = radius;
  switch (mark) {
    case "square": return [[-r, -r], [r, -r], [r, r], [-r, r]];
    case "triangle": return [[0, -1.2 * r], [1.2 * r, r], [-1.2 * r, r]];
    case "diamond": return [[0, -1.3 * r], [1.3 * r, 0], [0, 1.3 * r], [-1.3 * r, 0]];
    case "cross": {
      const s = r / 3;
      return [[-s, -r], [s, -r], [s, -s], [r, -s], [r, s], [s, s], [s, r], [-s, r], [-s, s], [-r, s], [-r, -s], [-s, -s]];
    }
    default: return [];
  }
}
