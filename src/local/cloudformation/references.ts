import { intrinsic, isFields } from './template.ts';

/** Calls `see` with every logical id (or parameter) that a value refers to, however deep. */
export function eachReference(value: unknown, see: (name: string) => void): void {
  if (Array.isArray(value)) {
    for (const each of value) eachReference(each, see);
    return;
  }
  if (!isFields(value)) return;
  const call = intrinsic(value);
  if (call?.[0] === 'Ref' && typeof call[1] === 'string') {
    see(call[1]);
    return;
  }
  if (call?.[0] === 'Fn::GetAtt') {
    const [name] = typeof call[1] === 'string' ? call[1].split('.') : (call[1] as string[]);
    if (name) see(name);
    return;
  }
  if (call?.[0] === 'Fn::Sub') {
    const [text, values] = Array.isArray(call[1]) ? call[1] : [call[1], {}];
    const given = isFields(values) ? values : {};
    for (const [, name = ''] of String(text).matchAll(/\$\{([^!}][^}]*)\}/g)) {
      const base = name.trim().split('.')[0] ?? '';
      if (!(name.trim() in given)) see(base);
    }
    eachReference(given, see);
    return;
  }
  for (const each of Object.values(value)) eachReference(each, see);
}

/** Rewrites references: what `rename` answers takes the place of `Fn.Alias` in `!Ref` and `!Sub`. */
export function renameReferences(value: unknown, rename: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((each) => renameReferences(each, rename));
  if (!isFields(value)) return value;
  const call = intrinsic(value);
  if (call?.[0] === 'Ref' && typeof call[1] === 'string') {
    return { Ref: rename.get(call[1]) ?? call[1] };
  }
  if (call?.[0] === 'Fn::Sub' && typeof call[1] === 'string') {
    return { 'Fn::Sub': inText(call[1], rename) };
  }
  if (call?.[0] === 'Fn::Sub' && Array.isArray(call[1])) {
    const [text, values] = call[1] as [string, unknown];
    return { 'Fn::Sub': [inText(text, rename), renameReferences(values, rename)] };
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, renameReferences(each, rename)]),
  );
}

function inText(text: string, rename: ReadonlyMap<string, string>): string {
  return text.replace(/\$\{([^!}][^}]*)\}/g, (whole, name: string) =>
    rename.has(name) ? `\${${rename.get(name)}}` : whole,
  );
}
