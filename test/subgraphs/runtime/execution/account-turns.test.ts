import { expect, test } from 'vitest';
import { AccountTurns } from '../../../../subgraphs/runtime/execution/account-turns.js';
import type { SubgraphResult } from '../../../../protocol/wire.js';
import { Loaders } from '../../../../kernel/loaders.js';
import type { ExecutionContext } from '../../../../subgraphs/runtime/subgraph.js';

const contextOf = (account: string, signal?: AbortSignal): ExecutionContext => ({
  actor: { account, subject: 'tester' },
  requestId: account,
  loaders: new Loaders(),
  signal,
});

/** Tasks that run until `end`, and the order in which they have started. */
function works() {
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const work = (name: string) => () => {
    begun.push(name);
    return new Promise<SubgraphResult>((resolve) => ends.push(() => resolve({ data: { name } })));
  };
  return { begun, work, end: () => ends.shift()?.() };
}

test('executes requests of an account up to the concurrency limit; further ones wait, then are rejected', async () => {
  const turns = new AccountTurns({ requests: 1, waiting: 1 });
  const { begun, work, end } = works();
  const acme = contextOf('acme');
  const first = turns.request(acme, work('first'));
  const second = turns.request(acme, work('second'));
  expect(await turns.request(acme, work('third'))).toMatchObject({
    errors: [{ extensions: { code: 'TOO_MANY_REQUESTS', retryAfter: 1 } }],
  });
  void turns.request(contextOf('globex'), work('other'));
  expect(begun).toEqual(['first', 'other']);
  end();
  expect(await first).toEqual({ data: { name: 'first' } });
  await expect.poll(() => begun).toEqual(['first', 'other', 'second']);
  end();
  end();
  expect(await second).toEqual({ data: { name: 'second' } });
});

test('never starts a request that was aborted in the queue', async () => {
  const turns = new AccountTurns({ requests: 1 });
  const { begun, work, end } = works();
  const disconnect = new AbortController();
  const first = turns.request(contextOf('acme'), work('first'));
  const second = turns.request(contextOf('acme', disconnect.signal), work('second'));
  disconnect.abort();
  expect(await second).toMatchObject({ errors: [{ extensions: { code: 'REQUEST_TIMEOUT' } }] });
  end();
  await first;
  expect(begun).toEqual(['first']);
});

test('completes events of an account up to the concurrency limit, and rejects none', async () => {
  const turns = new AccountTurns({ events: 2 });
  let running = 0;
  let most = 0;
  const complete = async (): Promise<SubgraphResult> => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
    return { data: {} };
  };
  const events = Array.from({ length: 2_000 }, () => turns.event('acme', complete, undefined));
  expect(new Set((await Promise.all(events)).map(({ data }) => data !== undefined))).toEqual(new Set([true]));
  expect(most).toBe(2);
});
