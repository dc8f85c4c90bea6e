import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Intent {
  readonly id: string;
  readonly amount: number;
  readonly metadata: Record<string, string>;
  readonly payment_method: string;
  status: string;
}

interface StripeResponse {
  readonly status: number;
  readonly body: unknown;
}

/** A fault of the next matching request. */
export interface Fault {
  readonly on: RegExp;
  /** `lost`: the request is processed, but the connection closes before the response. */
  readonly how: 'unavailable' | 'rate-limited' | 'lost';
}

const failure = (status: number, error: object): StripeResponse => ({ status, body: { error } });

/**
 * Starts a local server with Stripe's payment intents and refunds (https://docs.stripe.com/api): idempotency keys and their
 * parameters, declined cards, and a search that finds new intents only after `index()`.
 */
export async function startStripe() {
  const intents = new Map<string, Intent>();
  const refunds: { id: string; payment_intent: string; status: string }[] = [];
  const storedResponses = new Map<string, { request: string; response: StripeResponse }>();
  const requests: string[] = [];
  const faults: Fault[] = [];
  let searchable: readonly Intent[] = [];
  const state = { secret: 'sk_test_first' };

  function create(params: URLSearchParams): StripeResponse {
    const amount = Number(params.get('amount'));
    if (amount < 50) {
      return failure(400, { type: 'invalid_request_error', code: 'amount_too_small' });
    }
    const metadata = Object.fromEntries(
      [...params].flatMap(([name, value]) => {
        const [, key] = /^metadata\[(.+)\]$/.exec(name) ?? [];
        return key === undefined ? [] : [[key, value]];
      }),
    );
    const intent = {
      id: `pi_${intents.size + 1}`,
      object: 'payment_intent',
      amount,
      currency: params.get('currency'),
      metadata,
      payment_method: params.get('payment_method') ?? '',
      status: 'requires_confirmation',
    };
    intents.set(intent.id, intent);
    return { status: 200, body: intent };
  }

  function confirm(id: string): StripeResponse {
    const intent = intents.get(id);
    if (!intent) return missing(id);
    if (intent.payment_method === 'pm_card_chargeDeclined') {
      intent.status = 'requires_payment_method';
      return failure(402, {
        type: 'card_error',
        code: 'card_declined',
        decline_code: 'insufficient_funds',
        message: `Your card was declined, ${state.secret}`,
      });
    }
    intent.status = 'succeeded';
    return { status: 200, body: intent };
  }

  function refund(params: URLSearchParams): StripeResponse {
    const id = params.get('payment_intent') ?? '';
    if (refunds.some((existing) => existing.payment_intent === id)) {
      return failure(400, { type: 'invalid_request_error', code: 'charge_already_refunded' });
    }
    const created = { id: `re_${refunds.length + 1}`, payment_intent: id, status: 'succeeded' };
    refunds.push(created);
    return { status: 200, body: created };
  }

  function missing(id: string): StripeResponse {
    return failure(404, { type: 'invalid_request_error', code: 'resource_missing', param: id });
  }

  function serve(method: string, { pathname, searchParams }: URL, body: string): StripeResponse {
    const [, resource, id = '', action] = pathname.split('/').slice(1);
    if (resource === 'refunds') {
      if (method === 'POST') return refund(new URLSearchParams(body));
      const intentId = searchParams.get('payment_intent');
      return list(refunds.filter((existing) => existing.payment_intent === intentId));
    }
    if (id === 'search') {
      const [, key] = /'key'\]:'(.+)'/.exec(searchParams.get('query') ?? '') ?? [];
      return list(searchable.filter(({ metadata }) => metadata['key'] === key));
    }
    if (action === 'confirm') return confirm(id);
    if (method === 'POST') return create(new URLSearchParams(body));
    const intent = intents.get(id);
    return intent ? { status: 200, body: intent } : missing(id);
  }

  /** Processes a request once for each idempotency key. */
  function processOnce(request: IncomingMessage, body: string): StripeResponse {
    const { method = 'GET', url = '', headers } = request;
    const work = () => serve(method, new URL(url, 'http://stripe'), body);
    const key = headers['idempotency-key'];
    if (typeof key !== 'string') return work();
    const known = storedResponses.get(key);
    if (known && known.request !== url + body) return failure(400, { type: 'idempotency_error' });
    const response = known?.response ?? work();
    storedResponses.set(key, { request: url + body, response });
    return structuredClone(response);
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const part of request) body += String(part);
    const line = `${request.method} ${request.url}`;
    requests.push(`${line} ${body}`);
    const index = faults.findIndex(({ on }) => on.test(line));
    const [fault] = index >= 0 ? faults.splice(index, 1) : [];
    if (request.headers.authorization !== `Bearer ${state.secret}`) {
      const message = 'Invalid API Key provided: sk_test_****irst';
      return send(response, failure(401, { type: 'invalid_request_error', message }));
    }
    if (fault?.how === 'unavailable') return send(response, failure(500, { type: 'api_error' }));
    if (fault?.how === 'rate-limited') {
      return send(response, failure(429, { type: 'invalid_request_error', code: 'rate_limit' }));
    }
    const result = processOnce(request, body);
    if (fault?.how === 'lost') return void response.destroy();
    send(response, result);
  }

  const server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: { host: '127.0.0.1', port, protocol: 'http' as const },
    state,
    requests,
    /** Charged and refunded amounts (minor units). */
    charged: () => sum([...intents.values()].filter(({ status }) => status === 'succeeded')),
    refunded: () => sum(refunds.flatMap((existing) => intents.get(existing.payment_intent) ?? [])),
    next: (fault: Fault) => void faults.push(fault),
    /** Makes all current intents searchable. */
    index() {
      searchable = [...intents.values()];
    },
    /** Expires all idempotency keys. */
    expireKeys: () => storedResponses.clear(),
    close: () => new Promise<void>((resolve) => void server.close(() => resolve())),
  };
}

const list = (data: readonly object[]): StripeResponse => ({
  status: 200,
  body: { object: 'list', data, has_more: false },
});

function send(response: ServerResponse, { status, body }: StripeResponse): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

const sum = (intents: readonly { readonly amount: number }[]) =>
  intents.reduce((total, { amount }) => total + amount, 0);
