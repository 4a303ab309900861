import { describe, expect, test } from 'vitest';
import {
  labelSelectorText,
  matchesLabels,
  parseLabelSelector,
} from '../../../access/model/label-selector.js';

const labelled = {
  prod: { env: 'prod', tier: 'a' },
  dev: { env: 'dev' },
  bare: {},
  canary: { canary: '', env: 'prod' },
};
type Name = keyof typeof labelled;

describe('a label selector', () => {
  test.each<[string, readonly Name[]]>([
    ['env=prod', ['prod', 'canary']],
    ['env == prod', ['prod', 'canary']],
    ['env!=prod', ['dev', 'bare']],
    ['env in (prod, dev)', ['prod', 'dev', 'canary']],
    ['env notin (prod)', ['dev', 'bare']],
    ['canary', ['canary']],
    ['!env', ['bare']],
    ['env=prod,!canary', ['prod']],
    ['env in (prod,dev),tier=a', ['prod']],
    ['canary=', ['canary']],
    ['constructor', []],
  ])('%s selects the labels of the table', (text, expected) => {
    const selector = parseLabelSelector(text);
    const selected = (Object.keys(labelled) as Name[]).filter((name) =>
      matchesLabels(selector, labelled[name]),
    );
    expect(selected).toEqual(expected);
    expect(parseLabelSelector(labelSelectorText(selector))).toEqual(selector);
  });

  test('reads matchLabels as Kubernetes does', () => {
    expect(matchesLabels({ matchLabels: { env: 'prod' } }, labelled.prod)).toBe(true);
    expect(matchesLabels({ matchLabels: { env: 'prod' } }, labelled.dev)).toBe(false);
  });

  test.each([
    '',
    ',',
    'a,',
    'a b',
    'a in b',
    'a in (b',
    '-a',
    'a=-b',
    'a>1',
    "a=';--",
    `${'a,'.repeat(20)}a`,
  ])('rejects %j', (text) => {
    expect(() => parseLabelSelector(text)).toThrow();
  });
});
