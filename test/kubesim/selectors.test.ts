import { expect, test } from 'vitest';
import { matchesLabels, parseLabelSelector, satisfies } from '../../kubesim/kubernetes/kinds/selector.js';

const IN = { key: 'tier', operator: 'In', values: ['a', 'b'] };

test.each([
  ['app=web', [{ key: 'app', operator: 'In', values: ['web'] }]],
  ['app!=web', [{ key: 'app', operator: 'NotIn', values: ['web'] }]],
  ['tier in (a,b)', [IN]],
  ['tier in (a, b) , !canary', [IN, { key: 'canary', operator: 'DoesNotExist', values: undefined }]],
  [',canary,', [{ key: 'canary', operator: 'Exists', values: undefined }]],
  ['', []],
])('parses the label selector "%s"', (text, requirements) => {
  expect(parseLabelSelector(text)).toEqual(requirements);
});

test.each(['tier in (a,b', 'tier in a,b)', '(a,b)', 'a b'])('rejects the label selector "%s"', (text) => {
  expect(() => parseLabelSelector(text)).toThrow('unable to parse requirement');
});

test('parses a label selector of 500,000 commas in linear time', { timeout: 5_000 }, () => {
  expect(parseLabelSelector(','.repeat(500_000))).toEqual([]);
});

test('a label with the name of a property of JavaScript is only a label', () => {
  expect(satisfies({}, { key: 'constructor', operator: 'Exists' })).toBe(false);
  expect(satisfies({ constructor: 'a' }, { key: 'constructor', operator: 'In', values: ['a'] })).toBe(true);
  expect(matchesLabels({ matchLabels: { toString: 'a' } }, { toString: 'a' })).toBe(true);
});
