import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { accountPace } from '../../../kernel/fairness/account-pace.js';
import { waitForTurn } from '../../../kernel/fairness/work-turns.js';

/** Milliseconds by which the clock of this test is ahead. */
let ahead = 0;
beforeEach(() => {
  const now = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => now() + ahead);
});
afterEach(() => vi.restoreAllMocks());

/** Asks for a piece twice for one account and then once for another; the order in which they come. */
async function orderOf(): Promise<string[]> {
  const order: string[] = [];
  const piece = async (account: string, name: string, milliseconds = 0) => {
    await waitForTurn(account);
    order.push(name);
    // The piece takes so long.
    ahead += milliseconds;
  };
  await Promise.all([
    // What waits behind it is asked for before the other account comes.
    piece('acme', 'a1', 50).then(() => Promise.all([piece('acme', 'a2'), piece('globex', 'b1')])),
  ]);
  return order;
}

test('an account that has worked lets others go first while they have work', async () => {
  accountPace.begin('globex');
  try {
    expect(await orderOf()).toEqual(['a1', 'b1', 'a2']);
  } finally {
    accountPace.end('globex');
  }
});

test('pieces run in the order in which they were requested while no other account has work', async () => {
  // The work of other accounts counts for a moment after its end.
  ahead += 1_000;
  expect(await orderOf()).toEqual(['a1', 'a2', 'b1']);
});
