const segmenter = new Intl.Segmenter();

/** Returns the characters of a text as a person counts them: an emoji of several code points is one. */
export function splitCharacters(text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}
