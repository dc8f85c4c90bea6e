/** Width up to which a page is narrow, as on a phone. */
const narrow = '40rem';

/** Returns rules by which the tiles of an incomplete last row share its width, in a grid of 12 tracks. */
function fillLastRow(columns: number): string {
  const rests = Array.from({ length: columns - 1 }, (_, index) => index + 1);
  const rules = rests.map((rest) => {
    const tiles = Array.from({ length: rest }, (_, index) => index);
    const selectors = tiles.map(
      (index) => `.facts div:nth-child(${columns}n + ${index + 1}):nth-last-child(${rest - index})`,
    );
    return `${selectors.join(', ')} { grid-column: span ${12 / rest}; }`;
  });
  return rules.join('\n');
}

/**
 * A region that is wider than the page shows a shadow at each side where there is more, and a hint: on a narrow page, or wherever the
 * browser detects that the region scrolls.
 */
const scrollable = `
.scroll { overflow-x: auto; scrollbar-width: thin; background-repeat: no-repeat; background-attachment: local, local, scroll, scroll;
  background-image: linear-gradient(to right, var(--paper) 30%, transparent), linear-gradient(to left, var(--paper) 30%, transparent), linear-gradient(to right, var(--shade), transparent), linear-gradient(to left, var(--shade), transparent);
  background-position: left, right, left, right; background-size: 2.5rem 100%, 2.5rem 100%, .9rem 100%, .9rem 100%; }
.scroll::before { content: "scroll sideways ⇄"; display: none; position: sticky; left: 0; width: max-content; color: var(--faint); font-size: .8rem; }
@media (width < ${narrow}) { .scroll::before { display: block; } }
@supports (animation-timeline: scroll(inline)) {
  .scroll::before { display: block; height: 0; overflow: hidden; animation: hint linear; animation-timeline: scroll(inline nearest); }
  @keyframes hint { from, to { height: 1.3rem; } }
}`;

/** Style sheet of the page, for light and dark mode, narrow screens and print. Series colors also differ in lightness. */
export const style = `
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #fff; --faint: #57606a; --line: #d0d7de; --raised: #f6f8fa;
  --good: #1a7f37; --bad: #b3261e; --undone: #8a6100; --a: #0969da; --b: #2a8c9e; --c: #d4a72c; --e: #8c959f; --f: #8250df; --g: #424a53; --shade: rgb(31 35 40 / .3); }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --paper: #0d1117; --faint: #9aa4af; --line: #30363d; --raised: #161b22;
  --good: #3fb950; --bad: #ff7b72; --undone: #d29922; --a: #58a6ff; --b: #2aa3b5; --c: #e3b341; --e: #6e7681; --f: #bc8cff; --g: #b1bac4; --shade: rgb(230 237 243 / .35); } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 56rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
h1 { font-size: 1.5rem; margin: 0 0 .5rem; overflow-wrap: anywhere; } h2 { font-size: 1.15rem; margin: 2.2rem 0 .6rem; }
.verdict { font-size: 1.1rem; margin-right: .4rem; } .good { color: var(--good); } .bad { color: var(--bad); }
dl, dd, dt { margin: 0; }
.facts { display: grid; grid-template-columns: repeat(12, 1fr); gap: .6rem; margin: 1rem 0; }
.facts div { grid-column: span 3; background: var(--raised); border: 1px solid var(--line); border-radius: 6px; padding: .4rem .7rem; }
.facts dt { color: var(--faint); font-size: .85rem; } .facts dd { font-weight: 600; overflow-wrap: anywhere; }
@media (min-width: ${narrow}) { ${fillLastRow(4)} }
.checks, .pairs { display: grid; grid-template-columns: minmax(12rem, max-content) 1fr; gap: .3rem 1.2rem; }
.pairs dt { color: var(--faint); } .pairs dd { overflow-wrap: anywhere; }
.checks dt { font-weight: 600; } .checks dt span { display: inline-block; min-width: 5.2rem; } .checks ul { margin: .2rem 0; padding-left: 1.1rem; overflow-wrap: anywhere; }
code { font: .9em ui-monospace, monospace; } dd code, li code, dt code { overflow-wrap: anywhere; }
pre { margin: 0 0 .8rem; padding: .5rem .7rem; white-space: pre-wrap; overflow-wrap: anywhere; background: var(--raised); border: 1px solid var(--line); border-radius: 6px; } pre span { display: inline-block; max-width: 100%; }
${scrollable}
table { border-collapse: collapse; margin: .5rem 0; font-variant-numeric: tabular-nums; }
th, td { padding: .2rem .9rem .2rem 0; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
th { color: var(--faint); font-weight: 600; } tbody th { color: inherit; font-weight: 400; } th:first-child { text-align: left; }
figure { margin: 1rem 0 1.6rem; } figcaption { font-weight: 600; margin-bottom: .3rem; } summary { cursor: pointer; color: var(--faint); }
.chart { display: block; width: 100%; height: auto; } .chart text { fill: var(--faint); stroke: none; font-size: 13px; } .chart .strong { fill: var(--ink); paint-order: stroke; stroke: var(--paper); stroke-width: 4px; stroke-linejoin: round; }
.axis { stroke: var(--line); } .mark { stroke: var(--ink); stroke-dasharray: 4 3; } .leader { stroke: var(--faint); } .dot { fill: var(--ink); }
.area { stroke: var(--paper); stroke-width: 1; } polyline { fill: none; stroke-width: 2.5; }
${['good', 'bad', 'a', 'b', 'c', 'e', 'f', 'g'].map((name) => `rect.${name}, polygon.${name} { fill: var(--${name}); } polyline.${name} { stroke: var(--${name}); }`).join('\n')}
polyline.good, polyline.c { stroke-dasharray: 7 3; } polyline.bad { stroke-dasharray: 2 3; }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1rem; list-style: none; margin: 0 0 .3rem; padding: 0; color: var(--faint); font-size: .9rem; } .key { width: .8rem; height: .8rem; margin-right: .35rem; }
@media (width < ${narrow}) { .checks, .pairs { grid-template-columns: 1fr; gap: 0; } .checks dd, .pairs dd { margin-bottom: .6rem; } .chart text { font-size: 19px; }
  .facts div { grid-column: span 6; } ${fillLastRow(2)} }
.text td, .text th { white-space: normal; text-align: left; vertical-align: top; } .text tbody th { white-space: nowrap; } .text td:last-child { min-width: 12rem; overflow-wrap: anywhere; }
.stages { list-style: none; margin: 0; padding: 0; columns: 2 16rem; } .undone { color: var(--undone); } .waiting { color: var(--faint); }
@media print { details { display: none; } }
`;
