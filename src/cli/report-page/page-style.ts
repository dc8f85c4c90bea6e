/** Style sheet of the page, for light and dark mode, narrow screens and print. Series colors also differ in lightness. */
export const style = `
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #fff; --faint: #57606a; --line: #d0d7de; --raised: #f6f8fa;
  --good: #1a7f37; --bad: #b3261e; --a: #0969da; --b: #8a6100; --c: #d4a72c; --e: #8c959f; --f: #8250df; --g: #424a53; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --paper: #0d1117; --faint: #9aa4af; --line: #30363d; --raised: #161b22;
  --good: #3fb950; --bad: #ff7b72; --a: #58a6ff; --b: #9e6a03; --c: #e3b341; --e: #6e7681; --f: #bc8cff; --g: #b1bac4; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 56rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
h1 { font-size: 1.5rem; margin: 0 0 .5rem; overflow-wrap: anywhere; } h2 { font-size: 1.15rem; margin: 2.2rem 0 .6rem; }
.verdict { font-size: 1.1rem; margin-right: .4rem; } .good { color: var(--good); } .bad { color: var(--bad); }
dl, dd, dt { margin: 0; }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); gap: .6rem; }
.facts div { background: var(--raised); border: 1px solid var(--line); border-radius: 6px; padding: .4rem .7rem; }
.facts dt { color: var(--faint); font-size: .85rem; } .facts dd { font-weight: 600; overflow-wrap: anywhere; }
.checks { display: grid; grid-template-columns: minmax(12rem, max-content) 1fr; gap: .3rem 1.2rem; }
.checks dt { font-weight: 600; } .checks dt span { display: inline-block; min-width: 5.2rem; } .checks ul { margin: .2rem 0; padding-left: 1.1rem; overflow-wrap: anywhere; }
code { font: .9em ui-monospace, monospace; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; margin: .5rem 0; font-variant-numeric: tabular-nums; }
th, td { padding: .2rem .9rem .2rem 0; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
th { color: var(--faint); font-weight: 600; } tbody th { color: inherit; font-weight: 400; } th:first-child { text-align: left; }
figure { margin: 1rem 0 1.6rem; } figcaption { font-weight: 600; margin-bottom: .3rem; } summary { cursor: pointer; color: var(--faint); }
.chart { display: block; width: 100%; height: auto; } .chart text { fill: var(--faint); stroke: none; font-size: 13px; } .chart .strong { fill: var(--ink); paint-order: stroke; stroke: var(--paper); stroke-width: 4px; stroke-linejoin: round; }
.axis { stroke: var(--line); } .mark { stroke: var(--ink); stroke-dasharray: 4 3; }
.area { stroke: var(--paper); stroke-width: 1; } polyline { fill: none; stroke-width: 2.5; }
${['good', 'bad', 'a', 'b', 'c', 'e', 'f', 'g'].map((name) => `rect.${name}, polygon.${name} { fill: var(--${name}); } polyline.${name} { stroke: var(--${name}); }`).join('\n')}
polyline.good { stroke-dasharray: 7 3; } polyline.bad { stroke-dasharray: 2 3; }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1rem; list-style: none; margin: 0 0 .3rem; padding: 0; color: var(--faint); font-size: .9rem; } .key { width: .8rem; height: .8rem; margin-right: .35rem; }
@media (max-width: 40rem) { .checks { grid-template-columns: 1fr; gap: 0; } .checks dd { margin-bottom: .6rem; } .chart text { font-size: 19px; } .facts { grid-template-columns: 1fr 1fr; } }
.text td, .text th { white-space: normal; text-align: left; vertical-align: top; overflow-wrap: anywhere; } .text td:last-child { min-width: 12rem; }
.stages { list-style: none; margin: 0; padding: 0; columns: 2 16rem; } .undone { color: var(--b); } .waiting { color: var(--faint); }
@media print { details { display: none; } }
`;
