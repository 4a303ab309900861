import { expect, test } from 'vitest';
import { accountPace } from '../../../kernel/fairness/account-pace.js';
import { turnOf } from '../../../kernel/fairness/work-turns.js';

/** Keeps the event loop busy. */
function work(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

/** Asks for a piece twice for one account and then once for another; the order in which they come. */
async function orderOf(): Promise<string[]> {
  const order: string[] = [];
  const piece = async (account: string, name: string, milliseconds = 0) => {
    await turnOf(account);
    order.push(name);
    work(milliseconds);
  };
  await Promise.all([
    // What waits behind it is asked for before the other account comes.
    piece('acme', 'a1', 500).then(() => Promise.all([piece('acme', 'a2'), piece('globex', 'b1')])),
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
  // What the test before has left lingers for a moment.
  await expect.poll(orderOf).toEqual(['a1', 'a2', 'b1']);
});
