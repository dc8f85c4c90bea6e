/** Compares a text with a pattern that was compiled once. */
export type Matcher = (text: string) => boolean;

/** One element of a pattern: a character, any one character, or a run of characters. */
type Token = string | { readonly run: 'any' | 'segment' } | { readonly one: true };

interface PatternOptions {
  /** True if a `*` inside a colon-separated segment does not match a colon. */
  readonly keepsSegments?: boolean;
  /** True if the document has policy variables, and so the escapes `${*}`, `${?}` and `${$}`. */
  readonly hasVariables?: boolean;
}

/**
 * Returns a matcher for a pattern with `*` (any run of characters) and `?` (one character), case-sensitive. Its time grows with the
 * product of both lengths for every pattern.
 */
export function compilePattern(
  pattern: string,
  { keepsSegments = false, hasVariables = false }: PatternOptions = {},
): Matcher {
  if (pattern === '*') return () => true;
  if (!/[*?]|\$\{/.test(pattern)) return (text) => text === pattern;
  const tokens = tokenize(pattern, { keepsSegments, hasVariables });
  const runs = tokens.filter((token) => typeof token !== 'string');
  if (runs.length === 0) {
    const literal = joinLiterals(tokens);
    return (text) => text === literal;
  }
  const last = tokens.at(-1);
  if (runs.length === 1 && typeof last === 'object' && 'run' in last && last.run === 'any') {
    const prefix = joinLiterals(tokens);
    return (text) => text.startsWith(prefix);
  }
  return (text) => matchTokens(tokens, text);
}

/** Returns a matcher for actions such as `dynamodb:*Item`: case-insensitive. */
export function compileAction(pattern: string): Matcher {
  const matches = compilePattern(pattern.toLowerCase());
  return (action) => matches(action.toLowerCase());
}

/**
 * Returns a matcher for the ARN of a resource. A `*` at the end of a colon-separated segment also matches the segments that follow; a
 * `*` inside a segment does not. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
 */
export function compileResource(pattern: string, options: PatternOptions = {}): Matcher {
  return compilePattern(pattern, { ...options, keepsSegments: true });
}

/**
 * Returns a matcher for the operators ArnLike and ArnEquals: both texts are cut at the first five colons, and their six parts are compared
 * one by one. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
export function compileArn(pattern: string, options: PatternOptions = {}): Matcher {
  if (pattern === '*') return () => true;
  const parts = splitArn(pattern).map((part) => compilePattern(part, options));
  return (arn) => {
    const values = splitArn(arn);
    return values.length === parts.length && parts.every((matches, i) => matches(values[i] ?? ''));
  };
}

/** Returns at most six parts; the last contains the colons that are left. */
function splitArn(arn: string): string[] {
  const parts = arn.split(':');
  return parts.length <= 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(':')];
}

function tokenize(
  pattern: string,
  { keepsSegments, hasVariables }: Required<PatternOptions>,
): Token[] {
  // Escapes first; then runs of stars, which count as one star.
  const parts = pattern.match(hasVariables ? /\$\{[*?$]\}|\*+|./gs : /\*+|./gs) ?? [];
  return parts.map((part, index) => {
    if (part.startsWith('*')) {
      const next = parts[index + 1];
      const endsSegment = next === undefined || next === ':';
      return { run: keepsSegments && !endsSegment ? 'segment' : 'any' };
    }
    if (part === '?') return { one: true };
    return part.length === 4 ? part.charAt(2) : part;
  });
}

/** Returns the characters of a pattern without its wildcards. */
function joinLiterals(tokens: readonly Token[]): string {
  return tokens.filter((token) => typeof token === 'string').join('');
}

/** Follows all positions in the pattern that the text read so far can have reached. */
function matchTokens(tokens: readonly Token[], text: string): boolean {
  let reached = new Uint8Array(tokens.length + 1);
  reached[0] = 1;
  skipRuns(tokens, reached);
  for (const character of text.split('')) {
    const next = new Uint8Array(tokens.length + 1);
    for (const [at, token] of tokens.entries()) {
      if (reached[at] === 0) continue;
      if (isRun(token)) next[at] = Math.max(next[at] ?? 0, Number(accepts(token, character)));
      else if (accepts(token, character)) next[at + 1] = 1;
    }
    skipRuns(tokens, next);
    reached = next;
  }
  return reached[tokens.length] === 1;
}

function accepts(token: Token, character: string): boolean {
  if (typeof token === 'string') return token === character;
  return 'one' in token || token.run === 'any' || character !== ':';
}

function isRun(token: Token): token is { readonly run: 'any' | 'segment' } {
  return typeof token === 'object' && 'run' in token;
}

/** Marks the positions behind runs that may be empty. */
function skipRuns(tokens: readonly Token[], reached: Uint8Array): void {
  for (const [at, token] of tokens.entries()) {
    if (reached[at] === 1 && isRun(token)) reached[at + 1] = 1;
  }
}
