/**
 * Preloaded into the programs of a project. The local runtime appends its first successful responses of each operation to the file in the
 * variable RESPONSES, as lines of JSON with the request that they answer. MAX_RESPONSES is the number that is recorded of an operation.
 */
const { appendFileSync } = require('node:fs');

const maxResponses = Number(process.env.MAX_RESPONSES);
const counts = new Map();

/** Appends a response to the file, unless there are enough of its operation. */
function record({ method, url, headers }, response) {
  const operation = [
    headers['x-amz-target'] ?? `${method} ${url.replace(/[^/?]*(%3A|[.:_-])[^/?]*/g, '*')}`,
    /^<\w+|<\w+Response/.exec(response.body)?.[0],
  ].join(' ');
  const count = (counts.get(operation) ?? 0) + 1;
  counts.set(operation, count);
  if (count > maxResponses) return;
  const line = JSON.stringify({ request: { method, url, headers }, response });
  appendFileSync(process.env.RESPONSES, `${line}\n`);
}

if (process.argv[1]?.endsWith('runtime.js') && process.env.RESPONSES) {
  const { ServerResponse } = require('node:http');
  const { end, writeHead } = ServerResponse.prototype;
  const headersOf = new WeakMap();

  ServerResponse.prototype.writeHead = function (status, headers) {
    headersOf.set(this, headers);
    return writeHead.call(this, status, headers);
  };
  ServerResponse.prototype.end = function (body = '', ...others) {
    if (this.statusCode < 300) {
      record(this.req, { headers: headersOf.get(this) ?? {}, body: String(body) });
    }
    return end.call(this, body, ...others);
  };
}
