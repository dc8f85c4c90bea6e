import { UserError } from '../../user-error.ts';

const units: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** Parses `90s`, `5m`, `1h30m`, `7d`, `1w` or `250ms` to milliseconds. Throws UserError for any other text. */
export function parseDuration(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d|w)/g)];
  if (parts.length > 0 && parts.map(([part]) => part).join('') === text) {
    return parts.reduce((sum, [, n, unit]) => sum + Number(n) * (units[unit ?? ''] ?? 0), 0);
  }
  throw new UserError(`"${text}" is not a duration.`, {
    hint: 'use 90s, 5m or 1h30m',
    code: 'BadDuration',
  });
}

/**
 * Parses an RFC 3339 time, a duration before `now`, `today` or `yesterday`, to RFC 3339 in UTC with milliseconds. A time without
 * an offset and the two words are in the local time zone, a date alone is in UTC. Throws UserError for any other text.
 */
export function parseTime(text: string, now = Date.now()): string {
  const isTime = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/.test(text);
  const at = isTime ? Date.parse(text) : (startOfDay(text, now) ?? now - agoMs(text));
  if (Number.isFinite(at) && Math.abs(at) < 8.64e15) return new Date(at).toISOString();
  throw invalidTimeError(text);
}

const daysAgo: Readonly<Record<string, number>> = { today: 0, yesterday: 1 };

/** Returns the start of `today` or `yesterday` (epoch ms); undefined for any other text. */
function startOfDay(text: string, now: number): number | undefined {
  if (!Object.hasOwn(daysAgo, text)) return undefined;
  const day = new Date(now);
  return new Date(
    day.getFullYear(),
    day.getMonth(),
    day.getDate() - (daysAgo[text] ?? 0),
  ).getTime();
}

function agoMs(text: string): number {
  try {
    return parseDuration(text);
  } catch {
    throw invalidTimeError(text);
  }
}

function invalidTimeError(text: string): UserError {
  return new UserError(`"${text}" is neither a duration nor a time.`, {
    hint: 'use 90s, 1h30m or 7d (before now), today, yesterday, or 2026-11-22T08:00:00Z',
    code: 'BadTime',
  });
}

/** Formats milliseconds in the largest whole unit, for tables: `12s`, `3m`, `2h`, `41d`. */
export function formatAge(ms: number): string {
  if (ms < 1000) return '0s';
  for (const [unit, size, until] of ages) if (ms < until) return `${Math.floor(ms / size)}${unit}`;
  return `${Math.floor(ms / 86_400_000)}d`;
}

const ages = [
  ['s', 1000, 60_000],
  ['m', 60_000, 3_600_000],
  ['h', 3_600_000, 86_400_000],
] as const;

/** Formats milliseconds in one or two units: `0.4s`, `12s`, `1m 24s`, `2h 05m`, `3d 04h`. */
export function formatDuration(ms: number): string {
  if (ms < 9_950) return `${(Math.max(0, ms) / 1000).toFixed(1)}s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds}s`;
  const two = (n: number) => String(n).padStart(2, '0');
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${two(seconds % 60)}s`;
  const hours = Math.floor(seconds / 3600);
  if (hours < 48) return `${hours}h ${two(Math.floor((seconds % 3600) / 60))}m`;
  return `${Math.floor(hours / 24)}d ${two(hours % 24)}h`;
}

/** Formats a duration without spaces, for `key=value` output: `1m24s`. */
export function formatCompactDuration(ms: number): string {
  return formatDuration(ms).replaceAll(' ', '');
}

/** Formats a latency, below one second in milliseconds: `18ms`, `8.1s`. */
export function formatLatency(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)}ms` : formatDuration(ms);
}

const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** Formats a time in the local time zone, with the date unless it is today: `07:12`, `Nov 18 07:12`. */
export function formatLocalTime(time: string, now = new Date()): string {
  const at = new Date(time);
  const two = (value: number) => String(value).padStart(2, '0');
  const clock = `${two(at.getHours())}:${two(at.getMinutes())}`;
  if (at.toDateString() === now.toDateString()) return clock;
  const year = at.getFullYear() === now.getFullYear() ? '' : ` ${at.getFullYear()}`;
  return `${months[at.getMonth()]} ${at.getDate()}${year} ${clock}`;
}

/** Formats a time in the local time zone with tenths of a second, the scale of an order's steps: `07:12:04.6`. */
export function formatPreciseLocalTime(time: string, now = new Date()): string {
  const at = new Date(time);
  const seconds = String(at.getSeconds()).padStart(2, '0');
  return `${formatLocalTime(time, now)}:${seconds}.${Math.floor(at.getMilliseconds() / 100)}`;
}
