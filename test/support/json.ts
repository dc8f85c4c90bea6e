/** Returns the JSON body of a response. */
// biome-ignore lint/suspicious/noExplicitAny: tests read the members that they expect
export async function readJson(response: Response): Promise<any> {
  return JSON.parse(await response.text());
}
