/** True if the long forms of the tests run (`npm run test:full`). */
export const full = process.env['ORDERS_TEST_FULL'] !== undefined;

/** Returns all cases in the long form, otherwise the cases with these names. A case begins with its name. */
export function chooseCases<Case extends readonly [string, ...unknown[]]>(
  cases: readonly Case[],
  names: readonly string[],
): readonly Case[] {
  const chosen = cases.filter(([name]) => names.includes(name));
  if (chosen.length !== names.length) throw new Error(`not all are cases: ${names.join(', ')}`);
  return full ? cases : chosen;
}
