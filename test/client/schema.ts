import { buildSchema, GraphQLError, type GraphQLSchema } from 'graphql';

/** A ledger of numbers; subscribers receive each in order, after any cursor. */
export class Ledger {
  readonly entries: number[] = [];
  /** Entries pulled by subscriptions so far, over all connections. */
  pulled = 0;
  /** Errors of the next events, which replace their data. */
  readonly faults: string[] = [];
  private readonly byToken = new Map<string, number>();
  private readonly sleepers = new Set<() => void>();
  private closed = false;

  add(amount: number, clientToken?: string | null): number {
    const done = clientToken ? this.byToken.get(clientToken) : undefined;
    if (done !== undefined) return done;
    this.entries.push(amount);
    if (clientToken) this.byToken.set(clientToken, this.entries.length);
    this.pulse();
    return this.entries.length;
  }

  close(): void {
    this.closed = true;
    this.pulse();
  }

  async *follow(after: string | null | undefined): AsyncGenerator<{ cursor: string; amount: number }> {
    if (after && !/^c\d+$/.test(after)) throw coded('INVALID_CURSOR');
    let next = after ? Number(after.slice(1)) : this.entries.length;
    while (!this.closed) {
      for (; next < this.entries.length; this.pulled++) {
        const amount = this.entries[next++] ?? 0;
        yield { cursor: `c${next}`, amount };
      }
      await new Promise<void>((wake) => this.sleepers.add(wake));
    }
  }

  private pulse(): void {
    for (const wake of this.sleepers) wake();
    this.sleepers.clear();
  }
}

function coded(code: string): GraphQLError {
  return new GraphQLError(`rejected: ${code}`, { extensions: { code } });
}

export const schema: GraphQLSchema = buildSchema(`
  input AddInput { amount: Int! clientToken: String }
  type Entry { cursor: String! amount: Int! }
  type Query { total: Int! broken: Int }
  type Mutation { add(input: AddInput!): Int! }
  type Subscription { entries(after: String): Entry! countdown(from: Int!): Int! }
`);

type Resolver = (source: unknown, args: never, ledger: Ledger) => unknown;

function resolver(type: string, field: string, resolve: Resolver, subscribe?: Resolver): void {
  const found = schema.getType(type);
  if (!found || !('getFields' in found)) throw new Error(`no type ${type}`);
  Object.assign(found.getFields()[field] ?? {}, { resolve, ...(subscribe ? { subscribe } : {}) });
}

resolver('Query', 'total', (_source, _args, ledger) =>
  ledger.entries.reduce((sum, amount) => sum + amount, 0),
);
resolver('Query', 'broken', () => {
  throw coded('NOT_FOUND');
});
resolver(
  'Mutation',
  'add',
  (_source, { input }: { input: { amount: number; clientToken?: string } }, ledger) =>
    ledger.add(input.amount, input.clientToken),
);
resolver(
  'Subscription',
  'entries',
  (entry, _args, ledger) => {
    const fault = ledger.faults.shift();
    if (fault) throw coded(fault);
    return entry;
  },
  (_source, { after }: { after?: string | null }, ledger) => ledger.follow(after),
);
resolver(
  'Subscription',
  'countdown',
  (number) => number,
  async function* (_source, { from }: { from: number }) {
    for (let number = from; number >= 0; number--) yield number;
  },
);
