/** Finds the place in the source of differences that a process could not name. */
import type { ReplayCode } from './code.ts';
import { describeFinding } from './describe-finding.ts';
import { ReplayProcess } from './replay-process.ts';
import type { Verdict } from './verdict.ts';
import type { ReplayRequest } from './worker/messages.ts';

type Place = Pick<Extract<Verdict, { verdict: 'diverges' }>['finding'], 'source' | 'caller'>;

export class Locator {
  readonly #code: ReplayCode;
  readonly #places = new Map<string, Promise<Place>>();

  constructor(code: ReplayCode) {
    this.#code = code;
  }

  /** Adds the place to a difference of an operation. Each difference is located once, in a new process. */
  async addPlace(verdict: Verdict, request: ReplayRequest): Promise<Verdict> {
    if (verdict.verdict !== 'diverges') return verdict;
    const { finding } = verdict;
    const hasPlace = finding.kind === 'changed' || finding.kind === 'added';
    if (!hasPlace || finding.source !== undefined) return verdict;
    const difference = describeFinding(finding);
    const place = this.#places.get(difference) ?? this.#locate(difference, request);
    this.#places.set(difference, place);
    return { ...verdict, finding: { ...finding, ...(await place) } };
  }

  async #locate(difference: string, request: ReplayRequest): Promise<Place> {
    const replayProcess = new ReplayProcess(this.#code, request.recording.environment);
    try {
      const verdict = await replayProcess.replay(request);
      const isSame =
        verdict.verdict === 'diverges' && describeFinding(verdict.finding) === difference;
      return isSame ? { source: verdict.finding.source, caller: verdict.finding.caller } : {};
    } finally {
      replayProcess.stop();
    }
  }
}
