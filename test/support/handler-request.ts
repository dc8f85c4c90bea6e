/**
 * Source text for handlers without an SDK: defines `post(path, body)`, which sends a request to Lambda that is signed with the
 * handler's credentials and returns the response.
 */
export const handlerRequestSource = `
import { createHash, createHmac } from 'node:crypto';
const hmac = (key, text) => createHmac('sha256', key).update(text).digest();
const sha256 = (text) => createHash('sha256').update(text).digest('hex');
const post = (path, body) => {
  const { AWS_ENDPOINT_URL: url, AWS_ACCESS_KEY_ID: key, AWS_SECRET_ACCESS_KEY: secret } = process.env;
  const time = new Date().toISOString().replace(/[-:]|\\.\\d+/g, '');
  const headers = { 'x-amz-date': time, 'x-amz-security-token': process.env.AWS_SESSION_TOKEN };
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
  return fetch(url + path, { method: 'POST', headers: { ...headers, authorization }, body });
};
`;
