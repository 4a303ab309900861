import { expect, test } from 'vitest';
import { AccountPace } from '../../../kernel/fairness/account-pace.js';

/** A pace with a clock that the test sets. */
function paced() {
  const clock = { now: 10_000 };
  return { clock, pace: new AccountPace(() => clock.now) };
}

test('never pauses the only active account', () => {
  const { pace } = paced();
  pace.begin('acme');
  pace.charge('acme', 500);
  expect(pace.pause('acme')).toBe(0);
});

test('pauses an account for as long as it worked while another account has a running task', () => {
  const { clock, pace } = paced();
  pace.charge('acme', 30);
  pace.begin('globex');
  expect(pace.pause('acme')).toBe(30);
  expect(pace.pause('globex')).toBe(0);
  clock.now += 29;
  expect(pace.pause('acme')).toBe(1);
  clock.now += 1;
  expect(pace.pause('acme')).toBe(0);
});

test('counts work that was done before the other account became active', () => {
  const { pace } = paced();
  pace.begin('acme');
  for (let piece = 0; piece < 4; piece += 1) pace.charge('acme', 20);
  pace.begin('globex');
  expect(pace.pause('acme')).toBe(80);
});

test('counts an account as active for a moment after its last task', () => {
  const { clock, pace } = paced();
  pace.begin('globex');
  pace.end('globex');
  pace.begin('acme');
  pace.charge('acme', 1_000);
  expect(pace.pause('acme')).toBe(1_000);
  clock.now += 100;
  expect(pace.pause('acme')).toBe(0);
});

test('does not count finished tasks of the account itself as work of other accounts', () => {
  const { pace } = paced();
  for (const account of ['globex', 'acme', 'acme']) {
    pace.begin(account);
    pace.end(account);
  }
  pace.charge('acme', 10);
  pace.charge('globex', 10);
  // Both accounts have just worked.
  expect([pace.pause('acme'), pace.pause('globex')]).toEqual([10, 10]);
  const alone = paced();
  alone.pace.begin('acme');
  alone.pace.end('acme');
  alone.pace.charge('acme', 10);
  expect(alone.pace.pause('acme')).toBe(0);
});

test('limits a pause to one second and refunds a negative charge', () => {
  const { pace } = paced();
  pace.begin('globex');
  pace.charge('acme', 60_000);
  expect(pace.pause('acme')).toBe(1_000);
  pace.charge('acme', -950);
  expect(pace.pause('acme')).toBe(50);
});

test('removes idle accounts when there are too many', () => {
  const { clock, pace } = paced();
  pace.begin('globex');
  pace.charge('acme', 100);
  for (let index = 0; index < 20_000; index += 1) {
    clock.now += 1;
    pace.charge(`other-${index}`, 1);
  }
  expect(pace.pause('acme')).toBe(0);
  // An account with a running task is kept.
  expect(pace.pause('other-19999')).toBeGreaterThan(0);
  pace.end('globex');
});
