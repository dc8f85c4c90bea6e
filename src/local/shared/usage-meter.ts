import type { Service } from '../wire/http.ts';

/** Requests to a table, and the capacity units that AWS bills for them. */
export interface TableUsage {
  readonly writes: number;
  readonly writeUnits: number;
  readonly indexWrites: number;
  readonly indexWriteUnits: number;
  readonly reads: number;
  readonly readUnits: number;
}

/** Invocations of a function. */
export interface FunctionUsage {
  readonly invocations: number;
  /** Total duration (ms). */
  readonly duration: number;
  readonly gigabyteSeconds: number;
}

/** Billable usage since the runtime started. */
export interface Usage {
  readonly checkpoints: { readonly calls: number; readonly bytes: number };
  readonly functions: Readonly<Record<string, FunctionUsage>>;
  readonly tables: Readonly<Record<string, TableUsage>>;
  /** Write requests by the tables that a request writes: their names, sorted and joined by `+`. */
  readonly writeRequests: Readonly<Record<string, number>>;
  readonly logs: { readonly events: number; readonly bytes: number };
}

const noTable: TableUsage = {
  writes: 0,
  writeUnits: 0,
  indexWrites: 0,
  indexWriteUnits: 0,
  reads: 0,
  readUnits: 0,
};

/** Measures the usage that AWS would bill. It is kept in memory only. */
export class UsageMeter {
  readonly #checkpoints = { calls: 0, bytes: 0 };
  readonly #functions = new Map<string, FunctionUsage>();
  readonly #tables = new Map<string, TableUsage>();
  readonly #writeRequests = new Map<string, number>();
  readonly #logs = { events: 0, bytes: 0 };

  checkpoint(bytes: number): void {
    this.#checkpoints.calls += 1;
    this.#checkpoints.bytes += bytes;
  }

  /** Adds an invocation: its duration (ms) and the function's memory (MB). */
  invocation(
    functionName: string,
    { duration, memory }: { duration: number; memory: number },
  ): void {
    const {
      invocations = 0,
      duration: before = 0,
      gigabyteSeconds = 0,
    } = this.#functions.get(functionName) ?? {};
    this.#functions.set(functionName, {
      invocations: invocations + 1,
      duration: before + duration,
      gigabyteSeconds: gigabyteSeconds + (duration / 1000) * (memory / 1024),
    });
  }

  table(name: string, added: Partial<TableUsage>): void {
    const sum = { ...noTable, ...this.#tables.get(name) };
    for (const key of Object.keys(noTable) as (keyof TableUsage)[]) {
      Object.assign(sum, { [key]: sum[key] + (added[key] ?? 0) });
    }
    this.#tables.set(name, sum);
  }

  /** Counts a request that writes a table. `before` are the tables that the same request has been counted for. */
  writeRequest(before: Iterable<string>, table: string): void {
    const earlier = joinTables(before);
    if (earlier) this.#writeRequests.set(earlier, (this.#writeRequests.get(earlier) ?? 0) - 1);
    const now = joinTables([...before, table]);
    this.#writeRequests.set(now, (this.#writeRequests.get(now) ?? 0) + 1);
  }

  /** Adds log events. CloudWatch Logs bills 26 bytes per event in addition to its text. */
  logged(messages: readonly string[]): void {
    this.#logs.events += messages.length;
    for (const message of messages) this.#logs.bytes += Buffer.byteLength(message) + 26;
  }

  usage(): Usage {
    return {
      checkpoints: { ...this.#checkpoints },
      functions: Object.fromEntries(this.#functions),
      tables: Object.fromEntries(this.#tables),
      writeRequests: Object.fromEntries(this.#writeRequests),
      logs: { ...this.#logs },
    };
  }
}

const joinTables = (names: Iterable<string>) => [...names].sort().join('+');

/** Creates the service that returns the usage. It belongs to the runtime, not to AWS. */
export function createUsageService(meter: UsageMeter): Service {
  return {
    name: 'usage',
    claims: ({ method, path }) => method === 'GET' && path === '/_runtime/usage',
    handle: () => ({
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(meter.usage()),
    }),
  };
}
