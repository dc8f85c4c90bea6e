/** JSON with the functions that read and write the text of a number. TypeScript does not know them yet. */
const exactJson = JSON as unknown as {
  parse(
    text: string,
    revive: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
  ): unknown;
  rawJSON(text: string): unknown;
};

/** A number with the digits of its JSON text, because JavaScript would round it or write it in another form. */
class ExactNumber extends Number {
  readonly #text: string;

  constructor(text: string) {
    super(text);
    this.#text = text;
  }

  override toString(): string {
    return this.#text;
  }

  toJSON(): unknown {
    return exactJson.rawJSON(this.#text);
  }
}

/** Returns parsed JSON that keeps the digits of every number. Throws SyntaxError if the text is not valid JSON. */
export function parseExactJson(text: string): unknown {
  return exactJson.parse(text, (_, value, { source }) =>
    typeof value === 'number' && source !== undefined && String(value) !== source
      ? new ExactNumber(source)
      : value,
  );
}
