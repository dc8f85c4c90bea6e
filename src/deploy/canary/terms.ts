/** How a canary is judged. The stack keeps the terms as text, so that every machine can continue the canary. */
import { UserError } from '../../user-error.ts';

/** Decisions about a canary that had too few orders. */
export const tooFewChoices = ['rollback', 'shift', 'hold'] as const;
export type TooFewChoice = (typeof tooFewChoices)[number];

export interface CanaryTerms {
  /** Time before the decision (ms of virtual time on the local runtime). */
  readonly bakeMs: number;
  /** With too few orders, the canary continues until this time (ms). */
  readonly limitMs: number;
  /** Number of ended orders that each version needs before the new version can be accepted. */
  readonly minOrders: number;
  readonly onTooFew: TooFewChoice;
  /** Whether a version whose stages take longer is rolled back. */
  readonly judgesDurations: boolean;
  /** Names of CloudWatch alarms that roll back the canary. */
  readonly alarms: readonly string[];
}

/** Maximum length of an alias's description in Lambda (characters). */
const maxLength = 256;

/** Returns the terms as text: `canary bake=1800s limit=7200s min-orders=60 too-few=rollback durations=judged alarms=A,B`. */
export function formatTerms(terms: CanaryTerms): string {
  const { bakeMs, limitMs, minOrders, onTooFew, judgesDurations, alarms } = terms;
  const text = [
    'canary',
    `bake=${bakeMs / 1000}s`,
    `limit=${limitMs / 1000}s`,
    `min-orders=${minOrders}`,
    `too-few=${onTooFew}`,
    `durations=${judgesDurations ? 'judged' : 'ignored'}`,
    ...(alarms.length > 0 ? [`alarms=${alarms.join(',')}`] : []),
  ].join(' ');
  if (text.length <= maxLength) return text;
  throw new UserError(
    `The names of the alarms are too long by ${text.length - maxLength} characters: Lambda stores at most ${maxLength} characters about a canary.`,
    { hint: 'name fewer alarms: --canary-alarm NAME', code: 'Usage' },
  );
}

/** Parses the text of `formatTerms`. Throws UserError if it is not such a text. */
export function parseTerms(text: string): CanaryTerms {
  const values = new Map(
    text.split(' ').map((part) => {
      const at = part.indexOf('=');
      return [part.slice(0, Math.max(at, 0)), part.slice(at + 1)] as const;
    }),
  );
  const seconds = (name: string) => Number(/^([\d.]+)s$/.exec(values.get(name) ?? '')?.[1]) * 1000;
  const onTooFew = tooFewChoices.find((choice) => choice === values.get('too-few'));
  const [bakeMs, limitMs, minOrders] = [
    seconds('bake'),
    seconds('limit'),
    Number(values.get('min-orders') || Number.NaN),
  ];
  if (!onTooFew || [bakeMs, limitMs, minOrders].some(Number.isNaN)) {
    throw new UserError(`The stack's parameter CanaryTerms cannot be read: "${text}".`, {
      hint: ['orders versions rollback', 'the command ends the canary'],
      exit: 21,
      code: 'UnreadableCanary',
    });
  }
  return {
    bakeMs,
    limitMs,
    minOrders,
    onTooFew,
    judgesDurations: values.get('durations') !== 'ignored',
    alarms: values.get('alarms')?.split(',') ?? [],
  };
}
