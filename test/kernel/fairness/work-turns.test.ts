import { expect, test } from 'vitest';
import { AccountPace } from '../../../kernel/fairness/account-pace.js';
import { WorkTurns } from '../../../kernel/fairness/work-turns.js';

/** Turns of an event loop whose clock only slices advance. */
function startTurns() {
  let time = 0;
  const now = () => time;
  const pace = new AccountPace(now);
  const turns = new WorkTurns(pace, now);
  const order: string[] = [];
  /** A slice with a duration in milliseconds. */
  const slice = async (account: string, name: string, milliseconds = 0) => {
    await turns.next(account);
    order.push(name);
    time += milliseconds;
  };
  /** One account requests its second slice before the other account becomes active. */
  const orderOfSlices = async (afterOther = () => {}) => {
    await slice('acme', 'a1', 50);
    const others = [slice('acme', 'a2'), slice('globex', 'b1')];
    await others[1];
    afterOther();
    // No pause is longer.
    time += 1_000;
    await Promise.all(others);
    return order;
  };
  return { pace, orderOfSlices };
}

test('runs slices of other accounts first after an account has worked', async () => {
  const { pace, orderOfSlices } = startTurns();
  pace.begin('globex');
  expect(await orderOfSlices(() => pace.end('globex'))).toEqual(['a1', 'b1', 'a2']);
});

test('runs slices in the order of their requests while no other account has work', async () => {
  const { orderOfSlices } = startTurns();
  expect(await orderOfSlices()).toEqual(['a1', 'a2', 'b1']);
});
