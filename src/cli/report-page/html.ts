/** What pages are made of. */

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** A table of texts. */
export function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const names = head.map((each) => `<th scope="col">${escapeHtml(each)}</th>`).join('');
  const body = rows.map(([first = '', ...rest]) => {
    const cells = rest.map((each) => `<td>${escapeHtml(each)}</td>`).join('');
    return `<tr><th scope="row">${escapeHtml(first)}</th>${cells}</tr>`;
  });
  return `<table><thead><tr>${names}</tr></thead><tbody>${body.join('')}</tbody></table>`;
}

/** What may be wider than the page: it scrolls by itself, with the keyboard too. */
export function scrolled(name: string, content: string): string {
  return `<div class="scroll" role="region" tabindex="0" aria-label="${escapeHtml(name)}">${content}</div>`;
}

export function section(title: string, content: string): string {
  return `<section><h2>${escapeHtml(title)}</h2>${content}</section>`;
}
