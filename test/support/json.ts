/** The JSON of a response, to look into. */
// biome-ignore lint/suspicious/noExplicitAny: the tests look into what they expect
export async function jsonOf(response: Response): Promise<any> {
  return JSON.parse(await response.text());
}
