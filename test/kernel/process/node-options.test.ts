import { expect, test } from 'vitest';
import { nodeOptions, nodeOptionsOf, v8HelperThreads } from '../../../kernel/process/node-options.js';

test.each([
  [1, 1],
  [2, 1],
  [4, 3],
  [64, 4],
])('gives V8 on %i cores %i helper threads, so that the event loop keeps a core', (cores, helpers) => {
  expect(v8HelperThreads(cores)).toBe(helpers);
});

test('starts every process with that number of helper threads', () => {
  expect(nodeOptions.some((option) => option.startsWith('--v8-pool-size='))).toBe(true);
});

test('starts kubesim alone with a small young generation and no minimum of the old one', () => {
  const options = nodeOptionsOf('kubesim', {});
  expect(options).toContain('--max-semi-space-size=4');
  expect(options.filter((option) => /initial-old|min-semi/.test(option))).toEqual([]);
  expect(options).toContain('--enable-source-maps');
  expect(nodeOptionsOf('gateway', {})).toEqual(nodeOptions);
});

test('collects the old generation early only where kubesim runs the kubelets of real control planes', () => {
  const early = /^--heap-growing-percent=/;
  const options = nodeOptionsOf('kubesim', { CONTROL_PLANE: 'real' });
  expect(options.filter((option) => early.test(option))).toHaveLength(1);
  expect(options).toContain('--max-semi-space-size=2');
  expect(nodeOptionsOf('kubesim', { CONTROL_PLANE: 'simulated' }).some((option) => early.test(option))).toBe(
    false,
  );
  expect(nodeOptionsOf('gateway', { CONTROL_PLANE: 'real' })).toEqual(nodeOptions);
});
