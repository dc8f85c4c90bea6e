/** HTML building blocks of the pages. */
import { style } from './page-style.ts';

/** Returns a self-contained page. `title` is text, `body` is HTML. */
export function renderDocument(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`;
}

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** Returns an HTML table. The first cell of each row is its header. `classOf` returns the class of a cell in the style sheet. */
export function renderTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  classOf: (cell: string) => string | undefined = () => undefined,
): string {
  const names = header.map((name) => `<th scope="col">${escapeHtml(name)}</th>`).join('');
  const body = rows.map(([first = '', ...rest]) => {
    const cells = rest.map((cell) => {
      const name = classOf(cell);
      return `<td${name ? ` class="${name}"` : ''}>${escapeHtml(cell)}</td>`;
    });
    return `<tr><th scope="row">${escapeHtml(first)}</th>${cells.join('')}</tr>`;
  });
  return `<table><thead><tr>${names}</tr></thead><tbody>${body.join('')}</tbody></table>`;
}

/** Returns a region that scrolls horizontally, also with the keyboard, for content wider than the page. */
export function renderScrollable(name: string, content: string): string {
  return `<div class="scroll" role="region" tabindex="0" aria-label="${escapeHtml(name)}">${content}</div>`;
}

/** Returns facts as tiles: a name and a value each. */
export function renderFacts(facts: readonly (readonly [name: string, value: string])[]): string {
  const list = facts.map(
    ([name, value]) => `<div><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd></div>`,
  );
  return `<dl class="facts">${list.join('')}</dl>`;
}

/** Returns names with their values below each other. */
export function renderPairs(pairs: readonly (readonly string[])[]): string {
  const list = pairs.map(
    ([name = '', value = '']) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`,
  );
  return `<dl class="pairs">${list.join('')}</dl>`;
}

/** Returns a command in a box, without line breaks inside its words. */
export function renderCommand(command: string): string {
  const words = command.split(' ').map((word) => `<span>${escapeHtml(word)}</span>`);
  return `<pre><code>${words.join(' ')}</code></pre>`;
}

export function renderSection(title: string, content: string): string {
  return `<section><h2>${escapeHtml(title)}</h2>${content}</section>`;
}
