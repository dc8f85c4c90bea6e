import { UserError } from '../../user-error.ts';

const units: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Reads `90s`, `5m`, `1h30m`, `7d` or `250ms` as milliseconds. */
export function parseDuration(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)];
  if (parts.length > 0 && parts.map(([part]) => part).join('') === text) {
    return parts.reduce((sum, [, n, unit]) => sum + Number(n) * (units[unit ?? ''] ?? 0), 0);
  }
  throw new UserError(`"${text}" is not a duration.`, {
    hint: 'write 90s, 5m or 1h30m',
    code: 'BadDuration',
  });
}

/** Reads a moment, RFC 3339 or how long before `now`, as RFC 3339 UTC with milliseconds. */
export function parseMoment(text: string, now = Date.now()): string {
  const isTime = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(text);
  const at = isTime ? Date.parse(text) : now - agoMs(text);
  if (Number.isFinite(at) && Math.abs(at) < 8.64e15) return new Date(at).toISOString();
  throw badMoment(text);
}

function agoMs(text: string): number {
  try {
    return parseDuration(text);
  } catch {
    throw badMoment(text);
  }
}

function badMoment(text: string): UserError {
  return new UserError(`"${text}" is neither a duration nor a time.`, {
    hint: 'write 90s, 1h30m or 7d for that long ago, or 2026-11-22T08:00:00Z',
    code: 'BadTime',
  });
}

/** Milliseconds in at most six characters, for tables: `12s`, `3m`, `2h`, `41d`. */
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

/** Milliseconds for people: `0.4s`, `12s`, `1m 24s`, `2h 05m`, `3d 04h`. */
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

/** Milliseconds, short: `18ms`, `8.1s`. */
export function formatLatency(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)}ms` : formatDuration(ms);
}

/** An amount of money with two places and thousands told apart: `$3,500.00`. */
export function formatMoney(amount: number): string {
  // By hand: `Intl` takes 12 ms to make its first format, half of what Node takes to start.
  const [whole = '', cents = ''] = Math.abs(amount).toFixed(2).split('.');
  return `${amount < 0 ? '-' : ''}$${whole.replace(/\B(?=(\d{3})+$)/g, ',')}.${cents}`;
}

const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** A moment on the local clock; with its date when that is not today: `07:12`, `Nov 18 07:12`. */
export function localClock(time: string, now = new Date()): string {
  const at = new Date(time);
  const two = (value: number) => String(value).padStart(2, '0');
  const clock = `${two(at.getHours())}:${two(at.getMinutes())}`;
  if (at.toDateString() === now.toDateString()) return clock;
  const year = at.getFullYear() === now.getFullYear() ? '' : ` ${at.getFullYear()}`;
  return `${months[at.getMonth()]} ${at.getDate()}${year} ${clock}`;
}

/** The same with seconds and tenths of them, as the fine steps of an order need: `07:12:04.6`. */
export function localTime(time: string, now = new Date()): string {
  const at = new Date(time);
  const seconds = String(at.getSeconds()).padStart(2, '0');
  return `${localClock(time, now)}:${seconds}.${Math.floor(at.getMilliseconds() / 100)}`;
}
