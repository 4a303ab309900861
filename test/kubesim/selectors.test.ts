import { expect, test } from 'vitest';
import { parseLabelSelector } from '../../kubesim/kubernetes/kinds/label-selector-text.js';
import { matchesLabels, satisfies } from '../../kubesim/kubernetes/kinds/selector.js';

const IN = { key: 'tier', operator: 'In', values: ['a', 'b'] };

test.each([
  ['app=web', [{ key: 'app', operator: 'In', values: ['web'] }]],
  ['app!=web', [{ key: 'app', operator: 'NotIn', values: ['web'] }]],
  ['tier in (a,b)', [IN]],
  ['tier in (a, b) , !canary', [IN, { key: 'canary', operator: 'DoesNotExist' }]],
  [
    'canary,size>3',
    [
      { key: 'canary', operator: 'Exists' },
      { key: 'size', operator: 'Gt', values: ['3'] },
    ],
  ],
  ['tier in (,a)', [{ key: 'tier', operator: 'In', values: ['', 'a'] }]],
  ['', []],
])('parses the label selector "%s"', (text, requirements) => {
  expect(parseLabelSelector(text)).toEqual(requirements);
});

test.each([
  ['tier in (a,b', "unable to parse requirement: found '', expected: ',' or ')'"],
  ['tier in a,b)', "unable to parse requirement: found 'a' expected: '('"],
  ['(a,b)', "found '(', expected: !, identifier, or 'end of string'"],
  ['a b', "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
  ['a,', "found '', expected: identifier after ','"],
])('rejects the label selector "%s"', (text, why) => {
  expect(() => parseLabelSelector(text)).toThrow(why);
});

test('parses a label selector of 500,000 commas in linear time', { timeout: 5_000 }, () => {
  expect(parseLabelSelector(`a in (${','.repeat(500_000)})`)[0]?.values).toEqual(['']);
});

test('a label with the name of a property of JavaScript is only a label', () => {
  expect(satisfies({}, { key: 'constructor', operator: 'Exists' })).toBe(false);
  expect(satisfies({ constructor: 'a' }, { key: 'constructor', operator: 'In', values: ['a'] })).toBe(true);
  expect(matchesLabels({ matchLabels: { toString: 'a' } }, { toString: 'a' })).toBe(true);
});
