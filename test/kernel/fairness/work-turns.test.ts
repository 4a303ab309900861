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

/** Requests two slices for one account and then one for another; returns the order in which they run. */
async function orderOf(): Promise<string[]> {
  const order: string[] = [];
  const piece = async (account: string, name: string, milliseconds = 0) => {
    await waitForTurn(account);
    order.push(name);
    // The duration of the slice.
    ahead += milliseconds;
  };
  await Promise.all([
    // The second slice is requested before the other account becomes active.
    piece('acme', 'a1', 50).then(() => Promise.all([piece('acme', 'a2'), piece('globex', 'b1')])),
  ]);
  return order;
}

test('runs slices of other accounts first after an account has worked', async () => {
  accountPace.begin('globex');
  try {
    expect(await orderOf()).toEqual(['a1', 'b1', 'a2']);
  } finally {
    accountPace.end('globex');
  }
});

test('runs slices in the order of their requests while no other account has work', async () => {
  // What other tests of this thread have left may count for a moment after its end.
  await expect.poll(() => ((ahead += 1_000), orderOf())).toEqual(['a1', 'a2', 'b1']);
});
