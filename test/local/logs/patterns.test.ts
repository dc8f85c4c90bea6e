import { describe, expect, it } from 'vitest';
import { parsePattern } from '../../../src/local/logs/pattern.ts';

const access = '10.0.0.1 - bob [10/Oct/2026:13:55:36] "GET /index.html HTTP/1.0" 404 1534';
const event = '{"level":"ERROR","items":[{"sku":"A","n":2},{"sku":"B","n":7}],"a.b":{"c":1}}';

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html */
describe('a filter pattern', () => {
  it.each([
    ['[ip, id, user, time, request, code, size]', true],
    ['[ip, id, user, time, request, code]', false],
    ['[ip, ..., size > 1000 && size < 2000]', true],
    ['[ip, ..., code = 4* || code = 5*, size]', true],
    ['[..., request = "*html*", code != 404, size]', false],
    ['[ip, id, user = %^b.b$%, ...]', true],
    ['[ip = "10.0.0.*", ...]', true],
    ['%/index\\.[a-z]+%', true],
    ['-%\\s404\\s% index', false],
    ['?missing ?"404 1534"', true],
  ])('on fields: %s', (pattern, expected) => {
    expect(parsePattern(pattern)(access)).toBe(expected);
  });

  it.each([
    ['{ $.items[1].sku = "B" }', true],
    ['{ $.items[*].n > 5 }', true],
    ['{ $.items[*].n > 7 }', false],
    ["{ $.['a.b'].c = 1 }", true],
    ['{ $.level = %^ERR% && $.items[0].n = 2 }', true],
    ['{ $.items.* = "none" }', false],
  ])('on JSON: %s', (pattern, expected) => {
    expect(parsePattern(pattern)(event)).toBe(expected);
  });

  it.each([
    'key=value',
    'a:b',
    '"open',
    '[a, b',
    '[a, ..., b, ...]',
    '[a = , b]',
    '[a b]',
    '%(a|b)%',
    '%[a%',
    '{ $.a = %(x)% }',
    '{ $.a > "x" }',
    '{ $.a IS 5 }',
    '{ $.a NOT NULL }',
    '{ $.a = 1 } b',
  ])('is rejected: %s', (pattern) => {
    expect(() => parsePattern(pattern)).toThrow('Invalid filter pattern');
  });
});
