import { expect, test } from 'vitest';
import { AccountPace } from '../../../kernel/fairness/account-pace.js';

/** A pace by a clock that the test sets. */
function paced() {
  const clock = { now: 10_000 };
  return { clock, pace: new AccountPace(() => clock.now) };
}

test('an account that is alone never pauses, however much it has worked', () => {
  const { pace } = paced();
  pace.begin('acme');
  pace.charge('acme', 500);
  expect(pace.pause('acme')).toBe(0);
});

test('an account pauses for as long as it has worked while another has a task underway', () => {
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

test('what an account has worked before another one came counts, too', () => {
  const { pace } = paced();
  pace.begin('acme');
  for (let piece = 0; piece < 4; piece += 1) pace.charge('acme', 20);
  pace.begin('globex');
  expect(pace.pause('acme')).toBe(80);
});

test('the work of others lingers for a moment, because their next request is on its way', () => {
  const { clock, pace } = paced();
  pace.begin('globex');
  pace.end('globex');
  pace.begin('acme');
  pace.charge('acme', 1_000);
  expect(pace.pause('acme')).toBe(1_000);
  clock.now += 100;
  expect(pace.pause('acme')).toBe(0);
});

test('an own task that has ended is not the work of others', () => {
  const { pace } = paced();
  for (const account of ['globex', 'acme', 'acme']) {
    pace.begin(account);
    pace.end(account);
  }
  pace.charge('acme', 10);
  pace.charge('globex', 10);
  // Both have just worked: each is the other of the other.
  expect([pace.pause('acme'), pace.pause('globex')]).toEqual([10, 10]);
  const alone = paced();
  alone.pace.begin('acme');
  alone.pace.end('acme');
  alone.pace.charge('acme', 10);
  expect(alone.pace.pause('acme')).toBe(0);
});

test('a pause is a second at the most, and what was charged too much is taken back', () => {
  const { pace } = paced();
  pace.begin('globex');
  pace.charge('acme', 60_000);
  expect(pace.pause('acme')).toBe(1_000);
  pace.charge('acme', -950);
  expect(pace.pause('acme')).toBe(50);
});

test('an account without work is forgotten when there are too many', () => {
  const { clock, pace } = paced();
  pace.begin('globex');
  pace.charge('acme', 100);
  for (let index = 0; index < 20_000; index += 1) {
    clock.now += 1;
    pace.charge(`other-${index}`, 1);
  }
  expect(pace.pause('acme')).toBe(0);
  // One that has something underway is not.
  expect(pace.pause('other-19999')).toBeGreaterThan(0);
  pace.end('globex');
});
