/**
 * Source text for handlers without an SDK: defines `post(path, body)`, which sends a request to Lambda that is signed with the
 * handler's credentials and returns `{ ok, json(), text() }`, a part of a `Response`. It sends the request as the SDK does, with
 * `node:http` and a kept connection: `fetch` needs several times the processor time, which a benchmark would measure.
 */
export const handlerRequestSource = `
import { createHash, createHmac } from 'node:crypto';
import { Agent, request } from 'node:http';
const agent = new Agent({ keepAlive: true });
const hmac = (key, text) => createHmac('sha256', key).update(text).digest();
const sha256 = (text) => createHash('sha256').update(text).digest('hex');
const post = (path, body) => {
  const { AWS_ENDPOINT_URL: url, AWS_ACCESS_KEY_ID: key, AWS_SECRET_ACCESS_KEY: secret } = process.env;
  const time = new Date().toISOString().replace(/[-:]|\\.\\d+/g, '');
  // A handler of an old version, which a benchmark measures, has no token.
  const headers = { 'x-amz-date': time, 'x-amz-security-token': process.env.AWS_SESSION_TOKEN ?? '' };
  const scope = [time.slice(0, 8), process.env.AWS_REGION, 'lambda', 'aws4_request'];
  const [route, query = ''] = path.split('?');
  const names = 'host;x-amz-date;x-amz-security-token';
  const canonical = [
    'POST', route.split('/').map(encodeURIComponent).join('/'), query, 'host:' + new URL(url).host,
    ...Object.entries(headers).map(([name, value]) => name + ':' + value), '', names, sha256(body),
  ].join('\\n');
  const text = ['AWS4-HMAC-SHA256', time, scope.join('/'), sha256(canonical)].join('\\n');
  const signature = hmac(scope.reduce(hmac, 'AWS4' + secret), text).toString('hex');
  const authorization = 'AWS4-HMAC-SHA256 Credential=' + key + '/' + scope.join('/') +
    ', SignedHeaders=' + names + ', Signature=' + signature;
  const options = { method: 'POST', agent, headers: { ...headers, authorization, 'content-length': Buffer.byteLength(body) } };
  return new Promise((resolve, reject) => {
    const sent = request(url + path, options, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk)).on('error', reject).on('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ ok: response.statusCode < 300, json: async () => JSON.parse(text), text: async () => text });
      });
    });
    sent.on('error', reject).end(body);
  });
};
`;
