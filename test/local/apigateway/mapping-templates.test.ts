import { describe, expect, it } from 'vitest';
import { renderTemplate } from '../../../src/local/apigateway/velocity.ts';
import { createInput, util } from '../../../src/local/apigateway/vtl.ts';

const body = JSON.stringify({
  items: [
    { sku: 'A', price: 5, tags: ['x'] },
    { sku: 'B', price: 20, tags: [] },
  ],
  'a.b': 7,
  list: [1, 2, 3],
  map: { a: 1, b: 2 },
  empty: '',
  zero: 0,
}).replace(/}$/, ',"big":12345678901234567890,"decimal":1.10,"power":1e3}');
const parameters = {
  path: { id: 'k1' },
  querystring: { q: '1', r: '2' },
  header: { 'X-Trace': 'abc' },
};

const render = (template: string) =>
  renderTemplate(template, { input: createInput(body, parameters), util });

// The dialect of https://github.com/json-path/JsonPath, which the mapping template reference names.
describe('$input.json returns what its JSONPath selects', () => {
  it.each<[string, unknown]>([
    ['$.items[*].price', [5, 20]],
    ['$.items[?(@.price > 10)].sku', ['B']],
    ["$.items[?(@.sku == 'A' || @.price >= 20)].sku", ['A', 'B']],
    ["$.items[?(!(@.sku == 'A'))].price", [20]],
    ['$.items[?(@.tags empty false)].sku', ['A']],
    ['$.items[?(@.sku =~ /[BC]/)].price', [20]],
    ["$.items[?(@.sku in ['A', 'C'])].price", [5]],
    ['$..sku', ['A', 'B']],
    ['$..tags[0]', ['x']],
    ["$['a.b']", 7],
    ["$['map']['a']", 1],
    ["$.map['a','b']", { a: 1, b: 2 }],
    ['$.list[0:2]', [1, 2]],
    ['$.list[-2:]', [2, 3]],
    ['$.list[-1]', 3],
    ['$.list[0,2]', [1, 3]],
    ['$.map.*', [1, 2]],
    ['$.list.sum()', 6],
    ['$.items.length()', 2],
    ['$.list[7]', ''],
    ['$.none.deeper', ''],
  ])('%s', (path, value) => {
    expect(JSON.parse(render(`$input.json("${path}")`))).toEqual(value);
  });

  it.each(['$.items[?(@.price >)]', '$.items[', '$.a..'])('throws for %s', (path) => {
    expect(() => render(`$input.json("${path}")`)).toThrow(SyntaxError);
  });

  it('keeps the digits of numbers', () => {
    expect(render("$input.json('$.big') $input.path('$.decimal') $input.json('$.power')")).toBe(
      '12345678901234567890 1.10 1e3',
    );
  });
});

// https://velocity.apache.org/engine/1.7/user-guide.html
describe('a template behaves as in Velocity', () => {
  it.each([
    ["#if($input.path('$.empty'))yes#{else}no#end", 'yes'],
    ["#if($input.path('$.zero'))yes#{else}no#end", 'yes'],
    ["#if($input.path('$.none'))yes#{else}no#end", 'no'],
    ["#if(!$none && $input.path('$.zero') == 0)yes#end", 'yes'],
    ["#if('7' == 7)same#end", 'same'],
    ['#set($half = 7 / 2)$half', '3'],
    ['#set($half = -7 / 2)$half', '-3'],
    ['#set($half = 7.0 / 2)$half', '3.5'],
    ["$input.path('$.map')", '{a=1, b=2}'],
    ["$input.path('$.list')", '[1, 2, 3]'],
    ["#foreach($value in $input.path('$.map'))$value;#end", '1;2;'],
    ["#foreach($e in $input.path('$.map').entrySet())$e.key=$e.value;#end", 'a=1;b=2;'],
    [
      "#set($map = $input.path('$.map'))$map.containsKey('a') $map.size() $map.isEmpty()",
      'true 2 false',
    ],
    ["#set($list = [])#set($done = $list.add('x'))$list.size() $list.get(0)", '1 x'],
  ])('%s', (template, text) => {
    expect(render(template)).toBe(text);
  });
});

// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
describe('$input.params() is a map of maps', () => {
  it.each([
    ["$input.params().querystring.get('q')", '1'],
    ["$input.params().get('path').get('id')", 'k1'],
    ["#set($all = $input.params())$all.header.get('X-Trace')", 'abc'],
    ['#foreach($kind in $input.params().keySet())$kind;#end', 'path;querystring;header;'],
    [
      "$input.params('none')|$input.params().header.get('x-trace')",
      "|$input.params().header.get('x-trace')",
    ],
  ])('%s', (template, text) => {
    expect(render(template)).toBe(text);
  });
});
