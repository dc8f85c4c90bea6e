import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Intent {
  readonly id: string;
  readonly amount: number;
  readonly metadata: Record<string, string>;
  readonly payment_method: string;
  status: string;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** What Stripe does to the next request that fits, besides or instead of its work. */
export interface Trouble {
  readonly on: RegExp;
  /** `lost`: the work is done, and the connection breaks before the answer. */
  readonly how: 'unavailable' | 'rate-limited' | 'lost';
}

const failure = (status: number, error: object): Answer => ({ status, body: { error } });

/**
 * Stripe's payment intents and refunds on loopback, as https://docs.stripe.com/api describes them: keys of idempotency
 * with their parameters, declined cards, a search that lags behind until `index()`.
 */
export async function startStripe() {
  const intents = new Map<string, Intent>();
  const refunds: { id: string; payment_intent: string; status: string }[] = [];
  const answers = new Map<string, { request: string; answer: Answer }>();
  const requests: string[] = [];
  const troubles: Trouble[] = [];
  let searchable: readonly Intent[] = [];
  const state = { secret: 'sk_test_first' };

  function create(params: URLSearchParams): Answer {
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

  function confirm(id: string): Answer {
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

  function refund(params: URLSearchParams): Answer {
    const id = params.get('payment_intent') ?? '';
    if (refunds.some((each) => each.payment_intent === id)) {
      return failure(400, { type: 'invalid_request_error', code: 'charge_already_refunded' });
    }
    const made = { id: `re_${refunds.length + 1}`, payment_intent: id, status: 'succeeded' };
    refunds.push(made);
    return { status: 200, body: made };
  }

  function missing(id: string): Answer {
    return failure(404, { type: 'invalid_request_error', code: 'resource_missing', param: id });
  }

  function serve(method: string, { pathname, searchParams }: URL, body: string): Answer {
    const [, resource, id = '', action] = pathname.split('/').slice(1);
    if (resource === 'refunds') {
      if (method === 'POST') return refund(new URLSearchParams(body));
      const of = searchParams.get('payment_intent');
      return list(refunds.filter((each) => each.payment_intent === of));
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

  function once(request: IncomingMessage, body: string): Answer {
    const { method = 'GET', url = '', headers } = request;
    const work = () => serve(method, new URL(url, 'http://stripe'), body);
    const key = headers['idempotency-key'];
    if (typeof key !== 'string') return work();
    const known = answers.get(key);
    if (known && known.request !== url + body) return failure(400, { type: 'idempotency_error' });
    const answer = known?.answer ?? work();
    answers.set(key, { request: url + body, answer });
    return structuredClone(answer);
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const part of request) body += String(part);
    const line = `${request.method} ${request.url}`;
    requests.push(`${line} ${body}`);
    const due = troubles.findIndex(({ on }) => on.test(line));
    const [trouble] = due >= 0 ? troubles.splice(due, 1) : [];
    if (request.headers.authorization !== `Bearer ${state.secret}`) {
      const message = 'Invalid API Key provided: sk_test_****irst';
      return send(response, failure(401, { type: 'invalid_request_error', message }));
    }
    if (trouble?.how === 'unavailable') return send(response, failure(500, { type: 'api_error' }));
    if (trouble?.how === 'rate-limited') {
      return send(response, failure(429, { type: 'invalid_request_error', code: 'rate_limit' }));
    }
    const answer = once(request, body);
    if (trouble?.how === 'lost') return void response.destroy();
    send(response, answer);
  }

  const server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    at: { host: '127.0.0.1', port, protocol: 'http' as const },
    state,
    requests,
    /** Money that moved, in minor units. */
    charged: () => sum([...intents.values()].filter(({ status }) => status === 'succeeded')),
    refunded: () => sum(refunds.flatMap((each) => intents.get(each.payment_intent) ?? [])),
    next: (trouble: Trouble) => void troubles.push(trouble),
    /** The search finds from now on what there is now. */
    index() {
      searchable = [...intents.values()];
    },
    /** A day goes by: keys of idempotency are forgotten. */
    forgetKeys: () => answers.clear(),
    close: () => new Promise<void>((resolve) => void server.close(() => resolve())),
  };
}

const list = (data: readonly object[]): Answer => ({
  status: 200,
  body: { object: 'list', data, has_more: false },
});

function send(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

const sum = (all: readonly { readonly amount: number }[]) =>
  all.reduce((total, { amount }) => total + amount, 0);
