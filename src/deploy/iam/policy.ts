/** IAM policy documents. */

export type ConditionBlock = Readonly<
  Record<string, Readonly<Record<string, string | readonly string[]>>>
>;

export interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: ConditionBlock;
}

export interface Policy {
  readonly Version: '2012-10-17';
  readonly Statement: readonly Statement[];
}

/** Maximum number of characters of a policy, without white space. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
export const policyLimits = { managed: 6144, roleInline: 10_240, trust: 2048 } as const;

/** Returns the number of characters of a document that count for the limits of IAM. */
export function measurePolicy(document: object): number {
  return JSON.stringify(document).length;
}

/** Returns a policy with these statements. */
export function createPolicy(statements: readonly Statement[]): Policy {
  return { Version: '2012-10-17', Statement: statements };
}

/**
 * Returns policies of at most `limit` characters that together have all statements, in their order. A statement that is too long on
 * its own is split by its actions.
 */
export function splitPolicy(statements: readonly Statement[], limit: number): Policy[] {
  const parts: Statement[][] = [];
  for (const statement of statements.flatMap((one) => splitStatement(one, limit))) {
    const last = parts.at(-1);
    if (last && measurePolicy(createPolicy([...last, statement])) <= limit) last.push(statement);
    else parts.push([statement]);
  }
  return parts.map(createPolicy);
}

function splitStatement(statement: Statement, limit: number): Statement[] {
  const { Sid, Action } = statement;
  if (measurePolicy(createPolicy([statement])) <= limit) return [statement];
  if (Action.length < 2) throw new Error(`The statement ${Sid} exceeds ${limit} characters`);
  const half = Math.ceil(Action.length / 2);
  return [Action.slice(0, half), Action.slice(half)].flatMap((actions, index) =>
    splitStatement({ ...statement, Sid: `${Sid}${index + 1}`, Action: actions }, limit),
  );
}
